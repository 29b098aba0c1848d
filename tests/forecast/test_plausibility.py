import pytest

from lianhu_analysis.catalog.targets import Target
from lianhu_analysis.forecast.history import extract_series
from lianhu_analysis.forecast.plausibility import suspected_slip
from lianhu_analysis.forecast.verdict import Rules, judge
from tests.forecast.frames import catalogue, figures, indicator

COUNT = indicator("prj.done", unit="个", level_price="na", frequency="Q")
GDP = indicator("gdp.total")
RULES = Rules(("official",))


def counts(last=12.0, years=range(2019, 2024), **changed):
    """Eight, ten, twelve and twenty by quarter of every year; ``changed`` by period."""
    rows = []
    for year in (*years, 2024):
        for quarter, value in enumerate((8.0, 10.0, 12.0, 20.0), start=1):
            if (year, quarter) <= (2024, 3):
                period = f"{year}Q{quarter}"
                shown = last if (year, quarter) == (2024, 3) else changed.get(period, value)
                day = f"{year + quarter // 4}-{quarter * 3 % 12 + 1:02d}-17"
                rows.append(("prj.done", "level", "ytd", period, shown, day))
    return figures(*rows)


def count_target(value=20.0):
    return Target(
        indicator="prj.done", measure="level", year=2024, value=value, rule="at_least",
        tolerance=0.0, unit="个", title_zh="20个", source="报告", decimals=None,
    )  # fmt: skip


def slip_of(frame):
    return suspected_slip(extract_series(frame, COUNT, "level", ("official",)), 2024)


def test_usual_years_and_a_tenfold_one_are_no_slip():
    assert slip_of(counts()) == ""
    assert slip_of(counts(last=200.0)) == ""


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (counts(last=120_000.0), "2024Q3 的 120000 是其他各年最大值 20 的 6000 倍"),
        (counts(**{"2021Q2": 100_000.0}), "2021Q2 的 100000"),
    ],
)
def test_a_figure_that_dwarfs_every_other_year_is_refused_before_it_is_called_reached(frame, words):
    assert words in slip_of(frame)
    verdict = judge(frame, count_target(), catalogue(COUNT), RULES)
    assert (verdict.status, verdict.probability, verdict.draws) == ("refused", None, None)
    assert words in verdict.reason
    assert words in verdict.required.reason


def test_with_few_other_years_nobody_can_tell():
    assert slip_of(counts(last=120_000.0, years=range(2022, 2024))) == ""


def test_a_slipped_growth_of_the_whole_year_is_not_reached():
    frame = figures(("gdp.total", "yoy", "ytd", "2024Q4", 52000.0, "2025-01-17"))
    target = Target(
        indicator="gdp.total", measure="yoy", year=2024, value=5.0, rule="at_least",
        tolerance=0.0, unit="%", title_zh="5%", source="报告", decimals=1,
    )  # fmt: skip
    verdict = judge(frame, target, catalogue(GDP), RULES)
    assert verdict.status == "refused"
    assert "2024Q4 的增速 52000% 疑为单位或口径错误" in verdict.reason
