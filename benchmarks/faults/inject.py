"""Hostile parameters, codes, names, paths and settings: each is answered or refused in words.

    python -m benchmarks.faults.inject [--count N] [--quick] [--seed N]

Every run is the command line, in this process, on a small workspace.  Three in four change one
place of a settings file that was right (another type, a misspelt key, a hostile text, another
encoding, a folder in its place), or the whole file; the others put a hostile text into an option
or argument.  Bar: no traceback; nothing written outside the workspace; no payload executed; no
two reports that share a file; whatever has the wrong type or key is refused with the name of the
file, the key and what to do.  Control: a command line that knows none of its own errors.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import os
import random
import shutil
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.faults.house import Tally, end, options, patched, run_command, small_workspace
from lianhu_analysis import cli
from lianhu_analysis.errors import LianhuError
from lianhu_analysis.render.publishing import publish

__all__ = ["main"]

CANARY = "canary"
REMEDIES = ("请", "可填", "可用", "应写", "只能", "--help")
# The settings files, right, and the command that reads each.
SETTINGS = {
    "lianhu.toml": (["catalog"], """
[region]
code = "610199"
name_zh = "某区"
name_en = "X"
[[parents]]
code = "610100"
name_zh = "西安市"
[[peers]]
code = "610102"
name_zh = "新城区"
parent = "610100"
[paths]
raw = "data/raw"
processed = "data/processed"
reports = "reports"
targets = "targets.toml"
layouts = "layouts"
record = "reports/record"
[catalogue]
file = "indicators.csv"
counts = { core = 41, monitor = 187 }
[report]
language = "zh"
sensitive = false
[forecast]
provenance = ["official"]
outlier_years = [2020, 2021]
[[census_breaks]]
day = 2024-12-26
name = "普查"
"""),
    "targets.toml": (["catalog"], """
[[target]]
indicator = "gdp.total"
measure = "yoy"
year = 2024
value = 6.0
rule = "about"
tolerance = 0.2
unit = "%"
title_zh = "增长6%左右"
source = "报告"
address = "https://example.org"
basis = "second_hand"
decimals = 1
in_force = 2024-02-01
set_by = "人代会"
"""),
    "corrections.toml": (["check"], """
[[correction]]
region = "610199"
indicator = "gdp.total"
measure = "yoy"
span = "ytd"
period = "2023Q4"
published = 2024-01-20
provenance = "official"
expected = 5.2
new = 5.3
reason = "抄错"
source = "公报"
who = "张三"
when = 2024-02-01
"""),
    "data/raw/a/delivery.toml": (["ingest"], """
title = "月报"
url = "https://example.org"
provenance = "official"
region = "610199"
unit = "%"
span = "ytd"
period = "2024Q3"
notes = "无"
published = 2024-10-22
"""),
    "ledgers.toml": (["mechanisms", "land"], """
[[ledger]]
kind = "visits"
name_zh = "走访企业"
sensitive = true
key = ["case"]
note = "一行一次走访。"
in_order = [["day", "end"]]
[[ledger.column]]
name = "case"
head = "走访编号"
required = true
aliases = ["编号"]
choices = ["甲", "乙"]
[[ledger.column]]
name = "day"
head = "走访日"
type = "past"
unit = ""
[[ledger.column]]
name = "end"
head = "办结日"
type = "day"
[[ledger.series]]
indicator = "gdp.total"
at = "day"
amount = ""
where = { case = "甲" }
"""),
    "words.toml": (["ingest", "--explain", "data/raw/a/plain.csv"], """
[labels]
"某指标" = "gdp.total"
[roles]
name = ["名目"]
[metadata]
ignore = ["填表人"]
[lines]
ignore = ["^注"]
"""),
    "layouts/own.toml": (["ingest", "--explain", "data/raw/a/plain.csv"], """
kind = "series"
description = "x"
ignore_sheets = ["^目录"]
[[sheets]]
name = "表"
[[sheets.tables]]
header_row = 2
period_column = "A"
period_header = "时期"
[[sheets.tables.columns]]
column = "B"
header = "增速"
indicator = "gdp.total"
measure = "yoy"
span = "ytd"
unit = "%"
form = "percent"
january = "refuse"
[[sheets.tables.columns]]
column = "C"
header = "无关"
skip = "不用"
"""),
    "scenario.toml": (["scenario", "scenario.toml"], """
title = "工业加快"
[[path]]
indicator = "ind.va_above.yoy"
measure = "yoy"
rest = 8.0
spread = 0.3
"""),
}  # fmt: skip
PLAIN = "某区2024年9月主要指标\n指标,单位,1-9月累计,同比增长(%)\n某指标,亿元,100.5,4.9\n"
# Whose keys are the user's own words.
FREE = {"labels", "counts", "where"}
TEXTS = (
    "", " ", "x", "=1+1", "@SUM(1)", "../../x", "..\\x", "/etc/passwd", "C:\\x", "con", "a:b", ".",
    "..", "\x07", "\x1b[31m", "\u202e", "６１０１０４", "ｇｄｐ．ｔｏｔａｌ", "20241031",
    "2024-13-45", "2024-W44-4", "２０２４-10-31", "2024-10-31T00:00", "9" * 400, "字" * 300, "-1",
    "1e999", "nan", "None", "true", "{0}", "{os}", "%s", "%(x)s", "[red]x", "[/]", "']", "\\", "\"",
    "'", "a\nb", "a\tb", "💥", "e\u0301", "\udcff", "(", "[", "*", "?", "(a+)+$", "file:///etc/passwd",
    "http://127.0.0.1:9/", "<script>x</script>", "'; DROP TABLE x; --", "$(touch canary)",
    "`touch canary`", "| touch canary", "__import__('os').system('touch canary')",
    "{{ cycler.__init__.__globals__.os.system('touch canary') }}", "!touch canary",
    "=cmd|'/c touch canary'!A1", "--help=x", "-x", "~", "$HOME", "nul.html", "x" * 5000,
)  # fmt: skip
WRONG: dict[type, tuple[Any, ...]] = {
    str: (5, True, ["x"], {}, {"a": 1}, dt.date(2024, 1, 1), 1.5),
    int: ("5", True, ["x"], {}, dt.date(2024, 1, 1), 1.5, "x"),
    float: ("x", True, ["x"], {}, dt.date(2024, 1, 1), float("nan")),
    bool: ("true", 1, ["x"], {}, dt.date(2024, 1, 1)),
    list: (5, "x", True, {}, {"a": 1}, [5.5], [[]], [{}]),
    dict: (5, "x", True, [], ["x"], [5]),
    dt.date: ("2024-01-01", 20240101, True, [], {}, dt.datetime(2024, 1, 1, 8)),
}
# ``%`` stands for the hostile text.
CALLS = (
    "show %", "show gdp.total --region %", "show gdp.total --as-of %", "catalog %", "check --as-of %",
    "check --severity %", "check --revisions --since %", "forecast --year %", "forecast --as-of %",
    "contributions --period %", "compare %", "compare gdp.total --period %", "monitor --as-of %",
    "scenario %", "levers %", "news --from %", "news --to %", "report %", "report 2024Q9 %",
    "report 2024Q3 -p %", "report 2024Q3 -p %=1", "report 2024Q3 --lang %", "report 2024Q3 --format %",
    "ingest %", "ingest --explain %", "ingest --explain data/raw/a/gdp.csv --cell %",
    "init new --region %", "init new --code %", "init %", "--workspace % catalog", "mechanisms %",
    "backtest --from %", "record --year %", "calendar --as-of %", "doctor --as-of %", "%", "catalog %x",
    "catalog --%",
)  # fmt: skip
DAYS = ("--as-of", "--since", "--from", "--to")


def toml_of(value: Any) -> str:
    """Write a value in TOML, tables inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml_of(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml_of, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, dt.date) else repr(value)


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each value of a document."""
    if at:
        yield at
    items = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    for key, item in items:
        yield from places(item, (*at, key))


def spoil_document(table: dict[str, Any], draw: random.Random) -> tuple[str, str, bool]:
    """Change one place; return the text, the key concerned, and whether it must be refused."""
    table = copy.deepcopy(table)
    way = draw.choice(list(places(table)))
    parent: Any = table
    for step in way[:-1]:
        parent = parent[step]
    last, value = way[-1], parent[way[-1]]
    key = next(str(step) for step in reversed(way) if isinstance(step, str))
    kind = draw.choice(("type", "type", "key", "text", "gone"))
    if kind == "key" and isinstance(last, str) and not FREE & set(way[:-1]):
        wrong = draw.choice((f"{last}x", last[:-1] + "_", last.upper(), f"x {last}"))
        parent[wrong] = parent.pop(last)
        return _written(table), wrong, True
    if kind == "gone" and isinstance(last, str):
        del parent[last]
        return _written(table), "", False
    if kind == "text" and isinstance(value, str):
        parent[last] = draw.choice(("\x00", *TEXTS))
        return _written(table), "", False
    parent[last] = draw.choice(WRONG[type(value)])
    return _written(table), key, not _may_be(way, parent[last])


def _may_be(way: tuple[Any, ...], value: Any) -> bool:
    """Whether another type, or nothing, is right all the same."""
    return value in ([], {}) and (way[-1] in FREE or way[-1] == "metadata" or len(way) == 1)


def _written(table: dict[str, Any]) -> str:
    return "".join(f"{json.dumps(key)} = {toml_of(value)}\n" for key, value in table.items())


def spoil_file(path: Path, draw: random.Random) -> bool:
    """Replace a settings file by none; return whether it must be refused."""
    text = path.read_bytes()
    kind = draw.choice(("utf-16", "gbk", "nul", "cut", "folder", "loop", "binary", "deep"))
    path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind == "loop":
        path.symlink_to(path.name)
    else:
        spoilt = {
            "utf-16": text.decode().encode("utf-16"),
            "gbk": '# 某区\nx = "区"\n'.encode("gbk") + text,
            "nul": text + b"\0",
            "cut": text.rstrip() + b"\n[[x\n",
            "binary": bytes(draw.randrange(256) for _ in range(400)) + b"\xff",
            "deep": text + b"\n" + b"x = " + b"[" * 5000 + b"\n",
        }
        path.write_bytes(spoilt[kind])
    return True


class Place:
    """A workspace in a folder that is watched, made anew from its first state at will."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.space, self.first = self.folder / "space", self.folder / "first"
        small_workspace(self.first)
        for name, (_, text) in SETTINGS.items():
            if name != "data/raw/a/delivery.toml":
                (self.first / name).parent.mkdir(parents=True, exist_ok=True)
                (self.first / name).write_text(text, encoding="utf-8")
        (self.first / "data/raw/a/plain.csv").write_text(PLAIN, encoding="utf-8")
        shutil.copytree(self.first, self.space)
        os.chdir(self.space)
        ran = run_command(["ingest"])
        if ran.status != 0:
            raise RuntimeError(ran.told)
        delivery = self.space / "data/raw/a/delivery.toml"
        delivery.write_text(SETTINGS["data/raw/a/delivery.toml"][1], encoding="utf-8")
        for name, (call, _) in SETTINGS.items():
            ran = run_command(call)
            if ran.status not in (None, 0, 1, 3) or name in ran.told.replace(" ".join(call), ""):
                print(f"  note: the right {name} gives {ran.status}: {ran.told[-400:]!r}")
        shutil.rmtree(self.first)
        shutil.copytree(self.space, self.first)

    def renew(self) -> None:
        """Undo what the last run did."""
        os.chdir(self.folder)
        shutil.rmtree(self.space)
        shutil.copytree(self.first, self.space)
        os.chdir(self.space)

    def strays(self) -> list[str]:
        """Return what lies outside of the workspace, and payloads executed within it."""
        beside = [
            path.name for path in self.folder.iterdir() if path.name not in ("space", "first")
        ]
        return beside + [str(path) for path in self.space.rglob(f"{CANARY}*")]


def judge_settings(place: Place, draw: random.Random, tally: Tally) -> None:
    """Spoil one settings file, run what reads it, and judge what was said."""
    name = draw.choice(list(SETTINGS))
    call, text = SETTINGS[name]
    path = place.space / name
    if draw.random() < 0.1:
        key, must, written = "", spoil_file(path, draw), "(file)"
    else:
        written, key, must = spoil_document(tomllib.loads(text), draw)
        path.write_text(written, encoding="utf-8", errors="replace")
    ran = run_command(call)
    outcome = _faults(ran.status, ran.told)
    base = path.name
    if must and base not in ran.told and base != "lianhu.toml":
        outcome.append(f"does not name {base}")
    if must and ran.status == 0:
        outcome.append("taken as right")
    if must and key and key not in ran.told:
        outcome.append(f"does not name {key}")
    if (must or ran.status not in (0, 1)) and not any(word in ran.told for word in REMEDIES):
        outcome.append("says not what to do")
    outcome += [f"left {stray}" for stray in place.strays()]
    tally.expect(
        not outcome,
        f"{name} [{key}] {'; '.join(outcome)}\n    {written[-200:]!r}\n    {ran.told[-400:]!r}",
    )


def _faults(status: int | None, told: str) -> list[str]:
    if status is None or "Traceback" in told:
        return [f"traceback: {told.strip().splitlines()[-1][:160]}"]
    return [] if status in (0, 1, 2, 3) else [f"status {status}"]


def judge_call(place: Place, draw: random.Random, tally: Tally) -> None:
    """Put a hostile text into one option or argument, and judge what was said."""
    call, text = draw.choice(CALLS), draw.choice(TEXTS)
    arguments = [part.replace("%", text) for part in call.split()]
    if call in ("init %", "ingest %") and text in ("~", "$HOME", "/etc/passwd", ".."):
        return
    ran = run_command(arguments)
    outcome = _faults(ran.status, ran.told)
    if ran.status in (2, 3) and not any(word in ran.told for word in REMEDIES):
        outcome.append("says not what to do")
    day = any(f"{option} %" in call for option in DAYS) and "backtest" not in call
    if day and text and ran.status == 0:
        outcome.append("taken for a day")
    if call == "init new --code %" and ran.status == 0:
        outcome.append("taken for a code")
    allowed = {Path(text).parts[-1]} if call == "init %" and Path(text).parts else set()
    outcome += [f"left {stray}" for stray in place.strays() if Path(stray).name not in allowed]
    tally.expect(
        not outcome, f"{' '.join(arguments)[:90]!r}: {'; '.join(outcome)}\n    {ran.told[-300:]!r}"
    )


def judge_names(draw: random.Random, tally: Tally) -> None:
    """Two names of reports: refused, the same file, or told apart on every system."""
    letters = "aA一ée\u0301ﬁfi.- _/\\:*\x00\u200bＡ①1Con"
    pair = {"".join(draw.choices(letters, k=draw.randint(1, 4))) for _ in range(2)}
    names = set()
    for text in pair:
        try:
            names.add(publish.safe_name(text))
        except LianhuError:
            continue
    with tempfile.TemporaryDirectory() as folder:
        written = []
        for name in names:
            try:
                publish._refuse_collision(Path(folder), [f"{name}.html"])
            except LianhuError:
                continue
            (Path(folder) / f"{name}.html").touch()
            written.append(publish._folded(name))
    tally.expect(len(set(written)) == len(written), f"{sorted(pair)!r} share a file")


def inject(count: int, seed: int) -> Tally:
    """Run the trials, each on the workspace as it was at first."""
    draw, tally = random.Random(seed), Tally()
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        try:
            place = Place(Path(folder))
            for number in range(count):
                judge = (judge_settings, judge_settings, judge_settings, judge_call)[number % 4]
                judge(place, draw, tally)
                judge_names(draw, Tally() if number % 8 else tally)
                place.renew()
        finally:
            os.chdir(before)
    return tally


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and its control."""
    chosen = options(__doc__, 5000, 60).parse_args(arguments)
    tally = inject(chosen.count, chosen.seed)
    with patched(cli, "LianhuError", ZeroDivisionError), patched(cli, "UsageError", KeyError):
        control = inject(min(chosen.count, 40), chosen.seed)
    kinds = Counter(
        told.split(": ")[1][:40] if ": " in told else told[:40] for told in tally.missed
    )
    for kind, number in kinds.most_common(12):
        print(f"  {number} x {kind}")
    return end(f"{len(tally.missed)} of {tally.trials} hostile runs missed", tally, control)


if __name__ == "__main__":
    sys.exit(main())
