import datetime as dt
import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.observations import STATUSES
from lianhu_analysis.intake.reading.cells import (
    Reading,
    is_number,
    read_value,
    says_direction,
)


@pytest.mark.parametrize(
    ("token", "value"),
    [
        ("12.3", 12.3),
        ("-19.4", -19.4),
        ("+5.4", 5.4),
        ("0", 0.0),
        (".5", 0.5),
        ("170,024", 170024.0),
        ("1,210,207.24", 1210207.24),
        ("170，024", 170024.0),
        ("１２．３", 12.3),
        ("－３．２", -3.2),
        ("−3.2", -3.2),
        ("–3.2", -3.2),
        ("- 3.2", -3.2),
        ("10719.74\t", 10719.74),
        ("　12.3 ", 12.3),
        ("1.2E7", 12000000.0),
        ("2.0276079e7", 20276079.0),
        ("12.3*", 12.3),
        ("12.3 **", 12.3),
        ("12.3①", 12.3),
        ("12③", 12.0),
        ("12.3[注]", 12.3),
        ("12.3（注1）", 12.3),
        ("12.3［2］", 12.3),
        ("12.3①*", 12.3),
    ],
)
@pytest.mark.parametrize("percent", [False, True])
def test_numbers_keep_their_raw_text(token, value, percent):
    assert read_value(token, unit_is_percent=percent) == Reading(value, "ok", token)


@pytest.mark.parametrize(
    ("token", "value"),
    [
        ("43.6 %", 43.6),
        ("43.6％", 43.6),
        ("-3.2%", -3.2),
        ("5.4%①", 5.4),
        ("增长5.4%", 5.4),
        ("同比增长5.4%", 5.4),
        ("增长 5.4", 5.4),
        ("增长-3.2%", -3.2),
        ("上升2%", 2.0),
        ("下降3.2", -3.2),
        ("下降3.2%", -3.2),
        ("同比下降３.２％", -3.2),
        ("负增长1.5%", -1.5),
        ("增长1倍", 100.0),
        ("增长一倍", 100.0),
        ("增长两倍", 200.0),
        ("增长1.6倍", 160.0),
        ("增长1.1倍", 110.0),
        ("增长104倍", 10400.0),
        ("增长1,234.5%", 1234.5),
        ("同比持平", 0.0),
        ("与上年同期持平", 0.0),
        ("较去年同月持平", 0.0),
    ],
)
def test_growth_in_words_is_read_where_the_unit_is_a_percentage(token, value):
    assert read_value(token, unit_is_percent=True) == Reading(value, "ok", token, says_percent=True)
    with pytest.raises(IntakeError, match="这里的单位不是百分比"):
        read_value(token)


@pytest.mark.parametrize(
    ("token", "status"),
    [
        ("-", "not_meaningful"),
        ("—", "not_meaningful"),
        ("——", "not_meaningful"),
        ("--", "not_meaningful"),
        ("－", "not_meaningful"),
        ("–", "not_meaningful"),
        ("― ", "not_meaningful"),
        ("─", "not_meaningful"),
        ("—①", "not_meaningful"),
        ("/", "not_meaningful"),
        ("翻番", "not_meaningful"),
        ("翻一番", "not_meaningful"),
        ("扭亏", "not_meaningful"),
        ("扭亏为盈", "not_meaningful"),
        ("首次由负转正", "not_meaningful"),
        ("…", "below_unit"),
        ("……", "below_unit"),
        ("......", "below_unit"),
        ("...", "below_unit"),
        ("⋯⋯", "below_unit"),
        ("…*", "below_unit"),
        ("***", "not_released"),
        ("#N/A", "not_released"),
        ("N/A", "not_released"),
        ("NaN", "not_released"),
        ("", "not_released"),
        (" \t", "not_released"),
        ("　", "not_released"),
        ("未公布", "not_released"),
    ],
)
@pytest.mark.parametrize("percent", [False, True])
def test_signs_for_no_figure_are_never_zero(token, status, percent):
    assert read_value(token, unit_is_percent=percent) == Reading(None, status, token)
    assert status in STATUSES


@pytest.mark.parametrize("token", [None, float("nan"), np.float64("nan")])
def test_empty_cells_are_not_released(token):
    assert read_value(token) == Reading(None, "not_released", "")


@pytest.mark.parametrize(
    ("token", "value", "text"),
    [
        (112.2, 112.2, "112.2"),
        (5.0, 5.0, "5"),
        (5, 5.0, "5"),
        (-0.048, -0.048, "-0.048"),
        (20276079.0, 20276079.0, "20276079"),
        (1e22, 1e22, "1e+22"),
        (0.0, 0.0, "0"),
        (np.float64(4.8), 4.8, "4.8"),
        (np.int64(7), 7.0, "7"),
    ],
)
def test_numeric_cells_have_their_shortest_text(token, value, text):
    assert read_value(token) == Reading(value, "ok", text)


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("持平", "说不清是数值持平还是增速持平"),
        ("增速与上半年持平", "说不清"),
        ("同比增速与上半年持平", "说不清"),
        ("基本持平", "说不清"),
        ("加快0.5个百分点", "增速或比率的变化"),
        ("回落1.2", "增速或比率的变化"),
        ("两年平均增长5.4%", "几年的平均"),
        ("预期目标6%", "目标或估计"),
        ("6%左右", "目标或估计"),
        ("第3位", "位次"),
        ("#REF!", "公式出错"),
        ("#DIV/0!", "公式出错"),
        ("#VALUE!", "公式出错"),
        ("#NAME?", "公式出错"),
        ("#NUM!", "公式出错"),
        ("=SUM(A1:A3)", "没有算出结果的公式"),
        ("13、3%", "若原意是 13.3%，请改成 13.3%"),
        ("13。3", "请改成 13.3"),
        ("13,3", "请改成 13.3"),
        ("1,2345", "不止一个数"),
        ("112.2 5.4", "可能是两个数"),
        ("12 345", "可能是两个数"),
        ("5.4/3.2", "不止一个数"),
        ("5.4-6.0", "不止一个数"),
        ("5.4 (3.2)", "可能是两个数|不止一个数"),
        ("1.2.3", "不止一个数"),
        ("170,024万元", "带有“万元”.*单位写到单位列"),
        ("-3.9个 百分点", "带有“个百分点”"),
        ("1.6倍", "带有“倍”"),
        ("12.3亿", "带有“亿”"),
        ("(3.2)", "括号"),
        ("—3.2", "不是数"),
        ("12³", "上标"),
        ("½", "分数"),
        ("①", "不是数"),
        ("*", "不是数"),
        ("一", "破折号.*数字 1"),
        ("下降1.6倍", "相互矛盾"),
        ("下降-3.2%", "相互矛盾"),
        ("负增长-3.2%", "相互矛盾"),
        ("增长-1倍", "正负号"),
        ("增长五%", "不是用数字写的"),
        ("增长近1倍", "不是数"),
        ("约12.3", "不是数"),
        ("1_000", "不止一个数"),
        ("٣", "不是数"),
        ("inf", "不是数"),
        ("1E999", "大得不能表示"),
        ("9" * 400, "大得不能表示"),
        ("9" * 1300, "太长"),
        (10**400, "大得不能表示"),
        (float("inf"), "大得不能表示"),
        (float("-inf"), "大得不能表示"),
        (True, "逻辑值 True"),
        (False, "逻辑值 False"),
        (np.bool_(False), "不是数"),
        (dt.date(2024, 9, 30), "日期"),
        (dt.datetime(2024, 9, 30), "日期"),
        (dt.time(1), "日期或时间"),
        (dt.timedelta(1), "日期或时间"),
        (b"12", "不是数"),
        ([1.0], "不是数"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 40 else type(value).__name__,
)
@pytest.mark.parametrize("percent", [False, True])
def test_what_is_not_one_figure_is_refused_with_a_remedy(token, said, percent):
    with pytest.raises(IntakeError, match=said) as caught:
        read_value(token, unit_is_percent=percent)
    assert caught.value.remedy.startswith(("请", "若"))
    assert len(str(caught.value)) < 200
    if isinstance(token, str) and len(token) < 40:
        assert f"“{token}”" in caught.value.message


FULL_WIDTH = str.maketrans("0123456789.-,", "０１２３４５６７８９．－，")
finite = st.floats(allow_nan=False, allow_infinity=False)


@given(finite)
def test_any_finite_float_reads_back_from_its_texts(value):
    plain, thousands = f"{Decimal(repr(value)):f}", f"{Decimal(repr(value)):,f}"
    texts = (repr(value), f" {value!r}\t", plain, thousands)
    for token in (value, *texts, *(text.translate(FULL_WIDTH) for text in texts)):
        assert read_value(token).value == value
    assert float(read_value(value).token) == value


@given(st.decimals(-(10**12), 10**12, places=2))
def test_thousands_separators_change_nothing(value):
    for token in (f"{value:,}", f"{value:,}".translate(FULL_WIDTH), f"{value:.2f}", f"{value:,}①"):
        assert read_value(token).value == float(value)


@given(st.decimals(0, 10**6, places=1), st.booleans())
def test_growth_words_carry_the_sign(value, up):
    token = f"{'增长' if up else '下降'}{value}%"
    assert read_value(token, unit_is_percent=True).value == float(value if up else -value)


pieces = st.sampled_from(
    [
        *"0123456789.,，、-—–…*%％ \t　①²½()[]注一两倍#!?/=ENA",
        "增长",
        "下降",
        "同比",
        "持平",
        "亿元",
        "翻番",
    ]
)
tokens = st.one_of(st.text(), st.lists(pieces, max_size=10).map("".join))


@given(tokens, st.booleans())
def test_arbitrary_text_is_read_or_refused(token, percent):
    try:
        reading = read_value(token, unit_is_percent=percent)
    except IntakeError as error:
        assert error.remedy
    else:
        assert reading.token == token
        assert reading.status in STATUSES
        assert (reading.value is not None) == (reading.status == "ok")
        assert reading.value is None or math.isfinite(reading.value)


@given(tokens)
def test_a_figure_is_only_ever_made_of_the_digits_shown(token):
    """Whatever reads as nonzero shows a digit or a numeral of its own."""
    try:
        reading = read_value(token, unit_is_percent=True)
    except IntakeError:
        return
    if reading.value:
        assert any(char.isdigit() or char in "一二两三四五六七八九十" for char in token)


@given(
    st.one_of(
        st.integers(), st.booleans(), st.dates(), st.datetimes(), st.times(), st.timedeltas(),
        st.binary(), st.complex_numbers(), st.decimals(), st.fractions(), st.lists(st.integers()),
    )
)  # fmt: skip
def test_arbitrary_objects_are_read_or_refused(token):
    try:
        reading = read_value(token)
    except IntakeError as error:
        assert error.remedy
    else:
        assert reading.value is None or math.isfinite(reading.value)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (1, True),
        (0.0, True),
        (np.float64(1.5), True),
        (True, False),
        (math.nan, False),
        ("1", False),
        (None, False),
        (dt.date(2024, 9, 1), False),
    ],
)
def test_a_number_is_neither_truth_nor_text(cell, number):
    assert is_number(cell) is number


@pytest.mark.parametrize(
    ("token", "says"),
    [("下降2.3%", True), ("同比增长5.4①", True), ("↓2.3", True), ("2.3%", False), ("−2.3", False)],
)
def test_a_cell_says_a_direction_in_words_or_by_an_arrow_only(token, says):
    assert says_direction(token) is says


@pytest.mark.parametrize(
    ("token", "text"),
    [
        (9.0e15, "9000000000000000"),
        (1e16, "1e+16"),
        (10**17 + 1, "100000000000000001"),
        (5.0, "5"),
        (-2.5, "-2.5"),
    ],
)
def test_a_whole_number_is_shown_without_a_point_up_to_where_all_its_digits_count(token, text):
    assert read_value(token).token == text


def test_nothing_below_zero_is_zero():
    assert math.copysign(1, read_value("-0").value or 0.0) == 1


def test_a_text_is_too_long_from_1201_letters_on_and_quoted_up_to_60():
    assert read_value(f" {'0' * 1200} ").value == 0.0
    with pytest.raises(IntakeError, match="太长"):
        read_value("0" * 1201)
    for letters, quoted in ((60, "甲" * 60), (61, "甲" * 60 + "…")):
        with pytest.raises(IntakeError, match=f"^“{quoted}”"):
            read_value("甲" * letters)
