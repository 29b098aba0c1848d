import pandas as pd

from lianhu_analysis.render.desk import _with_gaps, searchable
from tests.forecast import frames


def test_a_table_is_in_chinese_needs_no_network_and_warns_of_nothing():
    # A warning is an error here, and would print a path into a notebook.
    frame = pd.DataFrame({"code": ["gdp.total"], "published": [pd.Timestamp("2024-10-27")]})
    html = searchable(frame).data
    assert "代码" in html and "\\u672b\\u9875" in html and "2024-10-27" in html
    # Without the program beside it the browser shows nothing but "Loading".
    assert "injectModule(" in html and len(html) > 500_000
    assert "nowrap" not in html
    assert 'src="http' not in html and 'from "http' not in html


def test_a_figure_beside_a_small_one_has_all_its_digits():
    # pandas would write 1.523456e+06, and 5.000000e-02 beside it.
    html = searchable(pd.DataFrame({"value": [1523456.5, 0.05, -3.0]})).data
    assert '\\"1,523,456.5\\"' in html and '\\"0.05\\"' in html and "e+06" not in html


def test_a_month_that_is_missing_is_a_gap():
    months = frames.indicator("csm.retail.total", frequency="M", no_january=True)
    known = pd.DataFrame({"level": [1.0, 4.0]}, index=["2023-12", "2024-04"])
    assert _with_gaps(known, months).index.tolist() == ["2023-12", "2024-02", "2024-03", "2024-04"]
    assert _with_gaps(known, months)["level"].isna().tolist() == [False, True, True, False]
