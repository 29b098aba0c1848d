"""The register of printed figures: each number of a report, and the cell that it came from."""

from __future__ import annotations

import ast
import json
import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from lianhu_analysis.errors import ReportError
from lianhu_analysis.intake.observations import COLUMNS, split_source
from lianhu_analysis.intake.problems import place_text
from lianhu_analysis.intake.whole_files import write_whole
from lianhu_analysis.render import tables
from lianhu_analysis.render.tables import Html

__all__ = ["FIGURES_FILE", "KIND_NAMES", "Figure", "FigureRegister", "read_number"]

FIGURES_FILE = "figures.json"

Kind = Literal["observation", "model", "analysis", "target", "arithmetic"]
KIND_NAMES = {
    "observation": "公布值",
    "model": "模型",
    "analysis": "分析",
    "target": "目标",
    "arithmetic": "算术",
}
REQUIRED_DETAIL = {
    "observation": ("source", "published", "token"),
    "model": ("model", "as_of"),
    "analysis": ("model", "as_of"),
    "target": ("source",),
    "arithmetic": ("formula",),
}
OBSERVATION_DETAIL = tuple(name for name in COLUMNS if name not in ("value", "unit", "status"))

NUMBER = re.compile(r"^\s*([<>])?\s*([+-]?)(\d[\d,]*)(?:\.(\d+))?\s*(%)?\s*$")
REF = re.compile(r"\{(fig-\d+)\}")
ROUNDING_SLACK = 1e-9


@dataclass(frozen=True)
class Figure:
    """One number as printed.

    Attributes
    ----------
    ref
        Its anchor on the page, such as ``fig-12``.
    text
        What the page prints, such as ``5.53``.
    value
        What the text is a rounding of; a share (0 to 1) where ``share`` is true.
    kind
        Where such a number comes from.
    label
        What it measures.
    detail
        Source, sheet, cell and token; or model; or formula.
    """

    ref: str
    text: str
    value: float
    kind: Kind
    label: str
    share: bool = False
    detail: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=4096)
def read_number(text: str) -> tuple[str, float, int] | None:
    """Read a printed number as (sign of comparison, number, decimals), or None."""
    match = NUMBER.match(text.replace("−", "-"))
    if match is None:
        return None
    comparison, sign, whole, decimals, _ = match.groups()
    number = float(f"{sign}{whole.replace(',', '')}.{decimals or '0'}")
    return comparison or "", number, len(decimals or "")


def _is_rounding(text: str, value: float) -> bool:
    read = read_number(text)
    if read is None or not math.isfinite(value):
        return False
    comparison, number, decimals = read
    if comparison:
        return value < number if comparison == "<" else value > number
    return abs(value - number) <= 0.5 * 10.0**-decimals + ROUNDING_SLACK * max(1.0, abs(value))


class FigureRegister:
    """The figures of one report, numbered in the order in which they were added."""

    def __init__(self) -> None:
        self._figures: dict[str, Figure] = {}
        self._refs: dict[tuple[object, ...], str] = {}

    def __len__(self) -> int:
        return len(self._figures)

    def __iter__(self) -> Iterator[Figure]:
        return iter(self._figures.values())

    def __contains__(self, ref: object) -> bool:
        return ref in self._figures

    def figure(self, ref: str) -> Figure:
        """Return one figure."""
        try:
            return self._figures[ref]
        except KeyError:
            raise ReportError(f"数字登记簿中没有 {ref}。请用 FigureRegister 印出每个数字") from None

    @staticmethod
    def ref(html: str) -> str:
        """Return the ref of a figure from the HTML that ``add`` gave."""
        refs = re.findall(r'data-ref="([^"]+)"', html)
        if len(refs) != 1:
            raise ReportError(f"{html!r} 不是一个登记过的数字")
        return str(refs[0])

    def add(
        self,
        value: float,
        text: str,
        *,
        kind: Kind,
        label: str,
        share: bool = False,
        **detail: Any,
    ) -> Html:
        """Register one number and return it as HTML.

        Parameters
        ----------
        value
            The unrounded number, in the unit that is printed.
        text
            The number as printed, without its unit; a percent sign may stay.
        share
            The value is a share or probability (0 to 1), the text a percentage.
        **detail
            Where it came from; each kind asks for its own entries.

        Raises
        ------
        ReportError
            If the text is no rounding of the value, or the origin is not given.
        """
        value = float(value)
        kept = {key: str(item) for key, item in detail.items() if item not in (None, "")}
        key = (text, value, kind, label, share, tuple(sorted(kept.items())))
        if (ref := self._refs.get(key)) is None:
            ref = f"fig-{len(self._figures) + 1}"
            figure = Figure(ref, text, value, kind, label, share, kept)
            self._check(figure)
            self._figures[ref] = figure
            self._refs[key] = ref
        return tables.traced(text, ref, value)

    def observation(self, row: Any, text: str | None = None, *, label: str = "") -> Html:
        """Register one published figure.

        Parameters
        ----------
        row
            A row of the observation table: mapping, Series or named tuple.
        text
            How it is printed; by default with one decimal for a growth rate.
        """
        get: Callable[[str], Any] = getattr(row, "get", lambda key: getattr(row, key, ""))
        where = f"{get('indicator')} {get('measure')} {get('period')}"
        value: Any = get("value")
        if value is None or not math.isfinite(value):
            raise ReportError(f"{where} 没有数值（{get('status')}）。请写明原因")
        text = text or tables.number_text(value, 1 if get("measure") == "yoy" else 2)
        detail: dict[str, Any] = {key: _plain(get(key)) for key in OBSERVATION_DETAIL}
        label = (label or where) + ("（已更正，原文照录）" if get("status") == "corrected" else "")
        return self.add(value, text, kind="observation", label=label, **detail)

    def target(self, target: Any, text: str | None = None, *, label: str = "") -> Html:
        """Register the value of a target of the targets file."""
        return self.add(
            target.value,
            text or tables.number_text(target.value, 1),
            kind="target",
            label=label or f"{target.name_zh} {target.year}",
            indicator=target.indicator,
            year=target.year,
            rule=target.rule,
            source=target.source,
        )

    def model(
        self,
        value: float,
        text: str,
        *,
        label: str,
        model: str,
        as_of: object,
        kind: Kind = "model",
        **detail: Any,
    ) -> Html:
        """Register a forecast or another number that a model, or an analysis, gave."""
        day = _plain(as_of)
        return self.add(value, text, kind=kind, label=label, model=model, as_of=day, **detail)

    def probability(self, value: float, *, label: str, model: str, as_of: object) -> Html:
        """Register the probability of a forecast, printed as ``62%``."""
        text = tables.probability_text(value)
        return self.model(value, text, label=label, model=model, as_of=as_of, share=True)

    def arithmetic(self, formula: str, *, label: str, decimals: int = 1) -> Html:
        """Register a number worked out from registered ones.

        Parameters
        ----------
        formula
            Such as ``"{fig-3} - {fig-4}"``; also ``* / ( ) abs min max``.
        """
        value = self.evaluate(formula)
        text = tables.number_text(value, decimals)
        return self.add(value, text, kind="arithmetic", label=label, formula=formula)

    def save(self, path: Path = Path(FIGURES_FILE)) -> None:
        """Write the register as JSON."""
        rows = [asdict(figure) for figure in self]
        write_whole(path, json.dumps(rows, ensure_ascii=False, indent=1).encode("utf-8"))

    @classmethod
    def load(cls, path: Path) -> FigureRegister:
        """Read a register, checking every figure again.

        Raises
        ------
        ReportError
            If the file is absent, damaged, or holds a figure that does not stand.
        """
        register = cls()
        try:
            rows = json.loads(path.read_text(encoding="utf-8"))
            figures = [Figure(**row) for row in rows]
        except (OSError, ValueError, TypeError) as error:
            raise ReportError(
                f"数字登记簿 {path.name} 读不出（{error}）。请在报告末尾的 end-marker 单元调用 finish"
            ) from error
        for figure in figures:
            if figure.ref != f"fig-{len(register) + 1}":
                raise ReportError(
                    f"数字登记簿 {path.name} 的编号 {figure.ref} 不连续，请重新生成报告"
                )
            register.put(figure)
        return register

    def put(self, figure: Figure) -> None:
        """Take a figure as it is, under its own ref, after checking it again."""
        self._check(figure)
        self._figures[figure.ref] = figure

    def provenance_table(self, refs: Iterable[str] | None = None) -> Html:
        """Make the table that leads from each number to its file, sheet and cell."""
        chosen = [self.figure(ref) for ref in refs] if refs is not None else list(self)
        headers = ("数字", "内容", "类别", "公布日或截至日", "出处")
        rows = [
            (
                tables.traced(figure.text, figure.ref, figure.value),
                tables.name(figure.label),
                KIND_NAMES[figure.kind],
                _day(figure),
                self._origin(figure),
            )
            for figure in chosen
        ]
        table = str(tables.html_table(headers, rows, "每个数字的出处", numeric=(0,)))
        for figure in chosen:
            # The row, not the number in it, is what a link on the page leads to.
            link = f'<tr><th scope="row" class="right"><a class="origin" href="#{figure.ref}">'
            table = table.replace(link, link.replace("<tr>", f'<tr id="{figure.ref}">'), 1)
        return Html(table)

    def origin_text(self, ref: str) -> str:
        """Say in one line what a number is and where it came from."""
        figure = self.figure(ref)
        detail = figure.detail
        if figure.kind == "observation":
            path, title, _ = split_source(detail["source"])
            parts = [path, place_text(detail.get("sheet"), detail.get("cell")), title]
            parts.append(f"“{detail['token']}”")
        elif figure.kind == "arithmetic":
            parts = [self.formula_text(figure)]
        else:
            parts = [detail.get("model", "") or detail["source"]]
        return f"{figure.label}：{' '.join(filter(None, parts))}"

    def formula_text(self, figure: Figure) -> str:
        """Return a formula with its figures as printed; empty for other kinds of numbers."""
        formula = figure.detail.get("formula", "")
        return REF.sub(lambda match: self.figure(match[1]).text, formula) + self._unrounded(figure)

    def _unrounded(self, figure: Figure) -> str:
        """Say so where what is printed of the figures in a formula makes another number."""
        formula = figure.detail.get("formula", "")
        used = [self.figure(ref) for ref in REF.findall(formula)]
        read = {one.ref: read_number(one.text) for one in used if not one.share}
        printed = {ref: found[1] for ref, found in read.items() if found}
        if not used or len(printed) < len({one.ref for one in used}):
            return ""
        try:
            same = _is_rounding(figure.text, self._work(formula, printed))
        except ZeroDivisionError:
            same = False
        return "" if same else "（按四舍五入前的数计算）"

    def _origin(self, figure: Figure) -> Html:
        if figure.kind != "arithmetic":
            return _origin(figure)
        parts: list[object] = re.split(REF, figure.detail["formula"])
        for position in range(1, len(parts), 2):  # every second part is a ref
            used = self.figure(str(parts[position]))
            parts[position] = tables.traced(used.text, used.ref, used.value)
        return tables.join(tables.code(tables.join(*parts)), self._unrounded(figure))

    def _check(self, figure: Figure) -> None:
        shown = figure.value * 100 if figure.share else figure.value
        if figure.share and not (0 <= figure.value <= 1 and figure.text.endswith("%")):
            raise ReportError(
                f"{figure.label}：{figure.value} 不是 0 至 1 的比重，或“{figure.text}”缺 %"
            )
        if not _is_rounding(figure.text, shown):
            raise ReportError(
                f"{figure.label}：印出的“{figure.text}”不是 {shown!r} 的四舍五入。"
                "请用 render.tables 中的函数写数字，单位写在数字之外"
            )
        if figure.kind not in get_args(Kind):
            raise ReportError(
                f"{figure.label}：数字类别 {figure.kind!r} 不对，可用：{get_args(Kind)}"
            )
        absent = [key for key in REQUIRED_DETAIL[figure.kind] if not figure.detail.get(key)]
        if absent:
            raise ReportError(f"{figure.label}：{figure.text} 的出处缺少 {'、'.join(absent)}")
        if figure.kind == "arithmetic" and "{" in figure.detail["formula"]:
            worked = self.evaluate(figure.detail["formula"])
            if not math.isclose(worked, figure.value, rel_tol=1e-9, abs_tol=1e-9):
                raise ReportError(
                    f"{figure.label}：公式 {figure.detail['formula']} 得 {worked}，与 {figure.value} 不符"
                )

    def evaluate(self, formula: str) -> float:
        """Work a formula out: see ``arithmetic``."""
        try:
            return self._work(formula, {r: self.figure(r).value for r in REF.findall(formula)})
        except (SyntaxError, KeyError, ZeroDivisionError) as error:
            raise ReportError(
                f"公式“{formula}”不能计算（{error}）。只用 {{fig-数字}}、数、+ - * / 括号与 abs min max"
            ) from error

    @staticmethod
    def _work(formula: str, values: Mapping[str, float]) -> float:
        names = {ref.replace("-", "_"): value for ref, value in values.items()}
        expression = REF.sub(lambda match: match.group(1).replace("-", "_"), formula)
        return _work_out(ast.parse(expression, mode="eval").body, names)


OPERATORS: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
FUNCTIONS: dict[str, Callable[..., float]] = {"abs": abs, "min": min, "max": max}


def _work_out(node: ast.expr, names: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name):
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_work_out(operand, names)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_work_out(left, names), _work_out(right, names))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS and args:
            return float(FUNCTIONS[name](*(_work_out(arg, names) for arg in args)))
    raise SyntaxError(ast.unparse(node))


def _plain(item: Any) -> str:
    if item is None:
        return ""
    return f"{item:%Y-%m-%d}" if hasattr(item, "strftime") else str(item)


def _day(figure: Figure) -> Html | str:
    day = figure.detail.get("published") or figure.detail.get("as_of") or figure.detail.get("year")
    if not day:
        return "见出处"
    assumed = figure.detail.get("published_basis") == "assumed"
    return tables.join(tables.when(day), "（推定）" if assumed else "")


def _origin(figure: Figure) -> Html:
    detail = figure.detail
    if figure.kind in ("model", "analysis"):
        shown = {"as_of", "model"}
        rest = "；".join(f"{key}={item}" for key, item in detail.items() if key not in shown)
        return tables.code("；".join(part for part in (detail["model"], rest) if part))
    path, title, address = split_source(detail["source"])
    parts: list[object] = [tables.code(path)]
    if where := place_text(detail.get("sheet"), detail.get("cell")):
        parts += [" ", tables.code(where)]
    if detail.get("token"):
        parts += [" ", tables.code(f"“{detail['token']}”")]
    if title:
        parts += [" ", tables.cite(title, address)]
    return tables.join(*parts)
