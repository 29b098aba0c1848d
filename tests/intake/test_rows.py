"""The indicator of a row: by its path, else by a name that says all."""

from __future__ import annotations

import re

import pytest

from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.reading.around import Around, Time
from lianhu_analysis.intake.reading.blocks import Panel, Table
from lianhu_analysis.intake.reading.figures import Collector, Delivery
from lianhu_analysis.intake.reading.heads import Heads
from lianhu_analysis.intake.reading.notes import TableNote
from lianhu_analysis.intake.reading.outline import Label
from lianhu_analysis.intake.reading.place import Place
from lianhu_analysis.intake.reading.rows import RowReader
from lianhu_analysis.intake.reading.words import Grammar, load_vocabulary
from lianhu_analysis.workspace import Region

LIANHU, XIAN = Region("610104", "莲湖区"), Region("610100", "西安市")
CATALOGUE = read_catalogue(None, {})
GRAMMAR = Grammar(load_vocabulary(), CATALOGUE, (LIANHU, XIAN))
RETAIL, ABOVE = "社会消费品零售总额", "限额以上单位消费品零售额"
ABOVE_TRADE = "限额以上批发和零售业商品销售额"
DELIVERY = Delivery("a.xlsx", LIANHU, (LIANHU, XIAN))


def find(label: Label, *, known: tuple[str, ...] = (), scope: tuple[str, ...] = ()):
    above = {text: GRAMMAR.read(text).names[0] for text in known}
    table = Table(Grid("表", ()), [], 0, 0)
    around, collector = Around(LIANHU, named=False, time=Time()), Collector(DELIVERY)
    place = Place(table, Panel(), around, GRAMMAR, collector, TableNote(table))
    heads = Heads((), Time(), by_growth=False, accumulated=frozenset(), scope=scope)
    return RowReader(place, heads, above).find_name(label)


@pytest.mark.parametrize(
    ("label", "code"),
    [
        (Label("社会消费品零售总额"), "csm.retail.total"),
        (Label("工业", parents=("地区生产总值",), is_member=True), "ind.va"),
        (Label("工业", parents=("第二产业", "地区生产总值")), "ind.va"),
        (Label("总产值", groups=("规模以上工业",)), "ind.output_above"),
        (Label("工业投资", parents=("固定资产投资",), is_member=True), "inv.industry.yoy"),
        (
            Label("工业投资", parents=("第二产业", "固定资产投资"), is_part=True, is_marked=True),
            "inv.industry.yoy",
        ),
        (Label("工业产销率", groups=("规模以上工业：",)), "ind.sales_ratio"),
        (Label("批发业商品销售额", groups=("限额以上：",)), "trd.wholesale.above"),
        (Label("限上单位消费品零售额"), "csm.above.retail"),
        (
            Label("批发业商品销售额", parents=(ABOVE_TRADE,), is_numbered=True),
            "trd.wholesale.above",
        ),
        (Label("批发业商品销售额", parents=(ABOVE_TRADE,)), "trd.wholesale.sales"),
        (Label("餐饮收入", parents=(ABOVE, RETAIL)), "csm.catering"),
        (
            Label("人民币存款余额", parents=("期末金融机构本外币存款余额",), is_part=True),
            "fin.deposit.rmb",
        ),
        (
            Label("地方一般公共预算收入", parents=("一般公共预算总收入",), is_part=True),
            "fis.revenue.gpb",
        ),
        (Label("租赁和商务服务业", parents=("规上服务业营收",), is_part=True), "svc.leasing.rev"),
        (Label("工业", parents=("全社会用电量",)), "ene.elec_ind"),
        (Label("工业投资", parents=("项目投资",), is_part=True), "inv.industry.yoy"),
        (Label("实际利用外资", groups=("外资",)), "opn.fdi"),
    ],
)
def test_a_row_is_found_by_its_path_or_its_own_name(label, code):
    found = find(label, known=tuple(p for p in label.parents if GRAMMAR.read(p).indicator))
    assert found.indicator.code == code


@pytest.mark.parametrize(
    ("label", "words"),
    [
        (Label("第二产业", parents=("固定资产投资",), is_part=True), "固定资产投资/第二产业"),
        (
            Label("零售业商品销售额", parents=("社会消费品零售总额",), is_part=True),
            "按完整路径匹配",
        ),
        (Label("区属社会消费品零售总额"), "区属"),
        (Label("社会消费品零售总额", groups=("限额以上单位",)), "限额以上"),
        (Label("社会消费品零售总额排名"), "位次"),
        (Label("铁路客运量"), "不在指标目录中"),
        (Label("餐饮收入", parents=(ABOVE, RETAIL), is_numbered=True), f"在“{ABOVE}”之下"),
        (Label("餐饮收入", parents=(ABOVE,), is_part=True), f"{ABOVE}/餐饮收入"),
        (Label("新设外商投资企业数", groups=("外资",)), "在“外资”之下"),
    ],
)
def test_another_thing_of_that_name_is_none_of_ours(label, words):
    with pytest.raises(IntakeError, match=re.escape(words)):
        find(label, known=tuple(p for p in label.parents))


def test_a_hint_never_reads_the_sectors_of_two_tables_as_one_indicator():
    label = Label("第二产业", parents=("固定资产投资",), is_part=True)
    with pytest.raises(IntakeError) as caught:
        find(label, known=("固定资产投资",))
    assert "gdp." not in caught.value.remedy


def test_a_marked_part_needs_accounting_and_an_indented_one_a_list():
    listed = Label("民间投资", parents=("固定资产投资",), is_part=True)
    marked = listed._replace(is_marked=True)
    other = Label("工业投资", parents=("民间投资",), is_part=True)
    counted = Label("在库投资项目数", parents=("固定资产投资",), is_part=True)
    assert find(counted, known=("固定资产投资",)).indicator is not None
    with pytest.raises(IntakeError):
        find(counted._replace(is_marked=True), known=("固定资产投资",))
    assert find(listed, known=("固定资产投资",)).indicator is not None
    assert find(marked, known=("固定资产投资",)).indicator is not None
    with pytest.raises(IntakeError):
        find(other, known=("民间投资",))


def test_a_label_may_name_the_city():
    found = find(Label("全市社会消费品零售总额"))
    assert found.regions == (XIAN,)


def test_a_title_of_part_of_the_whole_keeps_bare_names_from_matching():
    scope = ("莲湖区2024年1-9月指标（区属）",)
    with pytest.raises(IntakeError, match="区属"):
        find(Label("社会消费品零售总额", groups=scope), scope=scope)
