import csv
import math
from fractions import Fraction
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianhu_analysis.catalog import units
from lianhu_analysis.catalog.units import KNOWN_UNITS, convert, normalise_unit, parted
from lianhu_analysis.errors import UnitError

# Units of the district's bulletins and of the national releases.
PUBLISHED = """
% 亿元 万人 元 人 家 户 百分点 件 亿美元 个 平方千米 人/平方公里 万元 万平方米
万元/亩 万美元 千美元 万户 万件 万人次 人次 万千瓦时 亿千瓦时 万吨标准煤 吨标准煤 亿吨公里 亿人公里
亩 公顷 宗 起 栋 处 套 条 张 天 分钟 件次 户次 微克/立方米 无量纲 上年同月=100 上年=100
"""


@pytest.mark.parametrize("unit", PUBLISHED.split())
def test_published_units_are_declared_and_convert_to_themselves(unit):
    assert normalise_unit(unit) in KNOWN_UNITS
    assert convert(12.3, unit, unit) == 12.3


def test_every_unit_of_the_built_in_catalogue_is_declared():
    file = resources.files("lianhu_analysis.catalog").joinpath("data/indicators.csv")
    rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) > 200
    assert {normalise_unit(row["unit"]) for row in rows} <= KNOWN_UNITS


@pytest.mark.parametrize(
    ("value", "from_unit", "to_unit", "expected"),
    [
        (1.2, "亿元", "万元", 12000.0),
        (170024.0, "万元", "亿元", 17.0024),
        (0.07, "亿元", "元", 7000000.0),
        (10719.74, "万元", "亿元", 1.071974),
        (3.3, "千美元", "万美元", 0.33),
        (1.0, "公顷", "亩", 15.0),
        (30.0, "亩", "公顷", 2.0),
        (30.0, "亩", "万平方米", 2.0),
        (1.0, "平方公里", "亩", 1500.0),
        (43.2, "平方千米", "平方公里", 43.2),
        (1.1, "亿度", "万千瓦时", 11000.0),
        (2.5, "万吨标煤", "吨标准煤", 25000.0),
        (0.29, "万人次", "人次", 2900.0),
        (5.2, "‰", "%", 0.52),
        (-3.1, "亿元", "万元", -31000.0),
        (0.0, "亿元", "元", 0.0),
        (90.0, "分钟", "小时", 1.5),
        (300.0, "万元/公顷", "万元/亩", 20.0),
    ],
)
def test_conversion_is_exact(value, from_unit, to_unit, expected):
    assert convert(value, from_unit, to_unit) == expected


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        (" 亿 元 ", "亿元"),
        ("億元", "亿元"),
        ("萬元", "万元"),
        ("（亿元）", "亿元"),
        ("(亿元)", "亿元"),
        ("［万人］", "万人"),
        ("单位：万元", "万元"),
        ("（计量单位：万元）", "万元"),
        ("％", "%"),
        ("㎡", "平方米"),
        ("万㎡", "万平方米"),
        ("kWh", "千瓦时"),
        ("亿千瓦小时", "亿千瓦时"),
        ("万ＫＷＨ", "万千瓦时"),
        ("万度", "万千瓦时"),
        ("µg/m³", "微克/立方米"),
        ("个百分点", "百分点"),
        ("個", "个"),
        ("上年同月＝100", "上年同月=100"),
        ("箩筐", "箩筐"),
        ("", ""),
    ],
)
def test_spellings_of_units(text, unit):
    assert normalise_unit(text) == unit


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("210.5亿元", ("210.5", "亿元")),
        ("－1,521 人", ("-1,521", "人")),
        ("12.1（万元）", ("12.1", "万元")),
        ("12.1", ("12.1", "")),
        ("6.6%", ("6.6%", "")),
        ("亿元", ("亿元", "")),
        ("2024年", ("2024年", "")),
        ("5.1-6.0亿元", ("5.1-6.0亿元", "")),
        ("12.1箩筐", ("12.1箩筐", "")),
    ],
)
def test_a_figure_is_parted_from_a_declared_unit_only(text, found):
    assert parted(text) == found


@pytest.mark.parametrize(
    ("from_unit", "to_unit", "said"),
    [
        ("%", "百分点", "一个是比率，一个是百分点"),
        ("亿元", "亿美元", "人民币"),
        ("人", "人次", "一个是人数，一个是人次"),
        ("件", "件次", "一个是件数"),
        ("上年同月=100", "%", "同比指数"),
        ("上年同月=100", "上年=100", "年度指数"),
        ("无量纲", "%", "无量纲"),
        ("箩筐", "亿元", "没有登记“箩筐”"),
        ("亿元", "箩筐", "没有登记“箩筐”"),
        ("", "亿元", "没有登记“”"),
    ],
)
def test_what_does_not_convert_names_both_units(from_unit, to_unit, said):
    with pytest.raises(UnitError, match=said) as caught:
        convert(1.0, from_unit, to_unit)
    assert f"“{from_unit}”换算成“{to_unit}”" in str(caught.value)


def test_a_missing_value_stays_missing_and_an_infinite_one_is_refused():
    assert math.isnan(convert(float("nan"), "亿元", "万元"))
    with pytest.raises(UnitError, match="不是有限的数"):
        convert(float("inf"), "亿元", "万元")
    with pytest.raises(UnitError, match="不是有限的数"):
        convert(1e308, "亿元", "元")


def test_a_spelling_declared_twice_is_refused():
    declared = {
        "dimension": [{"name": "金额", "factors": {"元": "1"}, "aliases": {"块": "元"}}] * 2
    }
    with pytest.raises(UnitError, match="“元”登记了两次"):
        units._read_table(declared)


def test_an_alias_outside_its_dimension_is_refused():
    declared = {"dimension": [{"name": "金额", "factors": {"元": "1"}, "aliases": {"块": "人"}}]}
    with pytest.raises(UnitError, match="“块”指向的“人”"):
        units._read_table(declared)


def test_declared_spellings_are_already_folded():
    # A spelling that folding changes could never be found again.
    table = units._table()
    assert all(units._fold(spelling) == spelling for spelling in table.aliases)
    assert all(factor > 0 for factor in table.factors.values())


def pairs():
    table = units._table()
    return [
        (one, other)
        for one in sorted(table.factors)
        for other in sorted(table.factors)
        if table.dimensions[one] == table.dimensions[other]
    ]


@given(st.sampled_from(pairs()), st.decimals(-(10**9), 10**9, places=4))
def test_there_and_back(pair, value):
    one, other = pair
    there = convert(float(value), one, other)
    assert convert(there, other, one) == pytest.approx(float(value), rel=1e-14, abs=1e-300)


@given(st.sampled_from(pairs()), st.integers(-(10**12), 10**12), st.integers(0, 4))
def test_decimal_factors_give_the_nearest_float(pair, digits, places):
    table = units._table()
    exact = Fraction(digits, 10**places)
    factor = table.factors[pair[0]] / table.factors[pair[1]]
    assert convert(float(exact), *pair) == float(exact * factor)


@given(st.text(), st.text())
def test_arbitrary_units_raise_only_unit_errors(one, other):
    try:
        assert math.isfinite(convert(1.0, one, other))
    except UnitError as error:
        assert "请" in str(error)
