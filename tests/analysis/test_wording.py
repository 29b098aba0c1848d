import pytest

from lianhu_analysis.analysis.wording import gap_text, grew_text


@pytest.mark.parametrize(
    ("growth", "told"),
    [
        (5.25, "增长 5.3%"), (5.35, "增长 5.4%"), (-0.25, "下降 0.3%"), (0.05, "增长 0.1%"),
        (0.04, "同比持平"), (-0.04, "同比持平"),
    ],
)  # fmt: skip
def test_growth_of_two_decimals_is_rounded_as_in_the_tables(growth, told):
    assert grew_text(growth) == told


def test_a_difference_is_rounded_as_growth_is():
    assert gap_text(0.25, "全市", "高", "低") == "比全市高 0.3 个百分点"
    # As a float 5.2 less 5.15 is a little less than the 0.05 that the table rounds to 0.1.
    assert gap_text(5.2 - 5.15, "上期", "加快", "回落") == "比上期加快 0.1 个百分点"
    assert gap_text(-0.15, "全市", "高", "低") == "比全市低 0.2 个百分点"
