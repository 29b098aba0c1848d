"""What every fault bench shares: its options, its count of misses, and its negative control."""

from __future__ import annotations

import argparse
import contextlib
import io
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.bench import Verdict, conclude
from lianhu_analysis import cli
from lianhu_analysis.intake.new_workspace import create_workspace
from lianhu_analysis.workspace import Workspace, load_workspace

__all__ = [
    "ROOT",
    "Ran",
    "Tally",
    "end",
    "options",
    "patched",
    "run_command",
    "small_workspace",
    "tidy_line",
]

ROOT = Path(__file__).resolve().parents[2]
SHOWN = 25
TIDY_HEAD = "region,indicator,measure,span,period,value,unit,published\n"


@dataclass
class Tally:
    """Trials of one bench, and in words each that missed the bar."""

    trials: int = 0
    missed: list[str] = field(default_factory=list)

    def expect(self, held: bool, told: str) -> None:
        """Count a trial, and what went wrong in it."""
        self.trials += 1
        if not held:
            self.missed.append(told)


def options(
    doc: str | None, count: int, quick: int, seed: int = 20241031
) -> argparse.ArgumentParser:
    """Return a parser with the size of the full run and of the quick one."""
    parser = argparse.ArgumentParser(description=str(doc).splitlines()[0])
    parser.add_argument("--count", type=int, default=count, help="trials of the full run")
    parser.add_argument(
        "--quick", dest="count", action="store_const", const=quick, help=f"{quick} trials"
    )
    parser.add_argument("--seed", type=int, default=seed, help="seed of whatever is drawn")
    return parser


def end(figure: str, tally: Tally, control: Tally) -> int:
    """Print the misses and the figure, and return the exit status.

    Parameters
    ----------
    figure
        What is published, with the number of trials.
    control
        Of a variant that is broken on purpose: without a miss there, the bench sees nothing.
    """
    for told in tally.missed[:SHOWN]:
        print(f"  missed: {told}")
    if len(tally.missed) > SHOWN:
        print(f"  and {len(tally.missed) - SHOWN} more")
    caught = f"control caught in {len(control.missed)} of {control.trials}"
    held = not tally.missed and tally.trials > 0 and bool(control.missed)
    return conclude(Verdict(f"{figure}; {caught}", holds=held))


@dataclass(frozen=True)
class Ran:
    """What one run of the command line left; ``status`` is ``None`` after a traceback."""

    status: int | None
    out: str
    err: str

    @property
    def told(self) -> str:
        """Everything that its user sees."""
        return self.out + self.err


def run_command(arguments: Sequence[str]) -> Ran:
    """Run the command line in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    status: int | None = None
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli.main(list(arguments))
        except SystemExit as stopped:
            status = stopped.code if isinstance(stopped.code, int) else 0
        except BaseException:
            traceback.print_exc()
        out.flush()
        err.flush()
    texts = [stream.buffer.getvalue().decode("utf-8", "replace") for stream in (out, err)]  # type: ignore[attr-defined]
    return Ran(status, *texts)


def tidy_line(period: str, value: float, published: str, indicator: str = "gdp.total") -> str:
    """Return a row of a tidy CSV: growth to date of the workspace's own region."""
    return f"610199,{indicator},yoy,ytd,{period},{value},%,{published}\n"


def small_workspace(folder: Path) -> Workspace:
    """Make a workspace with a target and three growth rates delivered, nothing ingested yet."""
    create_workspace(folder, "某区", "610199")
    config = folder / "lianhu.toml"
    text = config.read_text(encoding="utf-8").replace("目标表.xlsx", "targets.toml")
    config.write_text(text, encoding="utf-8")
    delivered = folder / "data" / "raw" / "a"
    delivered.mkdir()
    (delivered / "delivery.toml").write_text('provenance = "official"\n', encoding="utf-8")
    rows = [
        ("2023Q3", 5.1, "2023-10-20"),
        ("2023Q4", 5.2, "2024-01-20"),
        ("2024Q3", 4.9, "2024-10-20"),
    ]
    text = TIDY_HEAD + "".join(tidy_line(*row) for row in rows)
    (delivered / "gdp.csv").write_text(text, encoding="utf-8")
    (folder / "targets.toml").write_text(
        '[[target]]\nindicator = "gdp.total"\nmeasure = "yoy"\nyear = 2024\nvalue = 6.0\n'
        'rule = "about"\nunit = "%"\ntitle_zh = "增长6%左右"\nsource = "报告"\n',
        encoding="utf-8",
    )
    return load_workspace(folder)


@contextlib.contextmanager
def patched(owner: object, name: str, value: object) -> Iterator[None]:
    """Put another value into an attribute for a while: the broken variant of a control."""
    kept = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, kept)
