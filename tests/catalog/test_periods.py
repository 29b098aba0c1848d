import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianhu_analysis.catalog.periods import Period, parse_period
from lianhu_analysis.errors import PeriodError


def read(text, **context):
    found = parse_period(text, **context)
    return str(found.period), found.span


# Every spelling listed in the survey of real layouts, and its kin.
SEEN = [
    ("1-8月", "2020-08", "ytd"),
    ("1~8月", "2020-08", "ytd"),
    ("1—8月", "2020-08", "ytd"),
    ("1—8月份", "2020-08", "ytd"),
    ("1–5月份", "2020-05", "ytd"),
    ("1至5月", "2020-05", "ytd"),
    ("1月至7月", "2020-07", "ytd"),
    ("1月份到7月份", "2020-07", "ytd"),
    ("前5月", "2020-05", "ytd"),
    ("前5个月", "2020-05", "ytd"),
    ("前两个月", "2020-02", "ytd"),
    ("头十一个月", "2020-11", "ytd"),
    ("1-8", "2020-08", "ytd"),
    ("1-3季度", "2020Q3", "ytd"),
    ("前三季度", "2020Q3", "ytd"),
    ("前3季度", "2020Q3", "ytd"),
    ("前三个季度", "2020Q3", "ytd"),
    ("1-2季度", "2020Q2", "ytd"),
    ("一至三季度", "2020Q3", "ytd"),
    ("第一季度至第三季度", "2020Q3", "ytd"),
    ("上半年", "2020Q2", "ytd"),
    ("全年", "2020", "annual"),
    ("年度", "2020", "annual"),
    ("第一季度", "2020Q1", "single"),
    ("一季度", "2020Q1", "single"),
    ("二季度", "2020Q2", "single"),
    ("第三季度", "2020Q3", "single"),
    ("四季度", "2020Q4", "single"),
    ("2012年1-2月", "2012-02", "ytd"),
    ("2024年1—2月份", "2024-02", "ytd"),
    ("201003", "2010-03", "single"),
    ("202412", "2024-12", "single"),
    (202412, "2024-12", "single"),
    ("2010年1月", "2010-01", "single"),
    ("2024年9月", "2024-09", "single"),
    ("9月", "2020-09", "single"),
    ("1月", "2020-01", "single"),
    ("11月份", "2020-11", "single"),
    ("十二月", "2020-12", "single"),
    ("二〇二四年一至九月", "2024-09", "ytd"),
    ("二零二四年十月份", "2024-10", "single"),
    ("45566", "2024-10", "single"),
    (45566, "2024-10", "single"),
    (45658.0, "2025-01", "single"),
    ("36526", "2000-01", "single"),
    ("73050", "2099-12", "single"),
    ("1992/3/31", "1992-03", "single"),
    ("4Q 2021", "2021Q4", "single"),
    ("2021Q4", "2021Q4", "single"),
    ("2021q4", "2021Q4", "single"),
    ("Q4 2021", "2021Q4", "single"),
    ("2021年四季度", "2021Q4", "single"),
    ("2021四季度", "2021Q4", "single"),
    ("2024Q1-Q3", "2024Q3", "ytd"),
    ("2024H1", "2024Q2", "ytd"),
    ("20221-8", "2022-08", "ytd"),
    ("2022 1-8", "2022-08", "ytd"),
    ("2022.1-8月", "2022-08", "ytd"),
    ("2024年1月—2024年9月", "2024-09", "ytd"),
    ("2024-01至2024-09", "2024-09", "ytd"),
    ("20201215日", "2020-12", "point"),
    ("2020年12月15日", "2020-12", "point"),
    ("截至9月30日", "2020-09", "point"),
    ("截至10月底", "2020-10", "point"),
    ("截止到2024年10月末", "2024-10", "point"),
    ("截至2025年1月", "2025-01", "single"),
    ("9月末", "2020-09", "point"),
    ("一季度末", "2020Q1", "point"),
    ("上半年末", "2020Q2", "point"),
    ("年末", "2020", "point"),
    ("2024年末", "2024", "point"),
    ("2024年底", "2024", "point"),
    ("2024", "2024", "annual"),
    (2024, "2024", "annual"),
    ("2024年", "2024", "annual"),
    ("2024年度", "2024", "annual"),
    ("2024年全年", "2024", "annual"),
    ("2024-09", "2024-09", "single"),
    ("2024-9", "2024-09", "single"),
    ("2024.09", "2024-09", "single"),
    ("2024.10", "2024-10", "single"),
    ("2024/9", "2024-09", "single"),
    ("2024 09", "2024-09", "single"),
    ("2024M09", "2024-09", "single"),
    ("20240930", "2024-09", "single"),
    ("2024-09-30", "2024-09", "single"),
    ("2024-09-30 00:00:00", "2024-09", "single"),
    (dt.date(2024, 9, 1), "2024-09", "single"),
    (dt.date(2024, 2, 29), "2024-02", "single"),
    (dt.datetime(2024, 9, 30), "2024-09", "single"),
    ("4月累计", "2020-04", "ytd"),
    ("1-4月 累计", "2020-04", "ytd"),
    ("累计（1—4月）", "2020-04", "ytd"),
    ("三季度累计", "2020Q3", "ytd"),
    ("9月（当月）", "2020-09", "single"),
    ("三季度当季值", "2020Q3", "single"),
    ("（2024年9月）", "2024-09", "single"),
    ("（202409）", "2024-09", "single"),
    ("（1-9月）（累计）", "2020-09", "ytd"),
    ("2024年1-9月①", "2024-09", "ytd"),
    ("2024年1-9月*", "2024-09", "ytd"),
    ("２０２４年１－９月", "2024-09", "ytd"),
    (" 2024　年 9 月 ", "2024-09", "single"),
]


@pytest.mark.parametrize(("text", "period", "span"), SEEN)
def test_spellings_seen_in_statistics(text, period, span):
    assert read(text, year=2020) == (period, span)


@pytest.mark.parametrize("dash", ["～", "~", "－", "—", "–", "-", "―", "——", "−", "〜", "至", "到"])
def test_every_dash_is_a_range(dash):
    assert read(f"2024年1{dash}8月") == ("2024-08", "ytd")


@pytest.mark.parametrize(
    "text",
    ["本月", "当月", "1-本月", "年初至本月", "本月止累计", "本年累计", "累计", "期末", "本月末",
     "本季", "本季累计", "2024年累计"],
)  # fmt: skip
def test_relative_words_ask_for_the_title(text):
    with pytest.raises(PeriodError, match=rf"“{text}”.*标题.*年和月"):
        parse_period(text, year=2022)


@pytest.mark.parametrize(
    ("text", "default", "span"),
    [
        ("9月", "ytd", "ytd"),
        ("1月", "ytd", "ytd"),
        ("201003", "ytd", "ytd"),
        ("2021Q4", "ytd", "ytd"),
        ("一季度", "ytd", "ytd"),
        ("45566", "ytd", "ytd"),
        ("截至10月", "ytd", "ytd"),
        (dt.date(2024, 9, 30), "ytd", "ytd"),
        ("2024", "ytd", "annual"),
        ("2024年", "ytd", "annual"),
        ("截至2024年", "ytd", "point"),
        # What the text says stands.
        ("三季度", "ytd", "single"),
        ("前三季度", "single", "ytd"),
        ("1-9月", "single", "ytd"),
        ("9月当月", "ytd", "single"),
        ("9月末", "ytd", "point"),
        ("截至10月底", "ytd", "point"),
        ("全年", "ytd", "annual"),
    ],
)
def test_default_span_decides_only_where_the_text_is_silent(text, default, span):
    assert parse_period(text, year=2024, default_span=default).span == span


def test_the_year_of_the_text_goes_before_the_context():
    assert read("2023年9月", year=2024) == ("2023-09", "single")


@pytest.mark.parametrize("text", ["9月", "1-9月", "前三季度", "全年", "年末", "9月30日", "Q3"])
def test_a_missing_year_is_named(text):
    with pytest.raises(PeriodError, match=f"“{text}”：缺少年份"):
        parse_period(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "是空的"),
        ("　", "是空的"),
        (None, "是空的"),
        (float("nan"), "是空的"),
        ("月 份", "月 份.*不是认得的写法"),
        ("指标名称", "不是认得的写法"),
        ("3-5月", "不是从年初开始"),
        ("2-3季度", "不是从年初开始"),
        ("下半年", "下半年不从 1 月开始"),
        ("13月", "没有第 13 月"),
        ("1-13月", "没有第 13 月"),
        ("202413", "没有第 13 月"),
        ("0月", "没有第 0 月"),
        ("5季度", "没有第 5 季度"),
        ("前五季度", "没有第 5 季度"),
        ("24年9月", "年份只有两位"),
        ("1024年9月", "年份 1024"),
        ("3024年9月", "年份 3024"),
        ("8", "只有一个数.*8月 或 1-8月"),
        (8, "只有一个数.*8月 或 1-8月"),
        ("20221", "只有数字"),
        (36525, "只有数字"),
        (73051, "只有数字"),
        ("12345678901", "只有数字"),
        pytest.param(10**5000, "这个数不是报告期", id="huge"),
        (2024.1, "2024年10月"),
        (-2024, "这个数不是报告期"),
        (float("inf"), "这个数不是报告期"),
        ("2024.1", "2024.10"),
        ("2022-1-8", "1 月 8 日.*2022年1-8月"),
        (dt.date(2024, 1, 8), "不是月初或月末"),
        (dt.datetime(2016, 9, 8), "发布日期"),
        ("2024-09-15", "不是月初或月末"),
        ("45570", "不是月初或月末"),
        ("2024-02-30", "不是月初或月末"),
        ("2024年2月30日", "没有 30 日"),
        ("1月1日", "上月末"),
        ("9月、10月", "不止一个报告期"),
        ("2024年9月 2024年10月", "不止一个报告期"),
        ("2023年2024年9月", "不止一个报告期"),
        ("2023年12月-2024年2月", "不止一个报告期"),
        ("2023年（2024Q3）", "不止一个报告期"),
        ("1 2月", "空格"),
        ("2024年9³月", "上标"),
        ("1一月", "不是认得的写法"),
        ("1一8月", "不是认得的写法"),
        ("二十月", "不是认得的写法"),
        ("前一季度", "上一期"),
        ("前1月", "上一期"),
        ("上年同期", "另一期"),
        ("1-9月当月", "相互矛盾"),
        ("9月当季", "相互矛盾"),
        ("累计9月当月", "既说累计又说当期"),
        ("1-9月末", "既是一段时间又是期末"),
        ("全年目标", "不是认得的写法"),
        ("=A1", "不是认得的写法"),
        (True, "不是文字、日期或数字"),
        (object(), "不是文字、日期或数字"),
        (dt.timedelta(1), "不是文字、日期或数字"),
    ],
)
def test_what_is_not_one_period_is_refused_with_a_remedy(text, said):
    with pytest.raises(PeriodError, match=said) as caught:
        parse_period(text, year=2020)
    assert "请" in str(caught.value)
    if isinstance(text, str):
        assert f"“{text}”" in str(caught.value)


def test_a_long_text_is_quoted_short():
    with pytest.raises(PeriodError, match="太长") as caught:
        parse_period("*" * 50000 + "读")
    assert len(str(caught.value)) < 200


def test_forty_letters_are_quoted_whole():
    for text, quoted in (("读" * 40, "读" * 40), ("读" * 41, "读" * 40 + "…")):
        with pytest.raises(PeriodError, match=f"“{quoted}”"):
            parse_period(text)


years = st.integers(1949, 2099)


@given(years, st.sampled_from([("A", 1), ("Q", 4), ("M", 12)]), st.data())
def test_codes_read_back(year, frequency, data):
    period = Period(year, frequency[0], data.draw(st.integers(1, frequency[1])))
    assert parse_period(str(period)).period == period


@given(years, st.sampled_from(["ytd", "single", "point"]), st.sampled_from("QM"), st.data())
def test_labels_read_back(year, span, frequency, data):
    period = Period(year, frequency, data.draw(st.integers(1, 4 if frequency == "Q" else 12)))
    label = period.label_zh(span)
    if label.endswith("全年"):
        assert read(label) == (str(period.as_frequency("A")), "annual")
    else:
        found = parse_period(label, default_span="single" if span == "single" else "ytd")
        assert (found.period, found.span) == (period, span)


NUMERALS = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
RANGES = ["-", "~", "～", "—", "–", "－", "―", "至", " - ", "月-", "月至", "月份—"]


@given(years, st.integers(2, 12), st.sampled_from(RANGES), st.booleans(), st.booleans(), st.data())
def test_spellings_of_one_range_agree(year, last, dash, wide, numerals, data):
    end = NUMERALS[last - 1] if numerals else str(last)
    start = "一" if numerals else "1"
    text = f"{year}年{start}{dash}{end}{data.draw(st.sampled_from(['月', '月份', '月累计']))}"
    text = text.translate(FULL_WIDTH) if wide else text
    assert read(text) == (f"{year}-{last:02d}", "ytd")


@given(years, st.integers(1, 12), st.data())
def test_spellings_of_one_month_agree(year, month, data):
    text = data.draw(
        st.sampled_from(
            [
                f"{year}年{month}月",
                f"{year} 年 {month:02d} 月份",
                f"{year}-{month:02d}",
                f"{year}/{month:02d}",
                f"{year}.{month:02d}",
                f"{year}{month:02d}",
                f"{year}年{NUMERALS[month - 1]}月",
                f"{year}-{month:02d}-01",
                dt.date(year, month, 1),
                Period(year, "M", month).end,
            ]
        )
    )
    assert read(text) == (f"{year}-{month:02d}", "single")


def refuses_cleanly(text, year):
    try:
        found = parse_period(text, year=year)
    except PeriodError as error:
        assert "请" in str(error)
    else:
        assert Period.parse(str(found.period)) == found.period


pieces = st.sampled_from(
    [*"0123456789年月季度份末底前第上半全累计至一二十〇Q-—~./()（）日 ①²", "截至", "本月"]
)


@given(
    st.one_of(st.text(), st.lists(pieces, max_size=12).map("".join)), st.sampled_from([None, 2024])
)
def test_arbitrary_text_is_read_or_refused(text, year):
    refuses_cleanly(text, year)


@given(
    st.one_of(
        st.floats(), st.integers(), st.booleans(), st.dates(), st.datetimes(), st.times(),
        st.binary(), st.lists(st.integers()), st.complex_numbers(), st.decimals(),
    )
)  # fmt: skip
def test_arbitrary_objects_are_read_or_refused(value):
    refuses_cleanly(value, 2024)
