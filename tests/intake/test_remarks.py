"""What notes and remarks say of figures: those of which they say something else are refused."""

import pytest

from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.intake.reading.remarks import Figure, Remark, differs, remarks_in
from lianhu_analysis.intake.reading.words import Facets, Grammar, load_vocabulary
from lianhu_analysis.workspace import Region
from tests.intake.one_file import read_file

RETAIL, BUDGET, TRADE = "csm.retail.total", "fis.revenue.gpb", "opn.trade"
ALL = {f"{code} {measure}" for code in (RETAIL, BUDGET, TRADE) for measure in ("level", "yoy")}
LATE = "published = 2024-10-22\n"


@pytest.fixture
def stored(workspace, catalogue, deliver):
    """Deliver one sheet; return whose figures are stored, of the last period, and the message."""

    def read(rows, period="2024-09", region="610104"):
        file = deliver("a.xlsx", {"表": rows})
        deliver("delivery.toml", LATE)
        frame = read_file(workspace, catalogue, file).frame
        frame = frame[(frame["period"] == period) & (frame["region"] == region)]
        return {f"{row.indicator} {row.measure}" for row in frame.itertuples()}

    return read


def of(*codes):
    return {figure for figure in ALL if figure.split()[0] in codes}


def month(note):
    return [
        ["莲湖区2024年1-9月主要经济指标"],
        ["指标", "单位", "1-9月", "同比增长%"],
        ["社会消费品零售总额", "亿元", 301.2, 4.2],
        ["一般公共预算收入", "亿元", 31.2, 2.8],
        ["进出口总值", "亿元", 60.1, -5.5],
        [note],
    ]


@pytest.mark.parametrize(
    ("note", "kept"),
    [
        ("注：社会消费品零售总额、进出口总值为市统计局反馈的1-8月数据。", of(BUDGET)),
        ("注：社零9月数未出，沿用1-8月数", of(BUDGET, TRADE)),
        ("注：社会消费品零售总额目前仅更新至8月。", of(BUDGET, TRADE)),
        ("注：除一般公共预算收入外，其他指标均为1-8月数据", of(BUDGET)),
        ("注：除一般公共预算收入外，均为全市数据", of(BUDGET)),
        ("注：进出口总值尚未公布，为2023年全年数", of(RETAIL, BUDGET)),
        ("注：2024年数据为1-8月", set()),
        ("注：进出口总值是西安市的", of(RETAIL, BUDGET)),
        ("注：进出口总值单位为亿美元。", of(RETAIL, BUDGET)),
        ("注：进出口总值以美元计价", of(RETAIL, BUDGET)),
        ("注：社会消费品零售总额单位：万元", ALL - {f"{RETAIL} level"}),
        ("注：单位：万元", {figure for figure in ALL if figure.endswith("yoy")}),
        ("注：增幅为与上月相比", {figure for figure in ALL if figure.endswith("level")}),
        ("注：进出口增速以美元计", ALL - {f"{TRADE} yoy"}),
        ("注：一般公共预算收入为财政总收入口径", of(RETAIL, TRADE)),
        ("注：表中一般公共预算收入为税务部门组织收入。", of(RETAIL, TRADE)),
        ("注：一般公共预算收入含政府性基金收入", of(RETAIL, TRADE)),
        ("注：进出口总值仅含出口", of(RETAIL, BUDGET)),
        ("※表内零售额只统计限上单位", of(BUDGET, TRADE)),
        ("（社会消费品零售总额为限额以上单位零售额）", of(BUDGET, TRADE)),
        ("注：本表数据为力争完成数", set()),
        ("注：社会消费品零售总额增速为比2019年", ALL - {f"{RETAIL} yoy"}),
    ],
)
def test_a_note_in_whatever_words_says_what_figures_are(stored, note, kept):
    assert stored(month(note)) == kept


@pytest.mark.parametrize(
    "note",
    [
        "注：社会消费品零售总额为快报数",
        "注：1.地区生产总值绝对额按现价计算，增速按可比价计算；2.规模以上工业统计范围为年主营业务收入2000万元及以上的工业法人单位。",
        "注：社会消费品零售总额是指企业（单位）通过交易售给个人、社会集团非生产、非经营用的实物商品金额",
        "注：根据第五次全国经济普查结果，对2023年社会消费品零售总额进行了修订，2024年增速按可比口径计算",
        "注：进出口总值数据由西安海关提供，一般公共预算收入由区财政局提供",
        "注：一般公共预算收入包括税收收入和非税收入",
        "注：从2024年起，社会消费品零售总额按新口径统计",
        "注：2023年同期社会消费品零售总额增速为3.1%",
        "审核人：张三  制表人：李四  联系电话：87654321",
    ],
)
def test_a_note_that_says_nothing_else_changes_nothing(stored, note):
    assert stored(month(note)) == ALL


@pytest.mark.parametrize(
    ("remark", "kept"),
    [
        ("数据未出，用1-8月代", set()),
        ("更新至8月", set()),
        ("沿用上月", set()),
        ("目标", set()),
        ("亿美元", set()),
        ("单位：万元", {f"{RETAIL} yoy"}),
        ("较2019年", {f"{RETAIL} level"}),
        ("作废", set()),
        ("市统计局反馈", of(RETAIL)),
        ("居全市第3位", of(RETAIL)),
        ("完成年度目标的75%", of(RETAIL)),
        ("未达到序时进度", of(RETAIL)),
        ("受大型企业停产影响，下降较快", of(RETAIL)),
    ],
)
def test_a_remark_beside_a_row_is_of_it_alone(stored, remark, kept):
    rows = [*month("")[:1], [*month("")[1], "备注"], [*month("")[2], remark], month("")[3]]
    assert stored(rows) == kept | of(BUDGET)


@pytest.mark.parametrize(
    ("note", "kept"),
    [
        ("注：2023年数据为预计数", "2021 2022"),
        ("注：2022年数据为全市数", "2021 2023"),
        ("注：2022年起为限额以上口径", "2021"),
        ("注：2022年及以前含高新托管区", "2023"),
        ("注：2023年数据为快报数", "2021 2022 2023"),
    ],
)
def test_a_note_may_be_of_some_years(stored, note, kept):
    rows = [["莲湖区历年社会消费品零售总额"], ["年份", "总额（亿元）", "增速%"]]
    rows += [[2021, 400, 5], [2022, 380, 5], [2023, 390, 2], [note]]
    assert [year for year in ("2021", "2022", "2023") if stored(rows, year)] == kept.split()


@pytest.mark.parametrize(
    ("note", "own", "citys"),
    [("注：各区县数据为限额以上口径", False, True), ("注：全市数据不含西咸新区", True, False)],
)
def test_a_note_may_be_of_some_regions(stored, note, own, citys):
    rows = [["2024年1-9月社会消费品零售总额"], ["地区", "总量（亿元）", "增速%"]]
    rows += [["全市", 3000, 3], ["莲湖区", 330, 3.1], [note]]
    assert bool(stored(rows)) == own
    assert bool(stored(rows, region="610100")) == citys


@pytest.mark.parametrize(
    ("title", "head", "growth", "name", "value", "note", "kept"),
    [
        ("", "*", "", "", 301, "*为预计数", set()),
        ("", "", "*", "", 301, "*为两年平均增速", {f"{RETAIL} level"}),
        ("*", "", "", "", 301, "*不含高新托管区", set()),
        ("", "", "", "", "301*", "*为1-8月数", set()),
        ("", "", "", "②", 301, "注：①为1-8月数；②为财政总收入", set()),
        ("", "", "", "①", 301, "①1-8月数据。", set()),
        ("", "", "", "*", 301, "*：限额以上", set()),
        ("", "", "", "①", 301, "注：②为1-8月数", of(RETAIL)),
    ],
)
def test_a_mark_stands_at_whatever_a_note_is_of(
    stored, title, head, growth, name, value, note, kept
):
    rows = [[f"莲湖区2024年1-9月主要经济指标{title}"]]
    rows += [["指标", "单位", f"1-9月{head}", f"同比增长%{growth}"]]
    rows += [[f"社会消费品零售总额{name}", "亿元", value, 4], [note]]
    assert stored(rows) == kept


def test_prices_of_amounts_and_of_growth(stored):
    parts = [["地区生产总值", 810.1, 5], ["第二产业", 200.1, 5], ["第三产业", 610, 5]]
    head = ["指标", "2023年（亿元）", "增长%"]

    def measures(*notes, title="莲湖区2023年地区生产总值"):
        found = stored([[title], head, *parts, *notes], "2023")
        return {figure.split()[1] for figure in found}

    assert measures() == {"level", "yoy"}
    assert measures(["注：绝对额按可比价格计算"]) == {"yoy"}
    assert measures(["注：增长速度按现价计算"]) == {"level"}
    assert measures(["注：绝对额按现价计算，增长速度按可比价计算"]) == {"level", "yoy"}


def test_a_clause_without_a_subject_has_the_one_before_it(catalogue):
    grammar = Grammar(load_vocabulary(), catalogue, [])
    found = remarks_in(
        "A9", "注：1.进出口数据由商务局提供，时间为1-7月；2.增速为环比增速。", grammar
    )
    assert [(one.cell, one.of, one.text) for one in found][-1] == ("A9", "增速", "环比增速")
    several = list(remarks_in("A9", "社零9月数未出，沿用1-8月数", grammar))
    assert [(one.of, one.text) for one in several] == [
        ("社零9月数", "未出"),
        ("社零9月数", "1-8月数"),
    ]


@pytest.mark.parametrize(
    ("note", "kept"),
    [
        ("注：零售额口径为限上。", of(BUDGET, TRADE)),
        ("备注：社零数据口径有调整，仅含批零住餐限上企业", of(BUDGET, TRADE)),
        ("注：表内“社会消费品零售总额”系经开区数据", of(BUDGET, TRADE)),
        ("注：其中外贸为陕西省数", of(RETAIL, BUDGET)),
        ("注：外贸不含加工贸易", of(RETAIL, BUDGET)),
        ("注：海关口径进出口总值和一般公共预算收入为1-8月数", of(RETAIL)),
        ("注：以上为2023年数据", set()),
        ("注：数据时点为8月31日", set()),
        ("注：财政数据截止9月20日", of(RETAIL, TRADE)),
        ("注：社零单位有误，应为万元", of(BUDGET, TRADE)),
        ("更正：社零应为310.2亿元", of(BUDGET, TRADE)),
        ("注：本表作废", set()),
        ("提示：本表数据尚未审定，不得引用", set()),
    ],
)
def test_other_words_and_other_places_of_notes(stored, note, kept):
    assert stored(month(note)) == kept


@pytest.mark.parametrize(
    ("note", "kept"),
    [("社零为限上数", of(BUDGET, TRADE)), ("注：除一般公共预算收入外为1-8月数", of(BUDGET))],
)
def test_a_note_right_of_the_table(stored, note, kept):
    rows = month("")
    rows[2] = [*rows[2], "", note]
    assert stored(rows) == kept


@pytest.mark.parametrize(
    ("line", "kept"),
    [("（当月）", set()), ("（全市）", set()), ("（累计）", ALL), ("（1-9月）", ALL)],
)
def test_what_stands_in_brackets_below_a_title(stored, line, kept):
    rows = month("")
    assert stored([rows[0], [line], *rows[1:]]) == kept


@pytest.mark.parametrize(
    "note",
    [
        "注：一般公共预算收入31.2亿元，为年初预算的74.3%。",
        "注：数据取自国家统计联网直报平台，截至10月18日。",
        "注：社会消费品零售总额按经营地原则统计。",
        "注：进出口数据按企业注册地统计，来源：西安海关。",
        "注：社会消费品零售总额包括限额以上单位和限额以下单位的零售额。",
    ],
)
@pytest.mark.parametrize("above", [True, False])
def test_what_bulletins_say_of_their_figures_costs_none(stored, note, above):
    rows = month("")[:-1]
    assert stored([rows[0], [note], *rows[1:]] if above else [*rows, [note]]) == ALL


# ---- One remark and one figure.

REGIONS = (Region("610104", "莲湖区"), Region("610100", "西安市"))
CATALOGUE = read_catalogue(None, {})
GRAMMAR = Grammar(load_vocabulary(), CATALOGUE, REGIONS)


def figure(
    code: str = RETAIL,
    measure: str = "level",
    unit: str = "亿元",
    span: str = "ytd",
    region: Region = REGIONS[0],
    shown: str = "",
    month: int = 9,
) -> Figure:
    meaning = Facets(measure, unit=unit if measure == "level" else "%")
    period = Period(2024, "M", month)
    return Figure(CATALOGUE.get(code), meaning, span, period, region, shown)


@pytest.mark.parametrize(
    ("of", "text", "level", "growth"),
    [
        # Of what: all, an indicator, its amount or its growth, all but it.
        ("", "1-8月", True, True),
        ("本表", "1-8月", True, True),
        ("社会消费品零售总额", "1-8月", True, True),
        ("社零总额", "1-8月", True, True),
        ("零售额、财政收入", "1-8月", True, True),
        ("进出口总值", "1-8月", False, False),
        ("社会消费品零售总额增速", "1-8月", False, True),
        ("增速", "1-8月", False, True),
        ("绝对额", "1-8月", True, False),
        ("除社会消费品零售总额外", "1-8月", False, False),
        ("除进出口总值外", "1-8月", True, True),
        ("各区", "1-8月", True, True),
        ("全市", "1-8月", False, False),
        ("全区社会消费品零售总额", "1-8月", True, True),
        ("西安市社会消费品零售总额", "1-8月", False, False),
        ("2024年社会消费品零售总额", "1-8月", True, True),
        ("2023年社会消费品零售总额", "1-8月", False, False),
        ("9月社会消费品零售总额", "1-8月", True, True),
        ("8月社会消费品零售总额", "1-8月", False, False),
        ("2023年以前社会消费品零售总额", "1-8月", False, False),
        ("2023年起社会消费品零售总额", "1-8月", True, True),
        ("2024年起", "1-8月", True, True),
        ("2025年起", "1-8月", False, False),
        ("2024年以前", "1-8月", True, True),
        # When.
        ("", "1-9月", False, False),
        ("", "9月", False, False),
        ("", "累计", False, False),
        ("", "当月", True, True),
        ("", "2-9月", True, True),
        ("", "2023年", True, True),
        ("", "2024年", False, False),
        ("", "2023年1-9月", True, True),
        ("", "9月29日", True, True),
        ("", "9月30日", False, False),
        ("", "10月1日", False, False),
        # Whose, and of what part.
        ("", "全市", True, True),
        ("", "全区", False, False),
        ("", "西安市", True, True),
        ("", "莲湖区", False, False),
        ("", "含高新区", True, True),
        ("", "不含限额以下", True, True),
        ("", "限额以上", True, True),
        ("社会消费品零售总额", "仅含网上零售", True, True),
        ("社会消费品零售总额", "初步核算数", False, False),
        # In which unit and money.
        ("单位", "万元", True, False),
        ("单位", "亿元", False, False),
        ("社会消费品零售总额单位", "万元", True, False),
        ("进出口总值单位", "万元", False, False),
        ("", "万元", True, False),
        ("", "以美元计", True, True),
        # On which base and at which prices.
        ("增速", "比2019年", False, True),
        ("增速", "比2023年", False, False),
        ("增速", "环比", False, True),
        ("社会消费品零售总额", "扣除价格因素", False, True),
        ("绝对额", "不变价", True, False),
        ("绝对额", "现价", False, False),
        ("本表", "不变价", True, False),
        ("", "增速为百分点", False, True),
        # What offices add.
        ("", "居全市第3位", False, False),
        ("", "完成年度目标的75%", False, False),
        ("", "增长4.5%", False, False),
    ],
)
def test_a_remark_differs_from_a_figure_or_says_the_same_or_is_of_another(of, text, level, growth):
    remark = Remark("A9", of, text)
    assert (
        differs(remark, figure(), GRAMMAR),
        differs(remark, figure(measure="yoy"), GRAMMAR),
    ) == (level, growth)


@pytest.mark.parametrize(
    ("note", "kept"),
    [
        ("注：外贸数据更新到8月", of(RETAIL, BUDGET)),
        ("注：进出口总值统计口径截至8月末", of(RETAIL, BUDGET)),
        ("注：进出口总值暂按8月数填报", of(RETAIL, BUDGET)),
        ("注：进出口为上月累计数", of(RETAIL, BUDGET)),
        ("说明：外贸进出口8月份数据", of(RETAIL, BUDGET)),
        ("注：9月进出口数据尚未反馈，用8月数代替", of(RETAIL, BUDGET)),
        ("注：外贸数据晚一个月", of(RETAIL, BUDGET)),
        ("注：因海关数据发布时间较晚，进出口总值为1-8月数据", of(RETAIL, BUDGET)),
        ("注：进出口总值填报的是1-8月数", of(RETAIL, BUDGET)),
        ("注：进出口总值引用1-8月数据", of(RETAIL, BUDGET)),
        ("注：进出口数据来自海关1-8月快讯", of(RETAIL, BUDGET)),
        ("注：外贸指标为前八个月累计", of(RETAIL, BUDGET)),
        ("注：海关进出口总值数据时间为1-8月", of(RETAIL, BUDGET)),
        ("数据来源：西安海关。进出口总值取1-8月数。", of(RETAIL, BUDGET)),
        ("注：本表除进出口为1-8月外，其余均为1-9月", of(RETAIL, BUDGET)),
        ("注：除进出口总值外，其余均为1-9月数据", of(RETAIL, BUDGET)),
        # Nobody knows of which row these are.
        ("注：海关数据为1-8月。", set()),
        ("注：税务数据截至8月", set()),
        ("注：海关口径为全市口径", set()),
    ],
)
def test_a_note_on_time_or_place_in_unknown_words_is_never_passed_over(stored, note, kept):
    assert stored(month(note)) == kept


@pytest.mark.parametrize(
    "note",
    [
        "注：本表数据由区统计局10月20日提供",
        "注：数据来源于区统计局9月份月报",
        "注：统计时间为1-9月",
        "注：社会消费品零售总额1-8月增长4.0%，9月当月增长5%",
        "注：10月份数据将于11月20日发布",
        "注：根据2023年1-9月可比口径计算增速",
        "注：增速比1-8月回落0.3个百分点",
        "注：受1-8月高基数影响，社零增速回落",
        "注：每月15日前报送上月数据",
        "注：户籍人口为公安部门数据",
        "注：第五次经济普查后2023年同期数已修订",
        "制表时间：2024-10-15",
    ],
)
def test_a_note_of_other_times_that_are_not_the_figures_changes_nothing(stored, note):
    assert stored(month(note)) == ALL


def test_a_note_right_of_the_last_head_is_no_head(stored):
    rows = month("")
    rows[1] = [*rows[1], "注：以上为全市数据"]
    assert stored(rows) == set()
    rows[1] = [*rows[1][:-1], "注：进出口总值为1-8月数据"]
    assert stored(rows) == of(RETAIL, BUDGET)
    rows[1] = [*rows[1][:-1], "注：快报数"]
    assert stored(rows) == ALL


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("进出口总值为1-8月数据", of(RETAIL, BUDGET)),
        ("社会消费品零售总额为限额以上口径", of(BUDGET, TRADE)),
        ("本次数据为预计数，仅供参考", set()),
        ("增速为两年平均增速", {figure for figure in ALL if figure.endswith("level")}),
        ("本表由区统计局填报，每月20日前报送", ALL),
    ],
)
def test_notes_may_stand_on_a_sheet_of_their_own(workspace, catalogue, deliver, line, kept):
    sheets = {"数据": month(""), "说明": [["填报说明"], [line]]}
    file = deliver("a.xlsx", sheets)
    deliver("delivery.toml", LATE)
    frame = read_file(workspace, catalogue, file).frame
    now = frame[frame["period"] == "2024-09"]
    assert {f"{row.indicator} {row.measure}" for row in now.itertuples()} == kept


@pytest.mark.parametrize("suffix", ["", "数据", "口径"])
def test_a_bracket_behind_a_caption_says_whose_figures_are(workspace, catalogue, deliver, suffix):
    cells = "".join(
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in month("")[1:5]
    )
    page = "<html><body><p>2024年1-9月主要指标（{}）</p><table>{}</table>{}</body></html>"
    deliver("delivery.toml", LATE)
    last = "<p>1.进出口总值为1-8月数据</p>"

    def stored_of(place, below=""):
        file = deliver("a.html", page.format(place, cells, below))
        frame = read_file(workspace, catalogue, file).frame
        return set(frame[frame["period"] == "2024-09"]["indicator"])

    assert stored_of(f"全市{suffix}") == set()
    assert stored_of("快报") == {RETAIL, BUDGET, TRADE}
    assert stored_of("快报", last) == {RETAIL, BUDGET}
