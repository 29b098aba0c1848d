"""An answer is shown with its numbers, its mark and its limits; what is unknown is a dash."""

import numpy as np
import pandas as pd

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


def test_unknown_is_a_dash_and_numbers_are_printed_alike():
    assert [
        analyses.cell_text(item) for item in (None, "", np.nan, pd.NA, 0.0, -1234.5, 3, True)
    ] == [
        *["—"] * 4,
        "0.00",
        "-1,234.50",
        "3",
        "是",
    ]


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
