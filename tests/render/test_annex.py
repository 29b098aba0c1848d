"""The annex opens again with every number and origin, and no formula."""

import io

import openpyxl
import pytest

from lianhu_analysis.render.publishing.annex import HEADS, render_annex
from lianhu_analysis.render.register import FigureRegister

ROW = {
    "region": "610104", "indicator": "gdp.total", "measure": "yoy", "span": "ytd",
    "period": "2024Q3", "value": 5.3, "published": "2024-10-29", "source": "data/raw/月报.xlsx",
    "sheet": "=HYPERLINK(1)", "cell": "C9", "token": "5.3", "status": "ok", "provenance": "official",
}  # fmt: skip


def annex(simulated=False):
    register = FigureRegister()
    first = FigureRegister.ref(register.observation(ROW))
    register.arithmetic(f"{{{first}}} - 5", label="与目标之差")
    register.probability(0.2, label="达标概率", model="多模型加权组合", as_of="2024-10-31")
    refs = [figure.ref for figure in register]
    data = render_annex(register, refs, title="某区报告", simulated=simulated)
    return register, openpyxl.load_workbook(io.BytesIO(data))["数字出处"]


def test_every_number_stands_with_its_origin():
    register, sheet = annex()
    title, heads, *rows = sheet.iter_rows(values_only=True)
    assert title[0] == "某区报告"
    assert heads == tuple(HEADS)
    assert len(rows) == len(register)
    told = [dict(zip(heads, row, strict=True)) for row in rows]
    for figure, row in zip(register, told, strict=True):
        assert (row["编号"], row["印出"]) == (figure.ref, figure.text)
        assert row["数值"] == pytest.approx(figure.value)
    assert (told[0]["文件"], told[0]["单元格"], told[0]["原文"]) == (
        "data/raw/月报.xlsx",
        "C9",
        "5.3",
    )
    assert told[1]["模型或算式"] == "5.3 - 5"
    assert told[2]["模型或算式"] == "多模型加权组合"


def test_text_stays_text_the_head_is_frozen_and_nothing_is_merged():
    _, sheet = annex()
    assert sheet.freeze_panes == "A3"
    assert not sheet.merged_cells.ranges
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    assert sheet["H3"].value == "=HYPERLINK(1)"


def test_a_control_character_is_written_out():
    row = ROW | {"sheet": "a\x07b"}
    register = FigureRegister()
    ref = FigureRegister.ref(register.observation(row))
    data = render_annex(register, [ref], title="某区\x00报告", simulated=False)
    sheet = openpyxl.load_workbook(io.BytesIO(data))["数字出处"]
    assert (sheet["A1"].value, sheet["H3"].value) == ("某区\\u0000报告", "a\\u0007b")


def test_simulated_data_are_marked():
    _, sheet = annex(simulated=True)
    assert sheet["B1"].value == "演示数据（模拟）"
    assert annex()[1]["B1"].value is None
