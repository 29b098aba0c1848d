"""Seeded mutants of the library's own code: are they killed by its tests?

    python -m benchmarks.faults.mutcode [--count N] [--quick] [--seed N] [--control] [--jobs N]

Where a wrong figure would be made - periods, units, growth, reading, combination, verdict - one
place of one module is changed at a time: comparisons, arithmetic, whole numbers, and/or/not,
max/min, conditions, returns, statements, ends of slices.  N places a module are drawn by seed; the
named ones, which reviewers asked for, are always tried.  Texts, annotations and `__all__` stay.
Bar: at least 90 % killed, the named ones all, and the unchanged library passes the same tests.  A
run that takes more than `SECONDS` of processor time hangs, which counts as killed.  Control: the
tests are collected and none is run.

A mutant lives in memory: a fork of a process that has imported third parties but not the package
imports the package with the changed module, and runs the nearest tests first until one fails, so
that one takes about as long as the tests that kill it.  cosmic-ray and mutmut were looked at: they
draw no sample by seed and module, and start Python, pandas and statsmodels anew for each mutant
or rewrite the whole tree.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import os
import random
import resource
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from benchmarks.bench import Verdict, conclude, options, print_table

__all__ = ["Mutant", "changes", "draw", "main"]

ROOT = Path(__file__).resolve().parents[2]
BAR, MEMORY = 0.9, 4 << 30
SECONDS_OF_OWN, SECONDS = 25, 120
# The plugins of pytest were imported before the fork, which it would warn of.
QUIET = ["-q", "-p", "no:cacheprovider", "-W", "ignore:Module already imported"]
QUIET += ["--hypothesis-profile=mutants"]  # after the tests' own profile is loaded
# The modules, and whose tests are to kill their mutants after their own: the nearest first.
WHOLE_READING = (
    "intake/tidy intake/families intake/traps intake/bulletins intake/sums intake/documents intake/city_report"
    " intake/national_workbook intake/deliveries_that_failed intake/real_files"
)
NEXT = {
    "catalog/periods": "catalog/reference_period intake/times intake/tidy",
    "catalog/units": "catalog/targets intake/tidy intake/families",
    "forecast/growth": "forecast/required forecast/verdict",
    "forecast/combination": "forecast/verdict forecast/backtest",
    "forecast/stacking": "forecast/combination forecast/verdict",
    "forecast/required": "forecast/verdict forecast/metamorphic",
    "forecast/verdict": "forecast/knowledge forecast/joint forecast/metamorphic",
    "forecast/knowledge": "forecast/verdict forecast/past_forecasts forecast/backtest"
    " forecast/metamorphic",
}
NAMED = (
    ("catalog/periods", 'text.count("(") == 1', 'text.count("(") >= 1'),
    ("forecast/knowledge", "share[year] - share[year - 1]", "share[year] - share[year]"),
    ("forecast/required", "spread = max(", "spread = min("),
    ("forecast/required", "slack = max(", "slack = min("),
    ("forecast/required", 'at_most = target.rule == "at_most"', "at_most = False"),
    ("forecast/required", 'if target.rule == "at_most":', "if False:"),
    ("forecast/verdict", "panel.increments.sum() > 0", "panel.increments.sum() >= 0"),
    ("forecast/verdict", "if share > 0 else", "if share >= 0 else"),
    ("forecast/verdict", 'in ("at_least", "range")', 'in ("at_least", "range", "at_most")'),
    ("forecast/verdict", "actual >= target.value", "actual > target.value"),
    ("forecast/combination", " if published <= run.day]", "]"),
)
COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
REVERSED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
}
SWAPPED = {"max": "min", "min": "max", "maximum": "minimum", "minimum": "maximum"}


@dataclass(frozen=True)
class Mutant:
    """One change of one module.

    Attributes
    ----------
    module
        Path below the package, without its ending.
    text
        The whole changed source.
    """

    module: str
    line: int
    before: str
    after: str
    text: str

    def __str__(self) -> str:
        before, after = (" ".join(item.split())[:90] for item in (self.before, self.after))
        return f"{self.module}.py:{self.line}: {before}  ->  {after}"


def tests_of() -> dict[str, list[str]]:
    """Return the test files of each module: its own, then the next."""
    reading = (ROOT / "lianhu_analysis/intake/reading").glob("[!_]*.py")
    names = sorted(file.stem for file in reading)
    whole = f"{WHOLE_READING} {' '.join(f'intake/{name}' for name in names)}"
    next_of = NEXT | {f"intake/reading/{name}": whole for name in names}
    found = {}
    for module, more in next_of.items():
        owners = dict.fromkeys([module.replace("/reading/", "/"), *more.split()])
        files = ["tests/{}/test_{}.py".format(*owner.split("/")) for owner in owners]
        found[module] = [file for file in files if (ROOT / file).exists()]
    return found


def changes(source: str) -> list[tuple[int, str, str, str]]:
    """List every change of a source: its line, what stood there, what stands there now, all of it.

    Only what runs is changed: no text, annotation, decorator or ``__all__``.
    """
    lines = source.encode().splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
    found = {}
    for node, after in _places(ast.parse(source)):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        data = source.encode()
        text = (data[:start] + after.encode() + data[end:]).decode()
        found[text] = (node.lineno, data[start:end].decode(), after, text)
    return list(found.values())


def _places(node: ast.AST) -> Iterator[tuple[Any, str]]:
    """Every node that can be changed, and the source of what takes its place."""
    if _is_idle(node):
        return
    if isinstance(node, ast.stmt):
        yield from ((node, text) for text in _other_statements(node))
    if isinstance(node, ast.expr):
        yield from ((node, f"({ast.unparse(item)})") for item in _other_expressions(node))
    for test in _conditions(node):
        yield from ((test, text) for text in ("True", "False"))
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _places(child)


def _is_idle(node: ast.AST) -> bool:
    """Texts for readers, and imports that only a type checker makes."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    return isinstance(node, ast.JoinedStr)


def _conditions(node: ast.AST) -> list[ast.expr]:
    """Conditions that can be left out; a loop's would only never end."""
    if isinstance(node, ast.If | ast.IfExp):
        return [node.test]
    return list(node.ifs) if isinstance(node, ast.comprehension) else []


def _other_statements(node: ast.stmt) -> list[str]:
    match node:
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) != "None":
            return ["return None"]
        case ast.Expr(value=ast.Constant()):
            return []
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break():
            return ["pass"]
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            # Elsewhere the name would only be missing.
            names = {item.id for item in ast.walk(value) if isinstance(item, ast.Name)}
            return ["pass"] if name in names else []
    return []


def _other_expressions(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Compare(ops=ops):
            for number, item in enumerate(ops):
                other = copy.deepcopy(node)
                other.ops[number] = COMPARED[type(item)]()
                yield other
        case ast.BinOp(left, op, right) if type(op) in REVERSED:
            yield ast.BinOp(left, REVERSED[type(op)](), right)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            yield ast.Constant(value + 1)
            yield ast.Constant(value - 1)
        case ast.Call(func=ast.Name(id=name)) if name in SWAPPED:
            yield ast.Call(ast.Name(SWAPPED[name]), node.args, node.keywords)
        case ast.Call(func=ast.Attribute(value, name)) if name in SWAPPED:
            yield ast.Call(ast.Attribute(value, SWAPPED[name]), node.args, node.keywords)
        case ast.Subscript(slice=ast.Slice() as cut):
            for end in ("lower", "upper"):
                bound = getattr(cut, end)
                # A whole number is changed where it stands.
                if bound is not None and not isinstance(bound, ast.Constant):
                    other = copy.deepcopy(node)
                    setattr(other.slice, end, ast.BinOp(bound, ast.Add(), ast.Constant(1)))
                    yield other


def _source(module: str) -> str:
    return (ROOT / "lianhu_analysis" / f"{module}.py").read_text(encoding="utf-8")


def draw(count: int, seed: int) -> list[Mutant]:
    """Draw so many mutants of each module."""
    found = []
    for module in tests_of():
        every = [Mutant(module, *item) for item in changes(_source(module))]
        drawn = random.Random(f"{seed} {module}").sample(every, min(count, len(every)))
        found += sorted(drawn, key=lambda item: item.line)
    return found


def named() -> list[Mutant]:
    """Return the mutants that are always tried.

    Raises
    ------
    ValueError
        If the source no longer says once what is to be changed.
    """
    found = []
    for module, before, after in NAMED:
        source = _source(module)
        if source.count(before) != 1:
            raise ValueError(f"{module}.py: {before!r} stands there {source.count(before)} times")
        line = source[: source.index(before)].count("\n") + 1
        found.append(Mutant(module, line, before, after, source.replace(before, after)))
    return found


class _Changed(SourceFileLoader):
    """Loads one module from another text, and is its own finder."""

    def __init__(self, mutant: Mutant) -> None:
        name = "lianhu_analysis." + mutant.module.replace("/", ".")
        super().__init__(name, str(ROOT / "lianhu_analysis" / f"{mutant.module}.py"))
        self.text = mutant.text

    def find_spec(self, name: str, *_: object) -> object:
        return spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, fullname: str) -> CodeType:
        del fullname
        return compile(self.text, self.path, "exec", dont_inherit=True)


def warm(files: Sequence[str]) -> None:
    """Import what the tests import, then forget the package, and all that imported it.

    Examples of `hypothesis` are the same each time, none is kept, and none fails for being slow.
    """
    slow = list(HealthCheck)
    settings.register_profile(
        "mutants", deadline=None, derandomize=True, database=None, suppress_health_check=slow
    )
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        pytest.main(["--collect-only", *QUIET, *files])
    for name in list(sys.modules):
        if name.partition(".")[0] in ("lianhu_analysis", "tests", "benchmarks"):
            del sys.modules[name]


def start(mutant: Mutant, files: Sequence[str], extra: Sequence[str], folder: str) -> int:
    """Run the tests on a mutant, in a fork; return its process."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        # What a killed run leaves goes with the folder.
        tempfile.tempdir = os.environ["TMPDIR"] = folder
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        sys.meta_path.insert(0, _Changed(mutant))
        # The nearest tests alone are collected soon, and end soon unless they hang.
        for part, seconds in ((files[:1], SECONDS_OF_OWN), (files[1:], SECONDS)):
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, SECONDS + 5))
            status = int(pytest.main(["-x", *QUIET, *extra, *part]))
            if status:
                break
    finally:
        os._exit(status)


@dataclass(frozen=True)
class Ran:
    """How the tests of one mutant ended: by which signal, else with what status."""

    mutant: Mutant
    ended_by: int
    status: int

    @property
    def survived(self) -> bool:
        """Whether every test passed."""
        return not self.ended_by and not self.status


def run(
    mutants: Sequence[Mutant], files: Mapping[str, Sequence[str]], jobs: int, extra: Sequence[str]
) -> Iterator[Ran]:
    """Run the tests on every mutant, some at a time; yield each as it ends."""
    waiting = list(mutants)[::-1]
    running: dict[int, Mutant] = {}
    with tempfile.TemporaryDirectory() as folder:
        while waiting or running:
            while waiting and len(running) < jobs:
                mutant = waiting.pop()
                running[start(mutant, files[mutant.module], extra, folder)] = mutant
            child, status = os.wait()
            mutant = running.pop(child)
            yield Ran(mutant, os.WTERMSIG(status), os.WEXITSTATUS(status))


def report(done: Sequence[Ran], always: Sequence[Mutant]) -> Verdict:
    """Print the table by module, and say whether the bar holds."""
    drawn = [item for item in done if item.mutant not in always]
    rows: list[list[object]] = []
    for module in sorted({item.mutant.module for item in drawn}):
        here = [item for item in drawn if item.mutant.module == module]
        out_of_time = sum(item.ended_by == signal.SIGXCPU for item in here)
        survived = sum(item.survived for item in here)
        rows.append([module, len(here), len(here) - survived, out_of_time, survived])
    print_table(["module", "mutants", "killed", "of them out of time", "survived"], rows)
    killed = sum(not item.survived for item in drawn)
    known = sum(not item.survived for item in done if item.mutant in always)
    share = f" ({killed / len(drawn):.1%})" if drawn else ""
    return Verdict(
        f"{killed} of {len(drawn)} drawn mutants killed{share}, {known} of {len(always)} named",
        holds=known == len(always) and killed >= BAR * len(drawn),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench."""
    parser = options(str(__doc__).splitlines()[0], control="no test is run", seed=20241031)
    parser.add_argument("--count", type=int, default=15, help="mutants drawn of each module")
    parser.add_argument("--jobs", type=int, default=2, help="mutants at a time")
    parser.add_argument("--module", default="", help="only modules with this in their path")
    chosen = parser.parse_args(arguments)
    os.chdir(ROOT)
    always = [item for item in named() if chosen.module in item.module]
    drawn = [item for item in draw(chosen.count, chosen.seed) if chosen.module in item.module]
    if chosen.quick:
        always, drawn = always[:1], []
    mutants, files = [*always, *drawn], tests_of()
    every = sorted({file for item in mutants for file in files[item.module]})
    extra = ["--collect-only"] if chosen.control else []
    warm(every)
    unchanged = Mutant(mutants[0].module, 0, "", "", _source(mutants[0].module))
    (sound,) = run([unchanged], {unchanged.module: every}, 1, extra)
    if not sound.survived:
        return conclude(Verdict("the tests fail without a change, or run out of time", holds=False))
    done = []
    for ran in run(mutants, files, chosen.jobs, extra):
        done.append(ran)
        if ran.survived:
            print(f"  survived: {ran.mutant}", flush=True)
    return conclude(report(done, always))


if __name__ == "__main__":
    sys.exit(main())
