import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import PeriodError

PER_YEAR = {"A": 1, "Q": 4, "M": 12}


@st.composite
def periods(draw, first=1950, last=2050):
    frequency = draw(st.sampled_from("AQM"))
    return Period(
        draw(st.integers(first, last)), frequency, draw(st.integers(1, PER_YEAR[frequency]))
    )


@pytest.mark.parametrize(
    ("period", "code", "start", "end"),
    [
        (Period(2024, "A", 1), "2024", dt.date(2024, 1, 1), dt.date(2024, 12, 31)),
        (Period(2024, "Q", 1), "2024Q1", dt.date(2024, 1, 1), dt.date(2024, 3, 31)),
        (Period(2024, "Q", 3), "2024Q3", dt.date(2024, 7, 1), dt.date(2024, 9, 30)),
        (Period(2024, "M", 2), "2024-02", dt.date(2024, 2, 1), dt.date(2024, 2, 29)),
        (Period(2023, "M", 2), "2023-02", dt.date(2023, 2, 1), dt.date(2023, 2, 28)),
        (Period(2024, "M", 12), "2024-12", dt.date(2024, 12, 1), dt.date(2024, 12, 31)),
    ],
)
def test_codes_and_days(period, code, start, end):
    assert str(period) == code
    assert Period.parse(code) == period
    assert (period.start, period.end) == (start, end)


@pytest.mark.parametrize(
    "code",
    ["", "24", "2024-9", "2024Q5", "2024Q0", "2024-13", "2024-00", "2024年", " 2024", "２０２４"],
)
def test_only_the_three_codes_are_strict_codes(code):
    with pytest.raises(PeriodError, match="2024Q3"):
        Period.parse(code)


@pytest.mark.parametrize(
    ("year", "frequency", "number", "said"),
    [
        (2024, "M", 13, "没有第 13 月"),
        (2024, "Q", 5, "没有第 5 季度"),
        (2024, "A", 2, "没有第 2 年"),
        (2024, "M", 0, "没有第 0 月"),
        (24, "M", 1, "年份 24"),
        (2101, "A", 1, "年份 2101"),
        (2024, "W", 1, "“W”"),
    ],
)
def test_impossible_periods_are_refused(year, frequency, number, said):
    with pytest.raises(PeriodError, match=said):
        Period(year, frequency, number)


@pytest.mark.parametrize(
    ("code", "steps", "later"),
    [
        ("2024", 2, "2026"),
        ("2024Q4", 1, "2025Q1"),
        ("2024Q1", -1, "2023Q4"),
        ("2024-11", 3, "2025-02"),
        ("2024-02", -14, "2022-12"),
        ("2024-02", 0, "2024-02"),
    ],
)
def test_shift_counts_in_its_own_frequency(code, steps, later):
    assert str(Period.parse(code).shift(steps)) == later


@pytest.mark.parametrize(
    ("code", "frequency", "other"),
    [
        ("2024Q2", "M", "2024-06"),
        ("2024-06", "Q", "2024Q2"),
        ("2024Q4", "A", "2024"),
        ("2024", "Q", "2024Q4"),
        ("2024", "M", "2024-12"),
        ("2024-12", "A", "2024"),
        ("2024-07", "M", "2024-07"),
    ],
)
def test_as_frequency_ends_on_the_same_day(code, frequency, other):
    assert str(Period.parse(code).as_frequency(frequency)) == other


@pytest.mark.parametrize(
    ("code", "frequency"), [("2024-08", "Q"), ("2024-06", "A"), ("2024Q2", "A")]
)
def test_as_frequency_refuses_another_last_day(code, frequency):
    with pytest.raises(PeriodError, match=code):
        Period.parse(code).as_frequency(frequency)


def test_as_frequency_refuses_an_unknown_frequency():
    with pytest.raises(PeriodError, match="W"):
        Period(2024, "A", 1).as_frequency("W")


@pytest.mark.parametrize(
    ("code", "span", "label"),
    [
        ("2024-09", "ytd", "2024年1—9月"),
        ("2024-02", "ytd", "2024年1—2月"),
        ("2024-01", "ytd", "2024年1月"),
        ("2024-12", "ytd", "2024年1—12月"),
        ("2024-09", "single", "2024年9月"),
        ("2024-09", "point", "2024年9月末"),
        ("2024Q1", "ytd", "2024年一季度"),
        ("2024Q2", "ytd", "2024年上半年"),
        ("2024Q3", "ytd", "2024年前三季度"),
        ("2024Q4", "ytd", "2024年全年"),
        ("2024Q3", "single", "2024年三季度"),
        ("2024Q3", "point", "2024年三季度末"),
        ("2024", "annual", "2024年"),
        ("2024", "ytd", "2024年"),
        ("2024", "point", "2024年末"),
        ("2024Q4", "annual", "2024年"),
        ("2024-12", "annual", "2024年"),
    ],
)
def test_labels_are_what_a_reader_expects(code, span, label):
    assert Period.parse(code).label_zh(span) == label


@pytest.mark.parametrize(
    ("code", "span"), [("2024Q3", "annual"), ("2024-09", "annual"), ("2024", "累计")]
)
def test_labels_refuse_a_span_that_the_period_cannot_have(code, span):
    with pytest.raises(PeriodError, match=span):
        Period.parse(code).label_zh(span)


@given(periods(), st.integers(-40, 40))
def test_shifting_there_and_back_changes_nothing(period, steps):
    assert period.shift(steps).shift(-steps) == period


@given(periods())
def test_consecutive_periods_touch(period):
    assert period.end + dt.timedelta(days=1) == period.shift(1).start
    assert period < period.shift(1)


@given(periods(), st.sampled_from("AQM"))
def test_as_frequency_is_exact_or_refused(period, frequency):
    try:
        other = period.as_frequency(frequency)
    except PeriodError:
        months = {"A": (12,), "Q": (3, 6, 9, 12)}[frequency]
        assert period.end.month not in months
    else:
        assert other.end == period.end
        assert other.frequency == frequency
