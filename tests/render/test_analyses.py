"""An answer is shown with its numbers, its mark and its limits; what is unknown is a dash."""

import numpy as np
import pandas as pd
import pytest

from lianhu_analysis.analysis.answer import Answer
from lianhu_analysis.render import analyses

TABLE = pd.DataFrame(
    {"name_zh": ["甲", "乙<b>"], "period": ["2024Q3", "2024Q3"], "code": ["a", "b"]}
)


def answer(simulated=False, table=TABLE):
    return Answer(
        question="谁在拉动",
        region="610104",
        region_zh="莲湖区",
        as_of="2024-10-31",
        simulated=simulated,
        sentences=("甲拉动最多。",),
        tables={"rows": table},
        notes=("按上年比重。",),
    )


def test_a_terminal_gets_sentences_columns_that_readers_know_and_notes():
    lines = analyses.answer_lines(answer(simulated=True).as_dict())
    assert lines[0] == "莲湖区：谁在拉动  截至 2024-10-31  演示数据（模拟）"
    assert lines[1] == "- 甲拉动最多。"
    assert lines[3].split() == ["指标", "时期"]
    assert lines[4].split() == ["甲", "2024Q3"]
    assert lines[-1] == "注：按上年比重。"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        *[(unknown, "%", "—") for unknown in (None, "", np.nan, pd.NA)],
        (0.0, "%", "0.0"), (-0.0, "%", "0.0"), (5.2, "增速%", "5.2"), (-0.25, "%", "-0.25"),
        (-1234.5, "亿元", "-1,234.5"), (20.0, "个", "20"), (39.265, "亿元", "39.27"), (2.675, "%", "2.68"),
        (3, "%", "3"), (True, "%", "是"),
    ],
)  # fmt: skip
def test_unknown_is_a_dash_and_numbers_have_the_decimals_that_they_need(value, unit, text):
    assert analyses.cell_texts([{"value": value, "unit": unit}], ["value"]) == [[text]]


def test_a_column_has_the_same_decimals_in_each_unit_and_a_rate_where_none_is_told():
    rows = [("%", 5.0), ("个", 3.0), ("%", 7.94), ("亿元", 0.4)]
    told = [{"value": value, "rest": value, "unit": unit} for unit, value in rows]
    assert analyses.cell_texts(told, ["value", "rest"]) == [
        *(["5.00", "5.00"], ["3", "3"], ["7.94", "7.94"], ["0.4", "0.40"])
    ]
    bare = [{"growth": 6.0, "rest": 6.0}, {"growth": None, "rest": None}]
    assert analyses.cell_texts(bare, ["growth", "rest"]) == [["6.0", "6.00"], ["—", "—"]]


def test_growth_has_the_decimals_that_its_row_tells():
    rows = [{"growth": 5.843051, "decimals": 1}, {"growth": 4.1, "decimals": 2}]
    assert analyses.cell_texts(rows, ["growth"]) == [["5.8"], ["4.10"]]


def test_a_missing_number_is_null_in_the_document():
    held = answer(table=TABLE.assign(value=[1.5, np.nan])).as_dict()
    assert [row["value"] for row in held["rows"]] == [1.5, None]


def test_a_notebook_gets_escaped_cells_and_the_mark():
    assert "乙&lt;b&gt;" in str(analyses.table(answer(), "rows"))
    assert "演示数据" in str(analyses.say(answer(simulated=True)))
    assert "演示数据" not in str(analyses.say(answer()))


def test_the_monitor_prints_the_core_on_one_page_and_all_on_request():
    document = answer().as_dict() | {"core": [{"name_zh": "甲"}], "monitor": [{"name_zh": "乙"}]}
    document |= {"targets": [], "areas": [], "anomalies": [], "heat": [{"month": "x"}]}
    page = analyses.monitor_page(document, every=False)
    assert not {"heat", "monitor"} & set(page) and page["notes"] == document["notes"]
    lines = analyses.answer_lines(page)
    assert "甲" in lines and "乙" not in lines
    assert analyses.monitor_page(document, every=True)["monitor"] == document["monitor"]


def test_a_terminal_cuts_off_no_figure_beside_a_long_reason():
    table = pd.DataFrame(
        {"name_zh": ["甲"], "period": ["2024Q3"], "rest": [1078.68], "reason": ["无从外推" * 60]}
    )
    head, row = analyses.answer_lines(answer(table=table).as_dict())[3:5]
    assert head.split() == ["指标", "时期", "须为", "说明"]
    assert row.split() == ["甲", "2024Q3", "1,078.68", "无从外推" * 60]


def test_without_data_a_terminal_is_told_what_to_do():
    empty = answer().as_dict() | {"as_of": None}
    assert analyses.answer_lines(empty) == [analyses.NO_DATA]
