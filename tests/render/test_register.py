from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

import lxml.html
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianhu_analysis.errors import ReportError
from lianhu_analysis.render.register import FigureRegister, read_number
from lianhu_analysis.render.tables import number_text, probability_text
from lianhu_analysis.render.trace import check_html

ROW = {
    "region": "610104",
    "indicator": "gdp",
    "measure": "yoy",
    "span": "ytd",
    "period": "2024Q3",
    "value": 5.3,
    "unit": "%",
    "published": pd.Timestamp("2024-10-22"),
    "published_basis": "assumed",
    "source": "data/raw/q3.xlsx | 运行情况 | https://example.org/q3",
    "sheet": "主要指标",
    "cell": "C7",
    "token": "5.3",
    "status": "ok",
    "provenance": "official",
}


def add(register, value, text, **changes):
    settings = {"kind": "target", "label": "目标", "source": "工作报告", **changes}
    return register.add(value, text, **settings)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5.53, "5.5"),
        (5.95, "6.0"),
        (5.95, "5.9"),  # either way of a tie is a rounding
        (-0.3, "-0.3"),
        (-0.3, "−0.3"),
        (0.3, "+0.3"),
        (5.3, "5.3%"),
        (1234.5, "1,234.5"),
        (0.004, "<1"),
        (99.6, ">99%"),
    ],
)
def test_a_rounding_is_registered(value, text):
    assert text.replace(">", "&gt;").replace("<", "&lt;") in add(FigureRegister(), value, text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5.53, "5.6"),
        (5.53, "55.3"),
        (5.3, "-5.3"),
        (0.05, "5%"),
        (2, "<1"),
        (float("nan"), "0.0"),
        (5, "五"),
    ],
)
def test_what_is_no_rounding_is_refused(value, text):
    with pytest.raises(ReportError, match="的四舍五入"):
        add(FigureRegister(), value, text)


@given(st.floats(-1e7, 1e7, allow_nan=False))
def test_the_texts_of_our_own_writers_are_roundings(value):
    register = FigureRegister()
    for decimals in range(4):
        add(register, value, number_text(value, decimals))


@given(st.floats(0, 1))
def test_every_probability_is_registered_as_a_share(probability):
    register = FigureRegister()
    register.probability(probability, label="概率", model="m", as_of="2024-10-25")
    (figure,) = register
    assert figure.text == probability_text(probability)
    assert figure.share


def test_a_share_needs_its_percent_sign_and_its_range():
    with pytest.raises(ReportError, match="缺 %"):
        add(FigureRegister(), 0.62, "62", share=True)
    with pytest.raises(ReportError, match="0 至 1"):
        add(FigureRegister(), 62, "62%", share=True)
    with pytest.raises(ReportError, match="四舍五入"):
        add(FigureRegister(), 0.62, "0.6%", share=True)


@pytest.mark.parametrize(
    ("kind", "detail", "missing"),
    [
        ("observation", {"source": "a.xlsx", "published": "2024-10-22"}, "token"),
        ("observation", {"token": "5", "published": "2024-10-22", "source": ""}, "source"),
        ("model", {"model": "m"}, "as_of"),
        ("target", {"year": 2024}, "source"),
        ("arithmetic", {}, "formula"),
    ],
)
def test_a_figure_without_its_origin_is_refused(kind, detail, missing):
    with pytest.raises(ReportError, match=f"出处缺少 {missing}"):
        FigureRegister().add(5.0, "5.0", kind=kind, label="x", **detail)


def test_the_same_figure_is_numbered_once():
    register = FigureRegister()
    first, second = add(register, 6, "6.0"), add(register, 6, "6.0")
    assert first == second
    assert add(register, 6, "6.0", label="另一个") != first
    assert len(register) == 2


@dataclass(frozen=True)
class NamedRow:
    region: str = "610104"
    indicator: str = "retail"
    measure: str = "level"
    period: str = "2024-09"
    value: float = 1234.567
    published: dt.date = dt.date(2024, 10, 20)
    source: str = "a.csv"
    token: str = "1234.567"
    cell: str = "D2"


@pytest.mark.parametrize(
    ("row", "text"),
    [(ROW, "5.3"), (pd.Series(ROW), "5.3"), (NamedRow(), "1,234.57")],
)
def test_a_row_of_the_store_brings_its_origin(row, text):
    register = FigureRegister()
    register.observation(row)
    (figure,) = register
    assert figure.text == text
    assert figure.kind == "observation"
    assert figure.detail["published"] == ("2024-10-22" if text == "5.3" else "2024-10-20")
    assert figure.detail["cell"] == ("C7" if text == "5.3" else "D2")


def test_a_row_without_a_value_is_refused():
    with pytest.raises(ReportError, match=r"gdp yoy 2024Q3 没有数值（not_released）"):
        FigureRegister().observation({**ROW, "value": float("nan"), "status": "not_released"})


def test_arithmetic_is_worked_out_from_registered_figures():
    register = FigureRegister()
    target, actual = add(register, 6, "6.0"), add(register, 5.3, "5.3")
    formula = f"({{{register.ref(target)}}} - {{{register.ref(actual)}}}) * 4 / 2 + abs(-1)"
    register.arithmetic(formula, label="式")
    assert register.figure("fig-3").value == pytest.approx(2.4)
    assert register.figure("fig-3").text == "2.4"


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os')",
        "{fig-1}.real",
        "{fig-1} ** 9",
        "{fig-1} / 0",
        "x + 1",
        "{fig-1} -",
        "'5'",
    ],
)
def test_a_formula_is_arithmetic_only(formula):
    register = FigureRegister()
    add(register, 6, "6.0")
    with pytest.raises(ReportError, match="不能计算"):
        register.arithmetic(formula, label="式")


def test_a_formula_cannot_point_to_an_unregistered_figure():
    with pytest.raises(ReportError, match="没有 fig-7"):
        FigureRegister().arithmetic("{fig-7} + 1", label="式")


def test_a_register_survives_the_disk(tmp_path):
    register = FigureRegister()
    register.observation(ROW, label="GDP 增速")
    register.probability(0.62, label="概率", model="组合", as_of=dt.date(2024, 10, 25))
    register.arithmetic("{fig-1} * 2", label="两倍")
    path = tmp_path / "figures.json"
    register.save(path)
    assert list(FigureRegister.load(path)) == list(register)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"text": "9.9"}, "四舍五入"),
        ({"ref": "fig-9"}, "不连续"),
        ({"detail": {}}, "出处缺少"),
        ({"unknown": 1}, "读不出"),
    ],
)
def test_a_register_that_was_changed_is_refused(tmp_path, change, message):
    register = FigureRegister()
    register.observation(ROW)
    path = tmp_path / "figures.json"
    register.save(path)
    rows = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps([{**rows[0], **change}]), encoding="utf-8")
    with pytest.raises(ReportError, match=message):
        FigureRegister.load(path)


def test_a_truncated_register_is_refused(tmp_path):
    path = tmp_path / "figures.json"
    path.write_text('[{"ref": "fig-1"', encoding="utf-8")
    with pytest.raises(ReportError, match="读不出"):
        FigureRegister.load(path)


def test_provenance_table_leads_to_file_sheet_cell_and_token():
    register = FigureRegister()
    register.observation(ROW, label="GDP 增速")
    add(register, 6, "6.0")
    register.arithmetic("{fig-2} - {fig-1}", label="差距")
    table = register.provenance_table()
    rows = lxml.html.fragment_fromstring(table).xpath("//tbody/tr")
    assert [row.get("id") for row in rows] == ["fig-1", "fig-2", "fig-3"]
    words = [" ".join(row.text_content().split()) for row in rows]
    assert words[0] == (
        "5.3GDP 增速公布值2024-10-22（推定）data/raw/q3.xlsx 主要指标!C7 “5.3” 运行情况"
    )
    assert "6.0 - 5.3" in words[2]
    assert rows[0].xpath(".//cite/a/@href") == ["https://example.org/q3"]
    assert check_html(table, register) == ()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1,234.50", ("", 1234.5, 2)),
        ("<1%", ("<", 1.0, 0)),
        ("+0.3", ("", 0.3, 1)),
        ("约5", None),
        ("", None),
    ],
)
def test_read_number(text, read):
    assert read_number(text) == read


def test_a_corrected_figure_says_why_its_cell_holds_another():
    register = FigureRegister()
    register.observation({**ROW, "value": 9.0, "token": "8", "status": "corrected"}, label="企业数")
    register.observation(ROW, label="增速")
    assert [item.label for item in register] == ["企业数（已更正，原文照录）", "增速"]


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ((0.354, "0.35"), (0.746, "0.75"), "0.35 - 0.75"),  # -0.392 and -0.40 are both -0.4
        ((0.349, "0.3"), (0.66, "0.7"), "0.3 - 0.7（按四舍五入前的数计算）"),
    ],
)
def test_a_formula_whose_printed_figures_make_another_number_says_so(one, other, said):
    register = FigureRegister()
    refs = [register.ref(add(register, *number)) for number in (one, other)]
    shown = register.arithmetic("{{{}}} - {{{}}}".format(*refs), label="差", decimals=1)
    ref = register.ref(shown)
    assert register.origin_text(ref) == f"差：{said}"
    table = lxml.html.fromstring(register.provenance_table([ref])).text_content()
    assert ("四舍五入前" in table) == ("四舍五入前" in said)
