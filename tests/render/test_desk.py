import pandas as pd

from lianhu_analysis.render.desk import searchable


def test_a_table_is_in_chinese_needs_no_network_and_warns_of_nothing():
    # A warning is an error here, and would print a path into a notebook.
    frame = pd.DataFrame({"code": ["gdp.total"], "published": [pd.Timestamp("2024-10-27")]})
    html = searchable(frame).data
    assert "代码" in html and "\\u672b\\u9875" in html and "2024-10-27" in html
    # Without the program beside it the browser shows nothing but "Loading".
    assert "injectModule(" in html and len(html) > 500_000
    assert "nowrap" not in html
    assert 'src="http' not in html and 'from "http' not in html
