"""A city's genuine monthly report, read for the city and for one of its districts.

``real_files/shaoyang.csv`` was worked out by hand from the workbook and the catalogue: what is
``right``, what is ``allowed`` beside it (the same figure on another sheet, or one on which careful
readers may differ), and what a naive reader would store and ``must_not``.
"""

from __future__ import annotations

import csv
import math
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lianhu_analysis import pipeline
from lianhu_analysis.intake.new_workspace import create_workspace
from lianhu_analysis.intake.problems import Problem
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.pipeline.session import Session
from lianhu_analysis.workspace import load_workspace
from tests.intake.test_real_files import real

ANSWERS = Path(__file__).with_name("real_files") / "shaoyang.csv"
FILE = "city_monthly_report/2025-03.xlsx"
DELIVERY = 'published = 2025-04-25\nperiod = "2025-03"\n'
CITY = ("430500", "邵阳市")
DISTRICT = ("430503", "大祥区")
PEERS = {
    "430502": "双清区",
    "430511": "北塔区",
    "430522": "新邵县",
    "430523": "邵阳县",
    "430524": "隆回县",
    "430525": "洞口县",
    "430527": "绥宁县",
    "430528": "新宁县",
    "430529": "城步苗族自治县",
    "430581": "武冈市",
    "430582": "邵东市",
}
KEY = ("region", "indicator", "measure", "span", "period")
READ_SHARE = 0.85
MOST_KINDS = 30
MOST_REPEATS = 5
QUOTED = re.compile(r"“[^”]*”|\d+")
EDITS = re.compile("改正|更正|取消隐藏|删除|删去|补上|填上|填写|写明|改为|改成|恢复")
ELSEWHERE = re.compile(r"\w+\.toml|aliases|目录|版式|词表|报送|新的?文件|另")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Read:
    """What a workspace holds of the workbook, and what it says about it."""

    answers: tuple[Row, ...]
    stored: tuple[Row, ...]
    problems: tuple[Problem, ...]

    def kind(self, name: str) -> list[Row]:
        """Return the answers of one kind."""
        return [row for row in self.answers if row["kind"] == name]

    def missing(self) -> list[str]:
        """Name the right figures that are not stored, not even as another sheet rounds them."""
        held = {
            _answer_key(row)
            for row in (*self.kind("right"), *self.kind("allowed"))
            if any(_same(item, row) for item in self.stored)
        }
        return [_line(row) for row in self.kind("right") if _answer_key(row) not in held]

    def wrong(self) -> list[str]:
        """Name the stored figures that are neither right nor allowed at their cell."""
        good = [*self.kind("right"), *self.kind("allowed")]
        return [
            _line(row)
            for row in self.stored
            if not any(_same(row, item) and _place(row) == _place(item) for item in good)
        ]


def _same(stored: Row, answer: Row) -> bool:
    return (
        all(stored[name] == answer[name] for name in (*KEY, "unit"))
        and stored["value"] is not None
        and math.isclose(stored["value"], float(answer["value"]), rel_tol=1e-9)
    )


def _place(row: Row) -> tuple[str, str]:
    return row["sheet"].strip(), row["cell"]


def _line(row: Row) -> str:
    what = " ".join(row[name] for name in KEY)
    return f"{what} = {row['value']} {row['unit']} ({row['sheet']}!{row['cell']}) {row['token']}"


def _answers(space: str) -> tuple[Row, ...]:
    with ANSWERS.open(encoding="utf-8", newline="") as file:
        rows = [{**row, "token": row["note"]} for row in csv.DictReader(file)]
    return tuple(row for row in rows if row["workspace"] == space)


def _relatives(space: str) -> str:
    tables = [("parents", *CITY)] if space == "district" else []
    tables += [("peers", code, name) for code, name in PEERS.items() if space == "district"]
    return "".join(
        f'\n[[{table}]]\ncode = "{code}"\nname_zh = "{name}"\n' for table, code, name in tables
    )


def deliver(space: str, root: Path, file: Path) -> Read:
    """Ingest the workbook in a new workspace of the city or of the district."""
    code, name = CITY if space == "city" else DISTRICT
    create_workspace(root, name, code)
    with (root / "lianhu.toml").open("a", encoding="utf-8") as config:
        config.write(_relatives(space))
    folder = root / "data" / "raw" / "统计局"
    folder.mkdir(parents=True)
    (folder / "delivery.toml").write_text(DELIVERY, encoding="utf-8")
    shutil.copy(file, folder)
    workspace = load_workspace(root)
    results = pipeline.ingest(workspace)
    stored = VintageStore(workspace.processed).as_of(None).dropna(subset=["value"])
    # Ranks are facts beside the observations.
    stored = stored[~stored["indicator"].str.startswith("fact.")]
    return Read(
        _answers(space),
        tuple(stored.to_dict("records")),
        tuple(problem for result in results for problem in result.problems),
    )


@pytest.fixture(scope="module", params=["city", "district"])
def read(request, tmp_path_factory) -> Read:
    return deliver(request.param, tmp_path_factory.mktemp(request.param) / "new", real(FILE))


def test_most_of_what_the_catalogue_can_take_is_read(read):
    missing, right = read.missing(), read.kind("right")
    assert len(missing) <= (1 - READ_SHARE) * len(right), _listing(missing, len(right))


def test_nothing_wrong_is_stored(read):
    wrong = read.wrong()
    assert not wrong, _listing(wrong, len(read.stored))


def test_none_of_the_traps_is_stored(read):
    traps = [row for row in read.kind("must_not") if any(_same(x, row) for x in read.stored)]
    assert not traps, _listing([_line(row) for row in traps], len(read.stored))


def test_each_problem_says_where_and_what_to_do(read):
    assert [p for p in read.problems if not ((p.sheet or p.cell) and p.message and p.remedy)] == []


def test_no_remedy_edits_a_raw_file(read):
    clauses = {part for p in read.problems for part in re.split("[，。；]", p.remedy)}
    assert [part for part in clauses if EDITS.search(part) and not ELSEWHERE.search(part)] == []


def test_equal_problems_are_told_once(read):
    kinds = {QUOTED.sub("…", p.message) for p in read.problems}
    repeats = Counter((p.message, p.remedy) for p in read.problems).most_common(1)
    assert len(kinds) <= MOST_KINDS, sorted(kinds)
    assert not repeats or repeats[0][1] <= MOST_REPEATS, repeats


def test_the_answers_do_not_contradict_one_another():
    rows = [row for space in ("city", "district") for row in _answers(space)]
    good: dict[tuple[str, ...], list[float]] = {}
    for row in rows:
        if row["kind"] != "must_not":
            good.setdefault(_answer_key(row), []).append(float(row["value"]))
    assert all(max(values) - min(values) <= 0.06 for values in good.values())
    for row in rows:
        if row["kind"] == "must_not":
            assert all(float(row["value"]) != value for value in good.get(_answer_key(row), []))


def _answer_key(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in ("workspace", *KEY))


def _listing(lines: Iterable[str], of: int) -> str:
    lines = list(lines)
    return "\n".join([f"{len(lines)} of {of}:", *lines])


@pytest.mark.parametrize("space", ["city", "district"])
def test_its_first_delivery_has_no_error_and_says_who_pulls(tmp_path, space):
    """The city has farms, and neither the catalogue nor a year before says so."""
    deliver(space, tmp_path / "new", real(FILE))
    session = Session(load_workspace(tmp_path / "new"))
    assert not [item for item in session.assured.findings if item.severity == "Error"]
    told = session.contributions().tables["contributions"]
    if space == "city":
        pulled = told[told["whole"].eq("gdp.total")].set_index("indicator")["points"]
        assert pulled["gdp.secondary"] == pytest.approx(
            6.9 * (169.973 / 1.069) / (663.606 / 1.06305), abs=1e-3
        )


def test_another_districts_workspace_takes_nothing_of_it(tmp_path):
    """全市 is the city of the districts that are listed, and none of them is known here."""
    file = real(FILE)
    root = tmp_path / "new"
    create_workspace(root, "莲湖区", "610104")
    with (root / "lianhu.toml").open("a", encoding="utf-8") as config:
        config.write('\n[[parents]]\ncode = "610100"\nname_zh = "西安市"\n')
    folder = root / "data" / "raw" / "统计局"
    folder.mkdir(parents=True)
    (folder / "delivery.toml").write_text(DELIVERY, encoding="utf-8")
    shutil.copy(file, folder)
    workspace = load_workspace(root)
    results = pipeline.ingest(workspace)
    assert VintageStore(workspace.processed).as_of(None).empty
    assert any("别的地区" in problem.message for result in results for problem in result.problems)
