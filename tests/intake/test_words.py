"""One grammar for every text: what it says, and which of its words it does not know."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianhu_analysis.catalog.indicators import Catalogue, read_catalogue
from lianhu_analysis.errors import IntakeError, LianhuError
from lianhu_analysis.intake.reading.words import (
    Facets,
    Grammar,
    Said,
    fold,
    is_unit,
    load_vocabulary,
    native,
    unit_in,
)
from lianhu_analysis.workspace import Region

REGIONS = (
    Region("610104", "莲湖区"),
    Region("610100", "西安市"),
    Region("610000", "陕西省"),
    Region("100000", "全国"),
)
GRAMMAR = Grammar(load_vocabulary(), read_catalogue(None, {}), REGIONS)
FACETS = ("measure", "span", "per", "form", "base", "unit", "price", "scope", "lag", "joint")
RETAIL, CPI = "csm.retail.total", "pri.cpi"


def says(text: str, grammar: Grammar = GRAMMAR) -> dict[str, object]:
    """Return what a text says, without what it does not; reasons count as true."""
    said = grammar.read(text)
    found: dict[str, object] = {name: getattr(said.facets, name) for name in FACETS}
    found |= {"nothing": bool(said.facets.nothing), "fact": said.facets.fact}
    found |= {"clash": bool(said.facets.clash), "whole": said.whole, "left": list(said.left)}
    found |= {"names": [item.code for item in said.names], "years": list(said.years)}
    found |= {"regions": [region.name_zh for region in said.regions]}
    found["parts"] = [
        f"{part.year or ''}{part.period.frequency}{part.period.number} {part.span}".strip()
        for part in said.parts
    ]
    return {name: value for name, value in found.items() if value}


# Heads, as districts, bureaus and vendors write them.
HEADS: list[tuple[str, dict[str, object]]] = [
    ("可比价增速(2020年不变价)(%)", {"measure": "yoy", "price": "constant", "unit": "%"}),
    ("可比价(2020年价)", {"price": "constant"}),
    ("按2020年价格计算增速", {"measure": "yoy", "price": "constant"}),
    ("占年预算%", {"nothing": True, "fact": "plan_share", "unit": "%"}),
    ("4月", {"parts": ["M4"]}),
    ("1-4月 累计", {"span": "ytd", "parts": ["M4 ytd"]}),
    ("累计比上年同期 增长(%)", {"measure": "yoy", "span": "ytd", "unit": "%"}),
    ("结构(%)", {"nothing": True, "unit": "%"}),
    ("20221-8", {"parts": ["2022M8 ytd"]}),
    ("上年同期", {"nothing": True}),
    ("去年同期", {"nothing": True}),
    ("比上年±%", {"measure": "yoy", "unit": "%"}),
    ("±%", {"measure": "yoy", "unit": "%"}),
    ("本月", {"span": "single", "per": "month"}),
    ("本月止累计", {"span": "ytd"}),
    ("本季", {"span": "single", "per": "quarter"}),
    ("本季止累计", {"span": "ytd"}),
    ("本月比上年同月增长(%)", {"measure": "yoy", "span": "single", "per": "month", "unit": "%"}),
    ("比去年同月增长(%)", {"measure": "yoy", "span": "single", "per": "month", "unit": "%"}),
    ("本期累计比上年同期增长(％)", {"measure": "yoy", "span": "ytd", "unit": "%"}),
    ("1-本月", {"span": "ytd"}),
    ("比去年同期增长(%)", {"measure": "yoy", "unit": "%"}),
    ("为预算的%", {"nothing": True, "fact": "plan_share", "unit": "%"}),
    ("完成年度目标（%）", {"nothing": True, "fact": "plan_share", "unit": "%"}),
    ("全年目标", {"nothing": True, "fact": "plan"}),
    ("预期目标", {"nothing": True, "fact": "plan"}),
    ("全市排名", {"nothing": True, "fact": "rank"}),
    ("位次", {"nothing": True, "fact": "rank"}),
    ("与全市比较", {"nothing": True, "fact": "gap"}),
    ("增幅%", {"measure": "yoy", "unit": "%"}),
    ("营收比重%", {"nothing": True, "unit": "%", "left": ["营收"]}),
    ("环比", {"nothing": True}),
    ("上月=100", {"nothing": True}),
    ("环比增长", {"nothing": True, "measure": "yoy"}),
    ("同比", {"measure": "yoy"}),
    ("上年同月=100", {"base": "上年同月=100"}),
    ("上年同期=100", {"base": "上年同期=100"}),
    ("以去年同期=100", {"base": "上年同期=100"}),
    ("以上年同期价格为100", {"base": "上年同期=100"}),
    ("以上年同月为100", {"base": "上年同月=100"}),
    ("以上年价格为100", {"base": "上年=100"}),
    ("(2015=100)", {"nothing": True}),
    ("1-12月平均", {"nothing": True, "parts": ["M12 ytd"]}),
    ("两年平均增长", {"nothing": True, "measure": "yoy"}),
    ("预计增长", {"nothing": True, "measure": "yoy"}),
    ("比年初增加", {"nothing": True}),
    ("增减额", {"nothing": True}),
    ("净增", {"nothing": True}),
    ("备注", {"nothing": True}),
    ("责任单位", {"nothing": True}),
    ("降低率", {"measure": "reduction"}),
    ("增减（百分点）", {"measure": "yoy", "unit": "百分点"}),
    ("总额（亿元）", {"measure": "level", "unit": "亿元"}),
    ("绝对额\n(万元)", {"measure": "level", "unit": "万元"}),
    ("数值", {"measure": "value"}),
    ("本月完成", {"measure": "value", "span": "single", "per": "month"}),
    ("1-9月完成", {"measure": "value", "parts": ["M9 ytd"]}),
    ("完成数同比（%）", {"measure": "yoy", "unit": "%"}),
    ("可比价增速", {"measure": "yoy", "price": "constant"}),
    ("现价", {"price": "current"}),
    ("期末余额", {"span": "point"}),
    ("2024年9月末余额", {"measure": "level", "parts": ["2024M9 point"]}),
    ("7月当月", {"span": "single", "per": "month", "parts": ["M7"]}),
    ("1-7月累计增幅", {"measure": "yoy", "span": "ytd", "parts": ["M7 ytd"]}),
    ("固投月度增长", {"measure": "yoy", "left": ["月度"], "names": ["inv.fai.yoy"]}),
    ("初步核算数", {}),
    ("合计", {}),
    ("当月累计", {"span": "ytd", "clash": True, "per": "month"}),
]
# Periods, in every spelling that was seen.
PERIODS: list[tuple[str, dict[str, object]]] = [
    ("1~8月", {"parts": ["M8 ytd"]}),
    ("1—8月", {"parts": ["M8 ytd"]}),
    ("1–5月份", {"parts": ["M5 ytd"]}),
    ("1至5月", {"parts": ["M5 ytd"]}),
    ("1月至7月", {"parts": ["M7 ytd"]}),
    ("前5月", {"parts": ["M5 ytd"]}),
    ("前5个月", {"parts": ["M5 ytd"]}),
    ("1-3季度", {"parts": ["Q3 ytd"]}),
    ("前三季度", {"parts": ["Q3 ytd"]}),
    ("上半年", {"parts": ["Q2 ytd"]}),
    ("第一季度", {"parts": ["Q1"]}),
    ("2012年1-2月", {"parts": ["2012M2 ytd"]}),
    ("201003", {"parts": ["2010M3"]}),
    ("4Q 2021", {"parts": ["2021Q4"]}),
    ("Q3 2024", {"parts": ["2024Q3"]}),
    ("9月末", {"parts": ["M9 point"]}),
    ("截至10月底", {"parts": ["M10 point"]}),
    ("２０２４年１－９月", {"parts": ["2024M9 ytd"]}),
    ("2024 年 9 月", {"parts": ["2024M9"]}),
    ("2024年度", {"years": [2024]}),
    ("全年", {"span": "annual"}),
    ("20201215日", {"left": ["20201215日"]}),
]
# Names of rows and of series.
NAMES: list[tuple[str, dict[str, object]]] = [
    ("社会消费品零售总额(亿元)", {"names": [RETAIL], "unit": "亿元"}),
    ("社会消费品零售总额①", {"names": [RETAIL]}),
    ("居民消费价格指数(上年同月=100)", {"names": [CPI], "base": "上年同月=100"}),
    (
        "社会消费品零售总额_累计值(亿元)",
        {"names": [RETAIL], "span": "ytd", "measure": "value", "unit": "亿元"},
    ),
    (
        "地区生产总值累计值 (亿元) ",
        {"names": ["gdp.total"], "span": "ytd", "measure": "value", "unit": "亿元"},
    ),
    ("社会消费品零售总额_同比增长", {"names": [RETAIL], "measure": "yoy"}),
    (
        "中国:社会消费品零售总额:当月同比(1-2月合并)",
        {
            "names": [RETAIL],
            "regions": ["全国"],
            "span": "single",
            "per": "month",
            "measure": "yoy",
            "joint": True,
        },
    ),
    ("西安市:一般公共预算收入", {"names": ["fis.revenue.gpb"], "regions": ["西安市"]}),
    (
        "西安市:GDP:第二产业:累计值",
        {"names": ["gdp.secondary"], "regions": ["西安市"], "span": "ytd", "measure": "value"},
    ),
    ("社会消费品零售总额 Total Retail Sales", {"names": [RETAIL]}),
    ("增长(%) Growth Rate", {"measure": "yoy", "unit": "%"}),
    ("限额以上社会消费品零售总额", {"names": [RETAIL], "scope": "限额以上"}),
    ("规模以上工业增加值", {"names": ["ind.va_above.yoy"]}),
    ("区属规上工业", {"scope": "区属、规上", "left": ["工业"]}),
    ("第一产业", {"left": ["第一产业"]}),
    ("规模以上服务业营业收入(错月)", {"names": ["svc.revenue"], "lag": 1}),
    ("营业收入（1-8月）", {"parts": ["M8 ytd"], "left": ["营业收入"]}),
    ("全市居民人均可支配收入", {"whole": "全市", "scope": "人均", "left": ["居民", "可支配收入"]}),
    ("其中:", {}),
    ("商业", {"left": ["商业"]}),
    ("外星指标", {"left": ["外星"]}),
]


@pytest.mark.parametrize(("text", "expected"), [*HEADS, *PERIODS, *NAMES])
def test_a_text_says_this_and_leaves_that(text, expected):
    assert says(text) == expected


def test_value_added_is_no_increase():
    assert "nothing" not in says("增加值增速（%）") and "nothing" not in says("增加值(亿元)")


@pytest.mark.parametrize(
    "text",
    ["13月", "2024年13月", "0月", "5季度"],
)
def test_no_period_begins_inside_a_number(text):
    assert "parts" not in says(text)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("项 目 名 称", "name"),
        ("指　标", "name"),
        ("计算 单位", "unit"),
        ("计 量 单", "unit"),
        ("区县", "region"),
        ("县(市、区)", "region"),
        ("月 份", "period"),
        ("时间", "period"),
        ("口径：", "span"),
        ("发布日期", "published"),
        ("Indicators", "name"),
        ("本月", ""),
        ("指标甲", ""),
    ],
)
def test_a_head_as_a_whole_says_the_kind_of_its_column(text, role):
    assert GRAMMAR.role(text) == role


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("莲湖", "610104"),
        ("莲 湖 区", "610104"),
        ("610104", "610104"),
        ("西安", "610100"),
        ("中国", "100000"),
        ("莲", ""),
        ("碑林区", ""),
    ],
)
def test_regions_are_known_in_full_in_short_and_by_code(text, code):
    region = GRAMMAR.region(text)
    assert (region.code if region else "") == code


def test_a_short_name_that_two_regions_begin_with_is_neither():
    regions = (Region("430522", "新邵县"), Region("430528", "新宁县"), Region("1", "新邵市"))
    grammar = Grammar(load_vocabulary(), read_catalogue(None, {}), regions)
    assert grammar.region("新邵") is None
    assert grammar.region("新宁") == regions[1]


def test_the_longest_word_counts():
    # 平均增速 would be growth, 上年同月=100 last year's figure, 完成计划 an amount.
    assert says("平均增速")["nothing"] and says("完成计划")["fact"] == "plan_share"
    assert "nothing" not in says("上年同月=100")


@given(st.text())
@settings(max_examples=300)
def test_no_text_raises(text):
    GRAMMAR.read(text)
    GRAMMAR.role(text)
    GRAMMAR.region(text)


@given(st.text("0123456789月季度年第前一二三四-至上半末底Qq ()%.", max_size=12))
@settings(max_examples=300)
def test_nothing_like_a_period_raises(text):
    for part in GRAMMAR.read(text).parts:
        assert part.year == 0 or part.year == part.period.year


STRANGE = "㐀㐁㐂㐃"
KNOWN = [
    "社会消费品零售总额",
    "累计",
    "增长",
    "2024年1-9月",
    "(亿元)",
    "莲湖区",
    "上年同月=100",
    "%",
    "全市",
]


@given(st.lists(st.sampled_from(KNOWN) | st.text(STRANGE, min_size=1, max_size=3), max_size=6))
def test_each_word_is_understood_or_left(words):
    assert list(GRAMMAR.read("_".join(words)).left) == [w for w in words if w not in KNOWN]


@given(st.lists(st.sampled_from(KNOWN) | st.sampled_from(STRANGE), max_size=6).map("".join))
def test_what_is_left_stands_in_the_text_in_that_order(text):
    place = 0
    for word in GRAMMAR.read(text).left:
        place = fold(text).index(word, place) + len(word)


@given(st.text("累计 增长％（）%()～—–-−至２０２４2024年\u3000\t\nＡaÄß①²"))
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.sampled_from([text for text, _ in [*HEADS, *PERIODS]]), st.integers(0, 20))
def test_blanks_and_widths_change_nothing(text, place):
    wide = "".join(chr(ord(c) + 0xFEE0) if c in "0123456789%()" else c for c in text)
    assert says(wide) == says(text)
    assert says(f"{text[:place]}\u3000{text[place:]}") == says(text)


@pytest.mark.parametrize(
    ("text", "same"), [("亿元", True), ("万平方米", True), ("%", True), ("筐", False), ("", False)]
)
def test_units_are_the_declared_ones(text, same):
    assert is_unit(text) is same


@pytest.mark.parametrize(
    ("one", "other", "joined"),
    [
        (Facets(span="ytd"), Facets(measure="yoy"), Facets(measure="yoy", span="ytd")),
        (Facets(measure="level"), Facets(measure="yoy"), Facets(measure="yoy")),
        (Facets(unit="亿元"), Facets(unit="万元"), Facets(unit="万元")),
        (Facets(scope="区属"), Facets(scope="规上"), Facets(scope="区属、规上")),
        (Facets(lag=1), Facets(lag=2), Facets(lag=2)),
        (Facets(), Facets(joint=True), Facets(joint=True)),
    ],
)
def test_facets_join(one, other, joined):
    assert one.join(other) == joined


def test_texts_are_joined_as_the_words_of_one():
    cells = [
        GRAMMAR.read(text) for text in ("2024年", "1-9月", "社会消费品零售总额", "累计增长（%）")
    ]
    one, apart = GRAMMAR.read("社会消费品零售总额累计增长（%）"), Said.joined(cells)
    assert (apart.indicator, apart.facets) == (one.indicator, one.facets)
    assert apart.years == (2024,) and [part.text for part in apart.parts] == ["1-9月"]
    assert Said.joined([]) == Said()


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (Facets(span="ytd"), Facets(span="single"), ("累计", "当期")),
        (Facets(price="current"), Facets(price="constant"), ("现价", "可比价")),
        (Facets(base="上年=100"), Facets(base="上年同月=100"), ("上年=100", "上年同月=100")),
    ],
)
def test_a_contradiction_names_both_words_whichever_came_first(one, other, words):
    for joined in (one.join(other), other.join(one), one.join(other).join(Facets(unit="%"))):
        assert set(words) == set(joined.clash.split("、"))


# A workspace's own words.
def grammar_of(tmp_path, text: str, catalogue: Catalogue) -> Grammar:
    own = tmp_path / "words.toml"
    own.write_text(text, encoding="utf-8")
    return Grammar(load_vocabulary(own), catalogue, REGIONS)


def test_a_workspace_adds_words_names_and_heads(tmp_path, catalogue):
    text = """
    [labels]
    "社零" = "csm.retail.total"
    [roles]
    name = ["考核内容"]
    [[words]]
    span = "ytd"
    are = ["开年以来"]
    [[words]]
    nothing = "任务分解，不是数据"
    are = ["任务分解"]
    """
    grammar = grammar_of(tmp_path, text, catalogue)
    assert says("社零 开年以来", grammar) == {"names": [RETAIL], "span": "ytd"}
    assert says("任务分解", grammar) == {"nothing": True}
    assert grammar.role("考核 内容") == "name"
    assert says("本月", grammar) == says("本月")


def test_a_workspaces_word_replaces_the_built_in_one(tmp_path, catalogue):
    text = '[[words]]\nspan = "single"\nare = ["本年"]\n'
    assert says("本年", grammar_of(tmp_path, text, catalogue)) == {"span": "single"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[word]\n", "不认识的字段 word"),
        ('[[words]]\nspann = "ytd"\nare = ["甲"]\n', "spann"),
        ('[[words]]\nspan = "ytd"\n', "are"),
        ('[labels]\n"社零" = 3\n', "社零"),
        ("[labels", "TOML"),
        ("[lines]\nignore = ['(']\n", "正则"),
        ('[[words]]\nspan = "cumulative"\nare = ["甲"]\n', "cumulative"),
        ('[[words]]\nmeasure = "growth"\nare = ["甲"]\n', "growth"),
        ('[roles]\nnames = ["甲"]\n', "names"),
        ('[roles]\nname = "甲"\n', "name"),
        ('[labels]\n"社零" = "csm.retail.totl"\n', "csm.retail.totl"),
    ],
)
def test_a_wrong_word_list_is_named_with_its_entry(tmp_path, catalogue, text, message):
    with pytest.raises(LianhuError, match=re.escape(message)) as caught:
        grammar_of(tmp_path, text, catalogue)
    assert not isinstance(caught.value, IntakeError) or caught.value.remedy


def test_a_misspelt_section_of_words_is_refused(tmp_path):
    own = tmp_path / "words.toml"
    own.write_text('[lables]\n"甲" = "gdp.total"\n', encoding="utf-8")
    with pytest.raises(IntakeError, match="不认识的字段 lables"):
        load_vocabulary(own)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("２０２４年 1—9月", "2024年1-9月"),
        ("二〇二四年1月至9月", "2024年1月-9月"),
        ("二〇二四", "二〇二四"),
        ("24年1-9月", "2024年1-9月"),
        ("24年上半年", "2024年上半年"),
        ("24年", "24年"),
        ("1924年1-9月", "1924年1-9月"),
        ("ＧＤＰ\u200b", "gdp"),
    ],
)
def test_widths_blanks_dashes_and_years_are_written_one_way(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("零售额\nRetail sales", "零售额"),
        ("零售额 Retail sales", "零售额"),
        ("亿元\n100 million yuan", "亿元"),
        ("全市\n零售额\nRetail sales", "全市零售额"),
        # What is no other language, or all of one, stays.
        ("零售额\n亿元", "零售额\n亿元"),
        ("增速\n%", "增速\n%"),
        ("Retail\nsales", "Retail\nsales"),
        ("\nGDP\n", "\nGDP\n"),
        ("零售额", "零售额"),
    ],
)
def test_of_two_languages_the_chinese_is_read(text, chinese):
    assert native(text) == chinese


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("亿元", "亿元"),
        ("%", "%"),
        ("亿元、%", "亿元"),
        ("%/万元", "万元"),
        ("亿元、万元", ""),
        ("个百分点", "百分点"),
        ("甲、%", ""),
        ("甲", ""),
        ("", ""),
    ],
)
def test_the_one_unit_of_a_text_is_that_beside_percent(text, unit):
    assert unit_in(text) == unit


@pytest.mark.parametrize(
    ("one", "other", "span", "clash"),
    [
        ("ytd", "annual", "annual", ""),
        ("annual", "ytd", "annual", ""),
        ("ytd", "ytd", "ytd", ""),
        ("ytd", "", "ytd", ""),
        ("", "single", "single", ""),
        ("ytd", "single", "single", "累计、当期"),
        ("annual", "single", "single", "全年、当期"),
    ],
)
def test_the_year_to_date_of_a_whole_year_is_that_year(one, other, span, clash):
    joined = Facets("yoy", one).join(Facets("yoy", other))
    assert (joined.span, joined.clash) == (span, clash)


def test_facets_keep_what_only_one_says_and_the_longer_lag():
    one = Facets(measure="yoy", scope="限上", lag=1, sure=True, nothing="甲")
    other = Facets(measure="value", scope="区属", lag=2, fact="rank", nothing="乙")
    joined = one.join(other)
    assert (joined.measure, joined.scope, joined.lag) == ("yoy", "限上、区属", 2)
    assert (joined.sure, joined.fact, joined.nothing) == (True, "rank", "甲")
    assert Facets("level").join(Facets("yoy")).measure == "yoy"
    assert Facets(span="ytd").join(Facets("value")).measure == "value"
    assert Facets().join(one) is one and one.join(Facets()) is one


def test_a_text_is_nameless_if_its_words_say_what_and_not_whose():
    grammar = Grammar(load_vocabulary(), read_catalogue(None, {}), ())
    texts = ["本月", "累计增速", "9月", "社会消费品零售总额", "甲乙", "上年同期", "限额以上"]
    assert [grammar.read(t).is_nameless for t in texts] == [True] * 3 + [False] * 4
