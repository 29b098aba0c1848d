import datetime as dt

import pytest

from lianhu_analysis.catalog.calendar import assumed_release
from lianhu_analysis.catalog.periods import Period
from tests.forecast.frames import indicator


@pytest.mark.parametrize(
    ("lag", "period", "day"),
    [
        (17, "2024Q3", dt.date(2024, 10, 17)),
        (17, "2023Q4", dt.date(2024, 1, 17)),
        (16, "2024-02", dt.date(2024, 3, 16)),
        (150, "2023", dt.date(2024, 5, 29)),
    ],
)
def test_the_day_counts_from_the_end_of_the_period(lag, period, day):
    assert assumed_release(indicator(release_lag_days=lag), Period.parse(period)) == day
