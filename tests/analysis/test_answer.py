"""An answer that was kept is the answer, whatever its tables hold."""

import json

import numpy as np
import pandas as pd
import pytest

from lianhu_analysis.analysis.answer import Answer

TABLE = pd.DataFrame(
    {
        "name_zh": ["甲", np.nan, "丙"],
        "points": [0.1 + 0.2, np.nan, -0.0],
        "n": [1, 2, 3],
        "run": pd.array([1, None, 3], dtype="Int64"),
        "late": [True, False, True],
        "chance": pd.Series([None, np.nan, False], dtype=object),
    }
)


@pytest.mark.parametrize("table", [TABLE, TABLE[[True, False, True]], TABLE[:0], pd.DataFrame()])
def test_a_kept_answer_is_the_same_to_the_last_bit(table):
    said = {"question": "谁？", "region": "610104", "region_zh": "莲湖区", "as_of": None}
    first = Answer(**said, simulated=True, sentences=("甲 0.3。",), tables={"rows": table})
    again = Answer.from_kept(json.loads(json.dumps(first.as_kept())))
    pd.testing.assert_frame_equal(again.tables["rows"], table, check_column_type=False)
    for column in table:
        assert list(map(repr, again.tables["rows"][column])) == list(map(repr, table[column]))
    assert again.as_dict() == first.as_dict() and again.sentences == first.sentences
