"""Kinds of files that once failed at a user's, in look-alikes with other names and figures.

Each kind is told by what makes it hard, and varied in what does not matter: places, wording,
order of rows and columns, with and without a dated folder or a parent registered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import openpyxl
import pytest

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.workspace import load_workspace
from tests.intake.one_file import read_file
from tests.intake.sheets import Sheets, workbook_bytes

DISTRICT, CITY = ("610113", "雁塔区"), ("610100", "西安市")
RETAIL, BUDGET, FAI = "csm.retail.total", "fis.revenue.gpb", "inv.fai.yoy"
Figure = tuple[str, str, str, str, float]
KEY = ["indicator", "measure", "span", "period", "value"]


@dataclass(frozen=True)
class Outcome:
    """What was stored by region, and what was said."""

    stored: Mapping[str, frozenset[Figure]]
    said: str

    @property
    def own(self) -> frozenset[Figure]:
        """What was stored for the district."""
        return self.stored.get(DISTRICT[0], frozenset())


@pytest.fixture
def deliver(tmp_path, catalogue: Catalogue) -> Callable[..., Outcome]:
    """Deliver the sheets of one workbook into a district's workspace, and read it."""

    def put(
        sheets: Sheets,
        path: str = "统计局/报表.xlsx",
        *,
        merged: Mapping[str, Sequence[str]] | None = None,
        parents: Sequence[tuple[str, str]] = (),
        sidecar: str = "",
    ) -> Outcome:
        def merge(book: openpyxl.Workbook) -> None:
            for name, areas in (merged or {}).items():
                for area in areas:
                    book[name].merge_cells(area)

        tables = [f'[region]\ncode = "{DISTRICT[0]}"\nname_zh = "{DISTRICT[1]}"\n']
        tables += [f'[[parents]]\ncode = "{code}"\nname_zh = "{name}"\n' for code, name in parents]
        (tmp_path / "lianhu.toml").write_text("".join(tables), encoding="utf-8")
        workspace = load_workspace(tmp_path)
        file = workspace.raw / path
        file.parent.mkdir(parents=True, exist_ok=True)
        (workspace.raw / "delivery.toml").write_text(sidecar, encoding="utf-8")
        file.write_bytes(workbook_bytes(sheets, merge))
        try:
            reading = read_file(workspace, catalogue, file)
        except IntakeError as error:
            return Outcome({}, f"{error.message} {error.remedy}")
        rows = reading.frame.dropna(subset=["value"])
        rows = rows[~rows["indicator"].str.startswith("fact.")]
        return Outcome(
            {
                region: frozenset(found[KEY].itertuples(index=False, name=None))
                for region, found in rows.groupby("region")
            },
            "\n".join(f"{p.sheet}!{p.cell} {p.message} {p.remedy}" for p in reading.problems),
        )

    return put


def pair(code: str, span: str, period: str, level: float, growth: float) -> set[Figure]:
    """Return an amount and its growth."""
    return {(code, "level", span, period, level), (code, "yoy", span, period, growth)}


def table(
    title: str, stub: str, over: str, heads: Sequence[str], *rows: Sequence[object]
) -> list[list[object]]:
    """Return a table under a title: a period merged over the heads, the stub's head beside it."""
    width = len(heads)
    return [[title], [stub, over, *[None] * (width - 1)], [None, *heads], *map(list, rows)]


# 01: a city's monthly report, whose titles name no region, delivered to a district.
HEADS = ["绝对额(万元)", "增长（%）"]
CITYS = {
    "财政": table(
        "一般公共预算收入", "项  目", "1-8月", HEADS, ("地方一般公共预算收入", 6100200, -1.9)
    ),
    "贸易": table(
        "社会消费品零售总额", "指 标", "1-8月", HEADS, ("社会消费品零售总额", 33120450, 3.6)
    ),
}
BY_DISTRICT = table(
    "地方一般公共预算收入",
    "地  区",
    "1-8月",
    [*HEADS, "排名"],
    ("全市", 6100200, -1.9, None),
    ("碑林", 402330, -1.4, 9),
    ("雁塔", 512340, 2.6, 3),
)
CONTENTS = {"目录": [["目    录"], ["一、全市主要经济指标"], ["财政收入"], ["二、各区县主要指标"]]}
RESIDENTS = {
    "居民": table(
        "城乡居民收入",
        "指  标",
        "1-8月",
        ["绝对额(元)", "增速(%)"],
        ("全市居民人均可支配收入", 33120.5, 5.2),
    )
}
OF_CITY = pair(BUDGET, "ytd", "2025-08", 610.02, -1.9) | pair(
    RETAIL, "ytd", "2025-08", 3312.045, 3.6
)
OF_DISTRICT = pair(BUDGET, "ytd", "2025-08", 51.234, 2.6)
BOOKS = {
    "contents": CONTENTS | CITYS | {"分区财政": BY_DISTRICT},
    "a label": CITYS | RESIDENTS | {"分区财政": BY_DISTRICT},
    "the district's row last": dict(reversed((CONTENTS | CITYS | {"分区": BY_DISTRICT}).items())),
    "a row that the total equals": CITYS | {"分区财政": BY_DISTRICT},
    "no row of the district": CONTENTS | CITYS,
}


@pytest.mark.parametrize("parents", [(CITY,), ()], ids=["city registered", "city unknown"])
@pytest.mark.parametrize("book", BOOKS)
@pytest.mark.parametrize("path", ["2025-09-28_市局/月报_202508.xlsx", "月报/2025年8月.xlsx"])
def test_01_a_citys_figures_are_never_the_districts(deliver, book, path, parents):
    seen = deliver(BOOKS[book], path, parents=parents)
    assert seen.own <= OF_DISTRICT, seen.said
    assert seen.stored.get(CITY[0], frozenset()) <= OF_CITY | pair(
        "inc.all", "ytd", "2025Q3", 33120.5, 5.2
    )
    if not seen.stored.get(CITY[0]):
        assert "全市" in seen.said or CITY[1] in seen.said


@pytest.mark.parametrize("book", ["contents", "a label"])
def test_01_dated_by_the_months_in_its_name_the_book_is_read_as_well(deliver, book):
    seen = deliver(BOOKS[book], "月报/2025年1-8月.xlsx", parents=(CITY,))
    assert seen.stored[CITY[0]] >= OF_CITY and seen.own == OF_DISTRICT, seen.said


@pytest.mark.parametrize("book", [name for name in BOOKS if name != "no row of the district"])
def test_01_the_districts_row_is_read_for_it(deliver, book):
    seen = deliver(BOOKS[book], "2025-09-28_市局/月报_202508.xlsx", parents=(CITY,))
    assert seen.own == OF_DISTRICT, seen.said


# 02: months that have not come yet are filled with 0.
MONTHS = [("2023年", month) for month in range(2, 13)] + [("2024年", m) for m in range(2, 13)]
LAST = "2024-08"


def template(*, across: bool, growth_only: bool, spelling: str = "{}{}月") -> Sheets:
    """Return a template of two years whose months after August 2024 hold 0."""
    names = ["社会消费品零售总额_累计值(亿元)", "社会消费品零售总额_累计增长(%)"]
    names = [*([] if growth_only else names), "规模以上工业增加值_累计增长(%)"]
    rows: list[list[object]] = [["时间", *names]]
    for year, month in MONTHS:
        come = f"{year[:4]}-{month:02}" <= LAST
        figures = [round(31.7 * month, 1), 5.1 + month / 10, 6.3 + month / 10][-len(names) :]
        rows.append([spelling.format(year, month), *(figures if come else [0] * len(names))])
    if across:
        rows = [list(column) for column in zip(*rows, strict=True)]
        rows[0][0] = "指标"
    return {"月度": rows}


@pytest.mark.parametrize("across", [False, True], ids=["months down", "months across"])
@pytest.mark.parametrize("growth_only", [False, True], ids=["with amounts", "growth only"])
@pytest.mark.parametrize("path", ["2024-09-23_统计局/月度.xlsx", "统计局/月度_20240923.xlsx"])
def test_02_no_zero_of_a_month_to_come_is_stored(deliver, across, growth_only, path):
    seen = deliver(template(across=across, growth_only=growth_only), path)
    assert max(figure[3] for figure in seen.own) == LAST, seen.said
    assert not [figure for figure in seen.own if figure[4] == 0]
    assert "2024-09" in seen.said and "还没有结束" in seen.said
    assert len(seen.own) == 18 * (1 if growth_only else 3)


@pytest.mark.parametrize(("day", "last"), [("2024-08-31", "2024-08"), ("2024-08-30", "2024-07")])
def test_02_a_month_can_be_delivered_on_its_last_day_and_not_before(deliver, day, last):
    seen = deliver(template(across=False, growth_only=False), f"{day}_统计局/月度.xlsx")
    assert max(figure[3] for figure in seen.own) == last, seen.said


@pytest.mark.parametrize("across", [False, True], ids=["months down", "months across"])
def test_02_a_day_that_the_delivery_states_counts_as_well(deliver, across):
    sheets = template(across=across, growth_only=False)
    seen = deliver(sheets, "统计局/月度.xlsx", sidecar="published = 2024-09-23\n")
    assert max(figure[3] for figure in seen.own) == LAST, seen.said


# 03: 按产业分 opens a grouping of the item above it; 04: industries stand between the sectors.
SECTORS = {"第一产业": (0.4, 1.3), "第二产业": (161.3, 3.7), "第三产业": (648.2, 5.4)}
GDP = pair("gdp.total", "ytd", "2024Q3", 809.9, 4.9)
GDP |= pair("gdp.secondary", "ytd", "2024Q3", 161.3, 3.7)
GDP |= pair("gdp.tertiary", "ytd", "2024Q3", 648.2, 5.4)
INDUSTRIES = {"工业": (110.7, 4.4), "建筑业": (50.6, 2.1)}
SERVICES = {"批发和零售业": (118.2, 5.6), "金融业": (143.3, 3.1), "房地产业": (70.1, -0.6)}
OF_INDUSTRIES = {
    code: pair(code, "ytd", "2024Q3", *figures)
    for code, figures in zip(
        ("ind.va", "bld.va", "gdp.wholesale_retail", "gdp.finance", "gdp.realestate"),
        (INDUSTRIES | SERVICES).values(),
        strict=True,
    )
}


@pytest.mark.parametrize("grouping", ["按产业分", "按三次产业分", "按产业分：", "1、按产业分组"])
@pytest.mark.parametrize("name", ["_2024年1-9月", "_2024年1—9月", "2024"])
def test_03_the_sectors_of_investment_are_not_those_of_output(deliver, name, grouping):
    rows = [("固定资产投资(不含农户)", 2.8), (grouping,), ("第一产业", -31), ("第二产业", -9.4)]
    sheets = {"投资": table("固定资产投资", "指标", "1-9月", ["增速(%)"], *rows, ("第三产业", 4.1))}
    seen = deliver(sheets, f"2024-10-21_统计局/投资{name}.xlsx")
    assert seen.own == {(FAI, "yoy", "ytd", "2024-09", 2.8)}, seen.said
    assert "第一产业/第二产业" not in seen.said


@pytest.mark.parametrize("grouping", ["按产业分", "按三次产业分", "按产业分：", "1、按产业分组"])
@pytest.mark.parametrize("name", ["_2024年1-9月", "_2024年1—9月", "2024"])
def test_03_under_output_a_grouping_gives_its_sectors(deliver, name, grouping):
    rows = [("地区生产总值（GDP）", 809.9, 4.9), (grouping,)]
    rows += [(name, *figures) for name, figures in SECTORS.items()]
    heads = ["绝对额(亿元)", "增速(%)"]
    sheets = {"核算": table("地区生产总值", "指标", "1-9月", heads, *rows)}
    assert deliver(sheets, f"2024-10-28_统计局/核算{name}.xlsx").own == GDP


def accounts(style: str) -> list[tuple[object, ...]]:
    """Return the rows of accounts with industries beside the sectors, in one style."""
    sectors = [(name, *figures) for name, figures in SECTORS.items()]
    secondary = [(name, *figures) for name, figures in INDUSTRIES.items()]
    services = [(name, *figures) for name, figures in SERVICES.items()]
    farms = ("农林牧渔业", 0.4, 1.3)
    if style == "between":
        rows = [sectors[0], farms, sectors[1], *secondary, sectors[2], *services]
    elif style == "only some":
        rows = [sectors[0], sectors[1], secondary[0], sectors[2], services[1]]
    elif style == "indented":
        rows = [sectors[0], sectors[1], *((f"  {n}", *f) for n, *f in secondary), sectors[2]]
    elif style == "after":
        rows = [*sectors, farms, *secondary, *services]
    else:
        rows = [*sectors, ("按行业分",), *secondary, *services]
    return [("地区生产总值", 809.9, 4.9), *rows]


@pytest.mark.parametrize("style", ["between", "only some", "indented", "after", "by industry"])
@pytest.mark.parametrize("growth_only", [False, True], ids=["amounts", "growth only"])
def test_04_industries_between_do_not_hide_the_sectors(deliver, style, growth_only):
    heads = ["指标", "前三季度(亿元)", "同比增长(%)"]
    rows = accounts(style)
    wanted, more = set(GDP), set().union(*OF_INDUSTRIES.values())
    if growth_only:
        heads, rows = ["指标", "前三季度增速(%)"], [(row[0], *row[2:]) for row in rows]
        wanted, more = ({f for f in some if f[1] == "yoy"} for some in (wanted, more))
    sheets = {"Sheet1": [["雁塔区地区生产总值初步核算"], heads, *rows]}
    seen = deliver(sheets, "核算_2024.xlsx", sidecar='period = "2024-09"\n')
    assert wanted <= seen.own <= wanted | more, seen.said


# 07: the period stands in the title only; 08: in a merged head, with the year.
LEVELS = ["绝对额", "总额", "总量", "数值", "绝对量", "绝对数", "完成额"]
GROWTHS = ["增速", "增幅", "同比增长", "增长", "比上年同期增长"]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("growth", GROWTHS)
def test_07_plain_heads_are_of_the_titles_period(deliver, level, growth):
    rows = [
        ["雁塔区2024年1-9月主要经济指标"],
        ["指标", "单位", level, f"{growth}（%）"],
        ["社会消费品零售总额", "亿元", 612.4, 2.7],
        ["一般公共预算收入", "万元", 341200, 1.8],
    ]
    wanted = pair(RETAIL, "ytd", "2024-09", 612.4, 2.7)
    wanted |= pair(BUDGET, "ytd", "2024-09", 34.12, 1.8)
    seen = deliver({"Sheet1": rows})
    assert seen.own == wanted, seen.said


@pytest.mark.parametrize(
    "period", ["前三季度", "1-3季度", "1—9月", "1至9月", "一至三季度", "1-9月份"]
)
@pytest.mark.parametrize("head", ["绝对量", "绝对额(亿元)"])
def test_07_quarters_in_the_title(deliver, period, head):
    rows = [
        [f"2024年{period}雁塔区主要经济指标"],
        ["指标", "单位", head, "同比增长（%）"],
        ["地区生产总值", "亿元", 809.9, 4.9],
    ]
    seen = deliver({"Sheet1": rows})
    assert seen.own == pair("gdp.total", "ytd", "2024Q3", 809.9, 4.9), seen.said


@pytest.mark.parametrize("month", ["9月", "9月份"])
def test_07_a_single_month_in_the_title_is_refused_where_nothing_says_the_span(deliver, month):
    rows = [
        [f"雁塔区2024年{month}主要经济指标"],
        ["指标", "单位", "数值", "增速（%）"],
        ["社会消费品零售总额", "亿元", 612.4, 2.7],
    ]
    seen = deliver({"Sheet1": rows})
    assert not seen.own and "累计" in seen.said


@pytest.mark.parametrize("level", ["绝对额(亿元)", "总额\n（亿元）", "总量（亿元）", "数值(亿元)"])
@pytest.mark.parametrize("growth", ["增速(%)", "增速\n（%）", "增幅（%）", "同比增长(%)"])
@pytest.mark.parametrize("stub", ["指  标", "项  目", "名 称"])
def test_08_a_merged_head_states_year_and_months(deliver, level, growth, stub):
    rows = table(
        "社会消费品零售总额",
        stub,
        "2025年1-9月",
        [level, growth],
        ("社会消费品零售总额", 623.1, 4.1),
    )
    rows.insert(1, [])
    seen = deliver({"贸易": rows}, "社零.xlsx", merged={"贸易": ["B3:C3", "A3:A4"]})
    assert seen.own == pair(RETAIL, "ytd", "2025-09", 623.1, 4.1), seen.said


@pytest.mark.parametrize("merged", [["B2:C2", "A2:A3"], ["B2:C2"], []], ids=["all", "head", "none"])
def test_08_numbered_output_under_a_merged_head(deliver, merged):
    heads = ["绝对额(亿元)", "增速(%)"]
    rows = table(
        "地区生产总值", "指  标", "2025年1-9月", heads, ("一、地区生产总值（GDP）", 809.9, 4.9)
    )
    seen = deliver({"核算": rows}, "核算.xlsx", merged={"核算": merged})
    assert seen.own == pair("gdp.total", "ytd", "2025Q3", 809.9, 4.9), seen.said


# 12: a column says the span of each row; the title says the period.
@pytest.mark.parametrize("head", ["口径", "统计口径", "数据口径"])
@pytest.mark.parametrize("single", ["当月", "本月"])
@pytest.mark.parametrize("title", ["雁塔区2024年9月主要经济指标", "雁塔区2024年1-9月主要指标"])
@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [0, 2, 1, 3, 4], [1, 0, 2, 3, 4]])
def test_12_rows_say_their_spans(deliver, head, single, title, order):
    rows: list[list[object]] = [
        ["指标", head, "单位", "数值", "同比增长%"],
        ["社会消费品零售总额", single, "亿元", 71.2, 1.6],
        ["社会消费品零售总额", "累计", "亿元", 612.4, 2.9],
    ]
    sheets = {"Sheet1": [[title], *([row[n] for n in order] for row in rows)]}
    wanted = pair(RETAIL, "single", "2024-09", 71.2, 1.6)
    wanted |= pair(RETAIL, "ytd", "2024-09", 612.4, 2.9)
    seen = deliver(sheets)
    assert seen.own == wanted, seen.said


OTHERS = [
    "新城区",
    "碑林区",
    "灞 桥 区",
    "阎良区",
    "临潼区",
    "长安区",
    "蓝田县",
    "周至县",
    "西咸新区",
]


# 15: rows are regions under a head that does not say so; the indicator is in the sheet's name.
@pytest.mark.parametrize("stub", ["项 目", "单位", "地区", "区县", "指标", None])
@pytest.mark.parametrize("sheet", ["社会消费品零售总额", "3社会消费品零售总额"])
@pytest.mark.parametrize("whole", ["全 市", "西安市", "全市合计"])
@pytest.mark.parametrize("others", ["one", "many"])
def test_15_rows_of_regions_under_any_head(deliver, stub, sheet, whole, others):
    rows = [
        ["2024年1-8月"],
        [None, None, None, "单位:万元"],
        [stub, "2024年8月", "同比增长(%)", "2024年1-8月", "同比增长(%)"],
        [whole, 3120450, 3.1, 24120330, 3.6],
        *([name, 402110, 2.8, 3011220, 3.3] for name in OTHERS[: 1 if others == "one" else None]),
        ["雁塔区", 611230, 1.9, 5020450, 2.4],
    ]
    path = "社零_2024年8月.xlsx"
    seen = deliver({sheet: rows}, path, merged={sheet: ["A1:D1"]}, parents=(CITY,))
    wanted = pair(RETAIL, "single", "2024-08", 61.123, 1.9)
    wanted |= pair(RETAIL, "ytd", "2024-08", 502.045, 2.4)
    assert seen.own == wanted, seen.said
    assert "aliases" not in seen.said
    assert seen.stored.keys() <= {DISTRICT[0], CITY[0]}


@pytest.mark.parametrize("stub", ["项 目", "单位", "地区", None])
def test_15_without_a_name_of_the_indicator_it_is_refused_once(deliver, stub):
    rows = [
        ["2024年1-8月", None, None],
        [stub, "2024年1-8月（万元）", "同比增长(%)"],
        ["新城区", 3011220, 3.3],
        ["雁塔区", 5020450, 2.4],
    ]
    seen = deliver({"Sheet1": rows}, parents=(CITY,))
    assert not seen.stored
    assert len(seen.said.splitlines()) == 1 and re.search("地区.*指标", seen.said), seen.said


# Blind: deliveries written by others without a look at the vocabulary


@pytest.mark.parametrize(
    "line",
    [
        ["2024年8月", None, None, "单位：万元"],
        ["2024年8月", None, None, "计量单位：万元"],
        ["填报单位：雁塔区统计局", "2024年8月", None, "单位：万元"],
    ],
)
def test_blind_a_line_with_period_and_unit_is_no_head(deliver, line):
    told = deliver(
        {
            "社零": [
                ["社会消费品零售总额"],
                line,
                ["项目", "本月", "同比±%", "累计", "同比±%"],
                ["社会消费品零售总额", 252_310, 3.4, 2_701_233, 4.8],
            ]
        }
    )
    expected = pair(RETAIL, "single", "2024-08", 25.231, 3.4)
    assert told.own == expected | pair(RETAIL, "ytd", "2024-08", 270.1233, 4.8)


@pytest.mark.parametrize("name", ["雁塔区", "雁塔", "西安市雁塔区"])
def test_blind_a_district_may_be_named_with_its_city(deliver, name):
    rows = [["区县", "当月增速", "累计增速"], ["西安市新城区", 1.0, 2.0], [name, 12.1, 11.2]]
    told = deliver(
        {"工业": [["各县（市、区）规模以上工业增加值增速"], ["2024年9月", None, "单位：%"], *rows]},
        parents=[CITY],
    )
    code = "ind.va_above.yoy"
    growths = {(code, "yoy", "single", "2024-09", 12.1), (code, "yoy", "ytd", "2024-09", 11.2)}
    assert told.own == growths
    assert len(told.stored) == 1


def test_blind_the_same_name_in_another_city_is_another_place(deliver):
    rows = [["区县", "社会消费品零售总额(亿元)"], ["咸阳市雁塔区", 1.0], ["雁塔区", 2.0]]
    told = deliver({"社零": [["各区县2024年1-9月主要指标"], *rows]}, parents=[CITY])
    assert told.own == {(RETAIL, "level", "ytd", "2024-09", 2.0)}


def test_blind_a_growth_that_names_its_indicator_is_of_the_titles_months(deliver):
    head = ["地区", "社会消费品零售总额", None, "一般公共预算收入", None, "固定资产投资"]
    below = [None, "总量(亿元)", "增速(%)", "总量(亿元)", "增速(%)", "增速(%)"]
    rows = [head, below, ["雁塔区", 212.74, 4.9, 17.6, -2.6, 12.0]]
    told = deliver(
        {"区县": [["2024年1—8月各区县主要经济指标"], *rows]}, merged={"区县": ["B2:C2", "D2:E2"]}
    )
    assert (FAI, "yoy", "ytd", "2024-08", 12.0) in told.own and len(told.own) == 5


def test_blind_but_not_where_other_heads_say_both_spans(deliver):
    heads = [
        "地区",
        "社会消费品零售总额当月",
        "增速(%)",
        "社会消费品零售总额累计",
        "增速(%)",
        "固定资产投资增速(%)",
    ]
    told = deliver({"区县": [["2024年1—8月"], heads, ["雁塔区", 21.0, 4.9, 170.6, 2.6, 12.0]]})
    assert FAI not in {code for code, *_ in told.own}


@pytest.mark.parametrize("measure", ["同比增长", "增速"])
def test_blind_growth_of_a_month_beside_growth_to_date(deliver, measure):
    rows = [["指标", "10月", "1-10月"], [None, measure, measure], ["规模以上工业增加值", 6.6, 7.1]]
    told = deliver({"工业": [["2024年10月工业", None, "单位：%"], *rows]})
    code = "ind.va_above.yoy"
    growths = {(code, "yoy", "single", "2024-10", 6.6), (code, "yoy", "ytd", "2024-10", 7.1)}
    assert told.own == growths


def test_blind_groupings_belong_to_the_whole_and_not_to_a_part_of_it(deliver):
    rows = [
        ["固定资产投资（不含农户）", 5.2],
        ["  其中：民间投资", -3.1],
        ["按产业分"],
        ["  第二产业", 22.3],
        ["    #工业", 22.3],
        ["  第三产业", 1.1],
        ["按行业分"],
        ["  批发和零售业", -12.0],
    ]
    told = deliver({"投资": [["固定资产投资（2025年1-3月）"], ["指标名称", "增速(%)"], *rows]})
    assert {code for code, *_ in told.own} == {FAI, "inv.private.yoy", "inv.industry.yoy"}
    assert "固定资产投资/批发和零售业" in told.said and "民间投资/" not in told.said
    assert "gdp." not in told.said and "aliases" not in told.said
    assert '"第二产业/' not in told.said


def test_blind_the_plans_year_contradicts_no_month(deliver):
    heads = [
        ["指标名称", "2025年"],
        [None, "5月", None, "1-5月", None, "全年目标"],
        [None, "绝对数", "增长(%)", "绝对数", "增长(%)"],
        ["社会消费品零售总额(亿元)", 24.4, 4.0, 121.2, 4.1, 300],
    ]
    areas = ["A2:A4", "B2:F2", "B3:C3"]
    told = deliver({"指标": [["2025年5月主要经济指标"], *heads]}, merged={"指标": areas})
    expected = pair(RETAIL, "single", "2025-05", 24.4, 4.0)
    assert told.own == expected | pair(RETAIL, "ytd", "2025-05", 121.2, 4.1)


def test_blind_the_head_over_the_months_may_be_their_year(deliver):
    rows = [["2024年", "当月数", "累计数"], ["1月", 21_500, 21_500], ["2月", 14_300, 35_800]]
    told = deliver({"收入": [["雁塔区一般公共预算收入完成进度表"], ["单位：万元"], *rows]})
    assert told.own == {
        (BUDGET, "level", span, f"2024-0{month}", value)
        for month, *values in ((1, 2.15, 2.15), (2, 1.43, 3.58))
        for span, value in zip(("single", "ytd"), values, strict=True)
    }


def test_blind_industries_that_add_up_to_output_are_its_parts(deliver):
    rows = [
        ["地区生产总值", 110.0, 5.7],
        ["农林牧渔业", 2.0, 4.0],
        ["工业", 30.0, 7.2],
        ["金融业", 78.0, 6.6],
        ["第一产业增加值", 2.0, 3.9],
    ]
    head = ["指标", "一季度（亿元）", "增长（%）"]
    told = deliver({"核算": [["2024年一季度地区生产总值"], head, *rows]})
    expected = pair("ind.va", "ytd", "2024Q1", 30.0, 7.2)
    assert expected | pair("gdp.finance", "ytd", "2024Q1", 78.0, 6.6) < told.own


def test_blind_without_that_proof_no_alias_is_advised_that_reads_every_table(deliver):
    rows = [["地区生产总值", 110.0, 5.7], ["农林牧渔业", 2.0, 4.0], ["工业", 30.0, 7.2]]
    head = ["指标", "一季度（亿元）", "增长（%）"]
    told = deliver({"核算": [["2024年一季度主要指标"], head, *rows]})
    assert told.own == pair("gdp.total", "ytd", "2024Q1", 110.0, 5.7)
    assert "“工业”在几种表里都有，单看名称说不清是哪个指标" in told.said


def test_blind_other_districts_columns_are_skipped_by_name(deliver):
    rows = [
        ["指标", "单位", "雁塔区", None, "未央区", None],
        [None, None, "总量", "增速%", "总量", "增速%"],
        ["社会消费品零售总额", "亿元", 215.3, 3.9, 600.1, 2.2],
    ]
    told = deliver({"对比": [["2024年1-9月主要指标"], *rows]}, merged={"对比": ["C2:D2", "E2:F2"]})
    assert told.own == pair(RETAIL, "ytd", "2024-09", 215.3, 3.9)
    assert "说的是未央区，不是本工作区的地区" in told.said and "words.toml" not in told.said


def test_blind_a_year_in_chinese_figures(deliver):
    rows = [["指标", "单位", "累计", "增长%"], ["社会消费品零售总额", "亿元", 215.3, 3.9]]
    told = deliver({"表": [["雁塔区二〇二五年一至九月主要指标"], *rows]})
    assert told.own == pair(RETAIL, "ytd", "2025-09", 215.3, 3.9)


def test_blind_services_by_full_name_below_all_services(deliver):
    rows = [
        ["指标", "单位", "累计", "增长%"],
        ["规模以上服务业企业营业收入（1-8月）", "亿元", 66.1, 7.0],
        ["  规模以上租赁和商务服务业营业收入（1-8月）", "亿元", 10.2, 3.0],
    ]
    told = deliver({"表": [["2024年前三季度服务业"], *rows]})
    expected = pair("svc.revenue", "ytd", "2024-08", 66.1, 7.0)
    assert told.own == expected | pair("svc.leasing.rev", "ytd", "2024-08", 10.2, 3.0)


def test_blind_a_formula_without_its_value_is_told_as_such(deliver):
    rows = [["指标", "单位", "累计", "增长%"], ["社会消费品零售总额", "亿元", 215.3, "=C3/200-1"]]
    told = deliver({"表": [["2024年1-9月"], *rows]})
    assert "是没有算出结果的公式" in told.said and "打开并保存" in told.said


@pytest.mark.parametrize(
    ("above", "head", "rows"),
    [
        ([None], ["指标", "单位", "1-9月"], ["固定资产投资", "亿元", 12.3]),
        ([None], ["指标", "1-9月(亿元)"], ["规模以上工业增加值", 12.3]),
        (["单位：亿元"], ["指标", "1-9月"], ["民间投资", 12.3]),
        ([None], ["区县", "固定资产投资(亿元)"], ["雁塔区", 12.3]),
        (["单位：亿元"], ["区县", "投资额"], ["雁塔区", 12.3]),
    ],
)
def test_blind_an_amount_of_what_is_published_as_growth_is_no_growth(deliver, above, head, rows):
    title = ["2024年1-9月各区县固定资产投资" if head[0] == "区县" else "2024年1-9月主要指标"]
    told = deliver({"S": [[*title, *above], head, rows]})
    assert not told.stored
    assert "只发布增速" in told.said


@pytest.mark.parametrize("unit", ["%", "％", "—", None])
def test_blind_growth_beside_amounts_under_one_head_says_its_unit(deliver, unit):
    rows = [
        ["指标", "单位", "1-9月"],
        ["社会消费品零售总额", "亿元", 100.0],
        ["固定资产投资", unit, -3.0],
    ]
    told = deliver({"S": [["2024年1-9月主要指标"], *rows]})
    assert told.own == {
        (RETAIL, "level", "ytd", "2024-09", 100.0),
        (FAI, "yoy", "ytd", "2024-09", -3.0),
    }


def test_blind_a_name_may_say_that_it_is_growth_where_the_sheets_unit_is_of_amounts(deliver):
    rows = [["指标", "1-9月"], ["社会消费品零售总额", 100.0], ["规模以上工业增加值增速", 9.0]]
    told = deliver({"S": [["2024年1-9月主要指标", None, "单位：亿元、%"], *rows]})
    assert ("ind.va_above.yoy", "yoy", "ytd", "2024-09", 9.0) in told.own
    assert len(told.own) == 2


def test_blind_a_growth_is_not_of_the_months_of_another_indicator(deliver):
    heads = [
        ["区县", "社会消费品零售总额", None, None, None, "固定资产投资"],
        [None, "8月(亿元)", "增速(%)", "1-8月(亿元)", "增速(%)", "增速(%)"],
    ]
    rows = [["雁塔区", 20.0, 4.0, 160.3, 5.0, -3.3]]
    told = deliver({"S": [["2025年8月主要指标"], *heads, *rows]}, merged={"S": ["B2:E2", "A2:A3"]})
    expected = pair(RETAIL, "single", "2025-08", 20.0, 4.0)
    assert told.own == expected | pair(RETAIL, "ytd", "2025-08", 160.3, 5.0)


def test_blind_months_under_their_year_may_be_plain_numbers(deliver):
    rows = [["2025年", "当月", "累计"], [1, 60_000, 60_000], [2, 45_000, 105_000]]
    told = deliver({"S": [["雁塔区全社会用电量（万千瓦时）"], *rows]})
    assert {(span, period, value) for _, _, span, period, value in told.own} == {
        ("single", "2025-01", 60_000),
        ("ytd", "2025-01", 60_000),
        ("single", "2025-02", 45_000),
        ("ytd", "2025-02", 105_000),
    }


def test_blind_the_months_of_a_quarter_beside_it_are_single(deliver):
    heads = ["指标", "单位", "1月", "2月", "3月", "一季度", "同比%"]
    rows = [heads, ["一般公共预算收入", "万元", 31_000, 15_500, 20_500, 67_000, 3.1]]
    told = deliver({"S": [["2025年一季度主要指标"], *rows]})
    months = {
        (BUDGET, "level", "single", f"2025-0{n}", v) for n, v in enumerate((3.1, 1.55, 2.05), 1)
    }
    assert told.own == months | pair(BUDGET, "ytd", "2025-03", 6.7, 3.1)


def test_blind_four_quarters_do_not_say_whether_they_are_to_date(deliver):
    heads = ["指标", "单位", "一季度", "二季度", "三季度", "四季度"]
    rows = [heads, ["地区生产总值", "亿元", 280, 300, 310, 411]]
    told = deliver({"S": [["雁塔区主要指标（2024年）"], *rows]})
    assert told.own == {("gdp.total", "level", "ytd", "2024Q1", 280.0)}


@pytest.mark.parametrize(
    ("title", "head", "name", "code", "value"),
    [
        ("各区县社会消费品零售总额", "零售额", "雁塔区", RETAIL, 120.0),
        ("主要工业指标", "总产值", "规模以上工业总产值", "ind.output_above", 120.0),
        ("一般公共预算收入", "累计收入", "雁塔区", BUDGET, 120.0),
        ("一般公共预算支出", "收入", "雁塔区", "", 0.0),
        ("主要工业指标", "总产值", "社会消费品零售总额", "", 0.0),
    ],
)
def test_blind_a_head_may_be_the_end_of_its_indicators_name(
    deliver, title, head, name, code, value
):
    rows = [["区县" if name == "雁塔区" else "指标", f"{head}（亿元）"], [name, 120.0]]
    told = deliver({"S": [[f"2025年1-5月{title}"], *rows]})
    assert told.own == ({(code, "level", "ytd", "2025-05", value)} if code else set())
    assert code or "说的不是它" in told.said


def test_blind_a_part_of_the_territory_is_not_the_district(deliver):
    rows = [["指标", "单位", "累计"], ["社会消费品零售总额", "亿元", 100.0]]
    told = deliver({"S": [["雁塔区（不含高新托管区域）2025年1-9月主要指标"], *rows]})
    assert not told.stored and "不含高新托管区域" in told.said


def test_blind_output_by_sector_and_then_by_industry(deliver):
    rows = [
        ["地区生产总值", 960.0],
        ["第一产业", 30.0],
        ["第二产业", 480.0],
        ["第三产业", 450.0],
        ["农林牧渔业", 31.0],
        ["工业", 380.0],
        ["其他服务业", 549.0],
    ]
    told = deliver({"S": [["2025年前三季度地区生产总值"], ["指标", "总量（亿元）"], *rows]})
    assert ("ind.va", "level", "ytd", "2025Q3", 380.0) in told.own
    assert ("gdp.secondary", "level", "ytd", "2025Q3", 480.0) in told.own


def test_blind_small_numbers_under_years_side_by_side_are_figures(deliver):
    rows = [["2023年", "2024年", "2025年"], [3, 5, 7]]
    told = deliver({"S": [["雁塔区固定资产投资增速（%）"], *rows]})
    assert {(period, value) for *_, period, value in told.own} <= {
        ("2023", 3.0),
        ("2024", 5.0),
        ("2025", 7.0),
    }


@pytest.mark.parametrize(
    "place", ["西安高新技术产业开发区", "小寨路街道", "雁塔区曲江管委会", "雁塔区鱼化工业园区"]
)
def test_blind_a_zone_or_a_street_is_not_the_district(deliver, place):
    rows = [["指标", "单位", "累计"], ["社会消费品零售总额", "亿元", 30.0]]
    told = deliver({"S": [[f"{place}2025年1-9月主要指标"], *rows]})
    assert not told.stored and place in told.said


@pytest.mark.parametrize(
    "title", ["雁塔区（含高新开发区）2025年1-9月主要指标", "2025年1-9月各区县、开发区主要指标"]
)
def test_blind_but_with_its_zones_it_is(deliver, title):
    rows = [["地区", "社会消费品零售总额（亿元）"], ["雁塔区", 30.0]]
    told = deliver({"S": [[title], *rows]})
    assert told.own == {(RETAIL, "level", "ytd", "2025-09", 30.0)}


@pytest.mark.parametrize(("head", "span"), [("本月", "single"), ("累计", "ytd")])
def test_blind_last_months_figure_is_not_this_months(deliver, head, span):
    rows = [
        ["指标", "单位", head, "上月", "增长%"],
        ["社会消费品零售总额", "亿元", 12.0, 11.0, 4.0],
    ]
    told = deliver({"S": [["雁塔区2025年1-5月累计主要指标"], *rows]})
    assert told.own == pair(RETAIL, span, "2025-05", 12.0, 4.0)


def test_blind_a_lag_in_a_head_does_not_say_which_month(deliver):
    rows = [["区县", "规模以上服务业营业收入（上月数据）（亿元）"], ["雁塔区", 12.0]]
    told = deliver({"S": [["2025年1-9月主要指标"], *rows]})
    assert not told.stored and "说的是上月的数" in told.said


def test_blind_the_first_quarter_in_a_title_is_the_year_to_date(deliver):
    rows = [["指标", "单位", "绝对量", "增长%"], ["社会消费品零售总额", "亿元", 36.0, 4.0]]
    told = deliver({"S": [["雁塔区2025年一季度主要指标"], *rows]})
    assert told.own == pair(RETAIL, "ytd", "2025-03", 36.0, 4.0)


def test_blind_amounts_as_large_as_days_since_1900_are_no_days(deliver):
    heads = ["指标", "投资额（万元）", "销售额（万元）"]
    rows = [heads, ["房地产开发投资", 50_000, None], ["商品房销售额", None, 45_000]]
    told = deliver({"S": [["雁塔区2025年1-5月房地产"], *rows]})
    assert {(code, value) for code, *_, value in told.own} == {
        ("inv.re", 5.0),
        ("re.sales.value", 4.5),
    }


def test_blind_signatures_below_a_numbered_table_are_no_row(deliver):
    rows = [
        ["序号", "指标", "单位", "累计", "增速%"],
        [1, "社会消费品零售总额", "亿元", 60.0, 4.0],
        ["单位负责人：甲", None, "填表人：乙", None, "联系电话：0917-1234567"],
    ]
    told = deliver({"S": [["雁塔区2025年1-5月"], *rows]})
    assert told.own == pair(RETAIL, "ytd", "2025-05", 60.0, 4.0) and not told.said


def test_blind_a_part_by_its_path_is_narrowed_by_the_title_as_well(deliver):
    rows = [["指标", "单位", "累计"], ["进出口总值", "亿元", 30.0], ["  其中：出口", "亿元", 20.0]]
    told = deliver({"S": [["雁塔区2025年1-9月主要指标（区属）"], *rows]})
    assert not told.stored


# Figures beside a cell that is merged downwards, or blank.
OF_TWO = [
    ["雁塔区", "社会消费品零售总额", "亿元", 91.7],
    [None, "一般公共预算收入", "亿元", 12.1],
    ["全市", "社会消费品零售总额", "亿元", 3600.2],
    [None, "一般公共预算收入", "亿元", 600.0],
]
BY_AREA = [["2025年1-9月主要指标"], ["区县", "指标", "单位", "累计"], *OF_TWO]


def test_blind_a_merged_region_is_that_of_all_its_rows(deliver):
    areas = {"S": ["A3:A4", "A5:A6"]}
    told = deliver({"S": BY_AREA}, merged=areas, parents=[CITY])
    assert {value for *_, value in told.own} == {91.7, 12.1}
    assert {value for *_, value in told.stored[CITY[0]]} == {3600.2, 600.0}


@pytest.mark.parametrize("parents", [[CITY], []])
def test_blind_a_row_without_a_region_is_not_the_districts(deliver, parents):
    told = deliver({"S": BY_AREA}, parents=parents)
    assert {value for *_, value in told.own} == {91.7}
    assert "S!A4 这一行没有写地区" in told.said and "S!A6 这一行没有写地区" in told.said


def test_blind_a_merged_name_is_that_of_all_its_rows(deliver):
    rows = [
        ["指标", "口径", "数值（亿元）", "增速（%）"],
        ["社会消费品零售总额", "当月", 10.2, 4.0],
        [None, "累计", 91.7, 4.4],
        ["规模以上工业总产值", "当月", 71.2, 6.0],
        [None, "累计", 588.4, 5.5],
    ]
    told = deliver({"S": [["雁塔区2025年9月"], *rows]}, merged={"S": ["A3:A4", "A5:A6"]})
    assert told.own >= pair(RETAIL, "ytd", "2025-09", 91.7, 4.4) | pair(
        RETAIL, "single", "2025-09", 10.2, 4.0
    )
    assert len(told.own) == 8 and not told.said


@pytest.mark.parametrize("title", ["雁塔区2025年9月财政（截至2025年9月底）", "雁塔区2025年9月末"])
def test_blind_a_flow_is_at_no_point_in_time(deliver, title):
    rows = [["指标", "单位", "数额", "增长%"], ["一般公共预算收入", "亿元", 12.1, -8.2]]
    told = deliver({"S": [[title], *rows]})
    assert not told.stored and "没有说是当月还是累计" in told.said
    assert deliver({"S": [[title], *rows]}, sidecar='span = "ytd"').own == pair(
        BUDGET, "ytd", "2025-09", 12.1, -8.2
    )


def test_blind_growth_by_its_name_stands_under_a_head_of_values(deliver):
    rows = [
        ["指标", "单位", "目标值", "完成值"],
        ["规模以上工业增加值增速", "%", 8, 9.5],
        ["一般公共预算收入", "亿元", 17.5, 12.1],
    ]
    told = deliver({"S": [["雁塔区2025年1-9月考核指标"], *rows]})
    assert told.own == {
        ("ind.va_above.yoy", "yoy", "ytd", "2025-09", 9.5),
        (BUDGET, "level", "ytd", "2025-09", 12.1),
    }


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("2025年1-9月各区县主要指标增速（%）", True),
        ("2025年1-9月各区县主要指标总量及增速", False),
        ("2025年1-9月各区县主要指标增速（单位：亿元）", False),
    ],
)
def test_blind_a_title_of_growth_is_of_the_columns_of_regions(deliver, title, read):
    rows = [["指标", "碑林区", "雁塔区"], ["社会消费品零售总额", 5.0, 4.4]]
    told = deliver({"S": [[title], *rows]})
    assert told.own == ({(RETAIL, "yoy", "ytd", "2025-09", 4.4)} if read else set())


def test_blind_growth_in_two_prices_is_that_of_the_catalogue(deliver):
    heads = ["指标", "累计（亿元）", "自然口径增长（%）", "同口径增长（%）"]
    rows = [heads, ["一般公共预算收入", 12.1, -8.2, 2.1]]
    told = deliver({"S": [["雁塔区2025年1-9月财政"], *rows]})
    assert told.own == pair(BUDGET, "ytd", "2025-09", 12.1, 2.1)


@pytest.mark.parametrize(("head", "read"), [("1至9月", True), ("1至8月", False)])
def test_blind_a_sheet_named_by_its_month_says_the_year_where_a_head_agrees(deliver, head, read):
    rows = [["指标", "单位", head], ["社会消费品零售总额", "亿元", 91.7]]
    told = deliver({"2025.9": [["雁塔区主要指标"], *rows]})
    assert told.own == ({(RETAIL, "level", "ytd", "2025-09", 91.7)} if read else set())


def test_blind_a_revised_figure_says_so(deliver):
    heads = ["指标", "单位", "上半年（修订）", "前三季度", "前三季度（修订前）"]
    rows = [heads, ["地区生产总值", "亿元", 252.2, 405.6, 404.0]]
    told = deliver({"S": [["雁塔区2025年地区生产总值"], *rows]})
    assert {(period, value) for *_, period, value in told.own} == {
        ("2025Q2", 252.2),
        ("2025Q3", 405.6),
    }
    assert "修订前" in told.said


def test_blind_names_merged_by_a_slip_are_not_one(deliver):
    rows = [
        ["指标", "单位", "累计", "增长%"],
        ["社会消费品零售总额", "亿元", 91.7, None],
        ["一般公共预算收入", "亿元", None, -8.2],
    ]
    told = deliver({"S": [["雁塔区2025年1-9月"], *rows]}, merged={"S": ["A3:A4"]})
    assert told.own == {(RETAIL, "level", "ytd", "2025-09", 91.7)}
    assert "没有指标名称" in told.said


@pytest.mark.parametrize("over", [[[None, "累计", None]], []])
def test_blind_the_unit_may_stand_over_the_names(deliver, over):
    heads = ["指标（万元）", "数额", "同比%"] if over else ["指标（万元）", "累计", "同比%"]
    rows = [*over, heads, ["一般公共预算收入", 121_000, -8.2]]
    told = deliver({"S": [["雁塔区2025年1-9月"], *rows]})
    assert told.own == pair(BUDGET, "ytd", "2025-09", 12.1, -8.2)


def test_blind_units_over_table_and_names_must_agree(deliver):
    rows = [["单位：亿元"], ["指标（万元）", "累计"], ["一般公共预算收入", 121_000]]
    told = deliver({"S": [["雁塔区2025年1-9月"], *rows]})
    assert not told.stored and "不止一个单位：亿元、万元" in told.said


def test_blind_this_year_under_this_month_is_of_the_month(deliver):
    heads = ["指标", "本年", "上年", "增长%", "本年", "上年", "增长%"]
    row = ["一般公共预算收入（万元）", 12_000, 11_000, 9.1, 121_000, 131_808, -8.2]
    over = [None, "本月", None, None, "累计", None, None]
    told = deliver({"S": [["雁塔区2025年9月"], over, heads, row]})
    assert told.own == pair(BUDGET, "single", "2025-09", 1.2, 9.1) | pair(
        BUDGET, "ytd", "2025-09", 12.1, -8.2
    )


def test_blind_the_whole_year_is_the_year_to_date_of_its_end(deliver):
    rows = [["指标", "前三季度累计", "全年累计"], ["建筑业总产值（亿元）", 40.1, 60.1]]
    told = deliver({"S": [["雁塔区2024年建筑业"], *rows]})
    assert {(span, period, value) for _, _, span, period, value in told.own} == {
        ("ytd", "2024Q3", 40.1),
        ("ytd", "2024Q4", 60.1),
    }


def test_blind_a_change_in_points_leaves_the_other_columns_growth(deliver):
    heads = ["指标", "2024年1-4月", "2025年1-4月", "增减（百分点）"]
    rows = [heads, ["规模以上工业增加值", 7.0, 8.5, 1.5], ["社会消费品零售总额", 6.0, 5.1, -0.9]]
    told = deliver({"S": [["雁塔区主要指标增速对比（%）"], *rows]})
    assert {value for *_, value in told.own} == {8.5, 5.1}
    assert "多半是增速的变化" in told.said


@pytest.mark.parametrize("group", ["全市", "碑林区", "上年同期"])
def test_blind_what_is_anothers_is_never_advised_to_be_registered(deliver, group):
    rows = [["指标", "单位", "累计"], [group], ["社会消费品零售总额", "亿元", 91.7]]
    told = deliver({"S": [["雁塔区2025年1-9月"], *rows]})
    assert not told.stored and f"在“{group}”之下" in told.said and "登记" not in told.said


def test_blind_wholesale_and_retail_are_parts_of_their_sum(deliver):
    rows = [
        ["指标", "单位", "累计"],
        ["一、批发零售业商品销售额", "亿元", 99.0],
        ["批发业", "亿元", 60.0],
        ["零售业", "亿元", 39.0],
        ["二、限额以上消费品零售额", "亿元", 18.0],
        ["零售业", "亿元", 15.0],
    ]
    told = deliver({"S": [["雁塔区2025年1-9月国内贸易"], *rows]})
    assert {(code, value) for code, *_, value in told.own} == {
        ("trd.wholesale.sales", 60.0),
        ("trd.retail.sales", 39.0),
        ("csm.above.retail", 18.0),
    }


@pytest.mark.parametrize(
    ("unit", "read"), [("万元", False), ("亿元", True), ("%", True), ("户", True)]
)
def test_blind_a_blank_unit_among_others_is_not_that_above_the_table(deliver, unit, read):
    rows = [
        ["指标", "单位", "累计"],
        ["税收收入", unit, "—"],
        ["一般公共预算收入", None, 12.1],
    ]
    told = deliver({"S": [["雁塔区2025年1-9月（单位：亿元）"], *rows]})
    assert told.own == ({(BUDGET, "level", "ytd", "2025-09", 12.1)} if read else set())
    assert read or "没有写计量单位" in told.said


def test_blind_a_figure_may_bring_its_unit_along(deliver):
    rows = [
        ["指标", "全年目标", "1-9月完成", "完成率"],
        ["社会消费品零售总额", "130亿元", "90.2亿元", "69.4%"],
        ["一般公共预算收入", "16亿元", "121,000 万元", "75.6%"],
    ]
    told = deliver({"S": [["雁塔区2025年目标任务完成情况"], *rows]})
    assert {row for row in told.own if not row[0].startswith("fact.")} == {
        (RETAIL, "level", "ytd", "2025-09", 90.2),
        (BUDGET, "level", "ytd", "2025-09", 12.1),
    }


@pytest.mark.parametrize(
    ("unit", "token", "said"),
    [
        ("万元", "12.1亿元", "写的单位与表中的“万元”不同"),
        ("亿元", "12.1户", "写的单位与表中的“亿元”不同"),
        ("亿元", "12.1个百分点", "带有“个百分点”"),
        ("亿元", "12.1箩筐", "带有“箩筐”"),
        (None, "5.1亿元-6.0亿元", "不止一个数"),
    ],
)
def test_blind_a_unit_of_a_figures_own_must_agree_with_the_tables(deliver, unit, token, said):
    rows = [["指标", "单位", "累计"], ["税收收入", "亿元", 9.9], ["一般公共预算收入", unit, token]]
    told = deliver({"S": [["雁塔区2025年1-9月"], *rows]})
    assert BUDGET not in {code for code, *_ in told.own}
    assert said in told.said


# ---- a sixth set of files seen blind


def test_blind_growth_of_another_name_is_not_of_the_amount_on_its_left(deliver):
    heads = ["月份", "一般公共预算收入（亿元）", "一般公共预算支出（亿元）", "收入同比（%）"]
    rows = [heads, ["1月", 5.1, 12.2, 3.0], ["2月", 4.2, 11.1, 1.0]]
    told = deliver({"S": [["雁塔区2025年财政月度表（当月）"], *rows]})
    assert {(code, measure) for code, measure, *_ in told.own} == {
        (BUDGET, "level"),
        ("fis.exp", "level"),
    }
    assert "收入同比" in told.said


@pytest.mark.parametrize(
    ("title", "name", "read"),
    [
        ("社会消费品零售总额中限上企业", "餐饮收入", False),
        ("旅游统计数据", "餐饮收入", False),
        ("旅游和消费统计数据", "餐饮收入", True),
        ("限额以上批发零售业", "限额以上批发业商品销售额", True),
        ("限上消费", "限额以上单位消费品零售额", True),
        ("税收收入完成情况", "税收收入", False),
        ("一般公共预算收入和税收收入完成情况", "税收收入", True),
    ],
)
@pytest.mark.parametrize("by_columns", [False, True])
def test_blind_a_title_tells_what_a_name_of_its_kind_is_of(deliver, title, name, read, by_columns):
    rows = [["指标", "累计（亿元）"], [name, 5.5]]
    if by_columns:
        rows = [["月份", f"{name}（亿元）"], ["1-8月", 5.0], ["1-9月", 5.5]]
    told = deliver({"S": [[f"雁塔区2025年1-9月{title}"], *rows]})
    assert bool(told.own) == read
    assert read or f"{title}”" in told.said


def test_blind_a_trade_under_a_title_of_its_kind_is_that_part_of_it(deliver):
    title, name = "雁塔区2025年1-9月限额以上批发零售业", "批发业商品销售额"
    told = deliver({"S": [[title], ["指标", "累计（亿元）"], [name, 5.5]]})
    assert {row[0] for row in told.own} == {"trd.wholesale.above"}
    columns = [["月份", f"{name}（亿元）"], ["1-8月", 5.0], ["1-9月", 5.5]]
    assert not deliver({"S": [[title], *columns]}, "统计局/各月.xlsx").own


@pytest.mark.parametrize("title", ["1-9 市区历年地区生产总值", "市辖区地区生产总值"])
def test_blind_the_urban_part_of_a_city_is_not_the_city(deliver, title):
    rows = [["年份", "地区生产总值（亿元）"], [2020, 205.1], [2021, 220.4]]
    assert not deliver({"S": [[title], *rows]}).stored


@pytest.mark.parametrize(
    ("growth", "stored"),
    [(("1250%", "2010%"), set()), (("12.5%", "201%"), {12.5, 201.0}), (("104.6%", "-"), {104.6})],
)
def test_blind_a_percent_sign_added_to_percentages_is_doubted(deliver, growth, stored):
    rows = [["指标", "增速"], ["固定资产投资", growth[0]], ["工业投资", growth[1]]]
    told = deliver({"S": [["雁塔区2025年1-9月"], *rows]})
    assert {value for *_, value in told.own} == stored
    assert stored or "百分号格式" in told.said


def test_blind_parts_marked_in_heads_and_brackets_in_titles_are_no_figures(deliver):
    heads = ["年份", "地区生产总值", "第二产业", "# 工业", "# 建筑业", "第三产业"]
    rows = [["地区生产总值"], ["(1978-2021年,当年价格)"], ["单位：亿元 (100 million yuan)"], heads]
    rows += [[2020, 205.1, 90.2, 70.1, 20.1, 110.4], [2021, 220.4, 95.5, 74.4, 21.1, 120.2]]
    codes = ("gdp.total", "gdp.secondary", "ind.va", "bld.va", "gdp.tertiary")
    assert deliver({"S": rows}).own == {
        (code, "level", "annual", str(year), value)
        for year, *values in rows[4:]
        for code, value in zip(codes, values, strict=True)
    }


def test_blind_figures_with_blanks_are_named_as_such(deliver):
    rows = [["年份", "地区生产总值（万元）"], [2020, "4 609"], [2021, "5 643"]]
    told = deliver({"S": [["雁塔区历年地区生产总值"], *rows]})
    assert not told.stored and "数字之间有空格" in told.said and "指标名称“4 609”" not in told.said


def test_blind_two_units_in_the_brackets_of_a_title(deliver):
    rows = [["区县", "增速", "比上月"], ["雁塔区", 6.4, 0.1]]
    told = deliver({"S": [["2025年1-9月规模以上工业增加值（亿元、%）"], *rows]})
    assert told.own == {("ind.va_above.yoy", "yoy", "ytd", "2025-09", 6.4)}


def test_blind_a_table_of_growth_and_ranks(deliver):
    rows = [["区县", "9月增速(%)", "1-9月增速(%)", "位次", "较1-8月位次变化"]]
    rows += [["雁塔区", 8.8, 7.1, 5, 1]]
    told = deliver({"S": [["2025年9月各区县规模以上工业增加值增速及排名"], *rows]})
    assert {(span, value) for _, _, span, _, value in told.own} == {("single", 8.8), ("ytd", 7.1)}


def test_blind_the_whole_among_streets(deliver):
    rows = [["街办", "规模以上工业总产值（万元）"], ["全区合计", 1105000], ["小寨街办", 205000]]
    told = deliver({"S": [["2025年1-9月各街办主要指标"], *rows]})
    assert told.own == {("ind.output_above", "level", "ytd", "2025-09", 110.5)}


@pytest.mark.parametrize("month", ["9", "09"])
def test_blind_a_sheet_named_by_its_month_says_it_where_no_head_does(deliver, month):
    rows = [["雁塔区主要指标"], ["指标", "单位", "累计"], ["社会消费品零售总额", "亿元", 91.7]]
    assert deliver({f"2025.{month}": rows}).own == {(RETAIL, "level", "ytd", "2025-09", 91.7)}


@pytest.mark.parametrize("beside", [True, False])
def test_blind_growth_below_its_amount(deliver, beside):
    rows = [["雁塔区2025年1-9月"], ["指标", None, "累计"] if beside else ["指标", "累计"]]
    for name, level, growth in (
        ("规模以上工业总产值(亿元)", 110.5, 6.6),
        ("餐饮收入(亿元)", 4.1, 2.2),
    ):
        both = [[name, "总量", level], [None, "增速", growth]]
        rows += both if beside else [[name, level], ["  增速", growth]]
    told = deliver({"S": rows}, merged={"S": ["A3:A4", "A5:A6"]} if beside else None)
    assert told.own == pair("ind.output_above", "ytd", "2025-09", 110.5, 6.6) | pair(
        "csm.catering", "ytd", "2025-09", 4.1, 2.2
    )


def test_blind_a_group_beside_names_heads_them_whatever_the_first_says(deliver):
    rows = [["指标", None, "累计增速(%)"], ["规模以上工业", "增加值", 6.6], [None, "总产值", 5.5]]
    told = deliver({"S": [["雁塔区2025年1-9月"], *rows]}, merged={"S": ["A3:A4"]})
    assert told.own == {
        ("ind.va_above.yoy", "yoy", "ytd", "2025-09", 6.6),
        ("ind.output_above", "yoy", "ytd", "2025-09", 5.5),
    }


@pytest.mark.parametrize("part", ["其中：限额以上", "　限额以上"])
def test_blind_growth_below_a_part_is_of_nobody_knows_which(deliver, part):
    rows = [["指标", "累计(亿元)"], ["社会消费品零售总额", 110.5], [part, 40.1], ["　增速", 6.6]]
    told = deliver({"S": [["雁塔区2025年1-9月"], *rows]})
    assert told.own == {
        (RETAIL, "level", "ytd", "2025-09", 110.5),
        ("csm.above.retail", "level", "ytd", "2025-09", 40.1),
    }


def test_blind_rows_that_say_what_of_the_indicators_above_them(deliver):
    rows = [["", "社会消费品零售总额（亿元）", "一般公共预算收入（亿元）"]]
    rows += [
        ["本月", 10.1, 2.4],
        ["累计", 91.7, 10.5],
        ["累计增速（%）", 4.4, 2.2],
        ["上年同期", 90.1, 9.9],
    ]
    told = deliver({"S": [["雁塔区2025年9月主要指标"], *rows]})
    assert told.own == pair(RETAIL, "ytd", "2025-09", 91.7, 4.4) | pair(
        BUDGET, "ytd", "2025-09", 10.5, 2.2
    ) | {(RETAIL, "level", "single", "2025-09", 10.1), (BUDGET, "level", "single", "2025-09", 2.4)}


def test_blind_this_year_beside_last(deliver):
    rows = [
        ["指标", "完成额（亿元）", None],
        [None, "今年", "去年"],
        ["社会消费品零售总额", 91.7, 90.1],
    ]
    told = deliver({"S": [["雁塔区2025年1-9月"], *rows]}, merged={"S": ["A2:A3", "B2:C2"]})
    assert told.own == {(RETAIL, "level", "ytd", "2025-09", 91.7)}


@pytest.mark.parametrize(
    "title", ["表2 各区县固定资产投资", "各区县固定资产投资增速排序", "附表三、固定资产投资"]
)
def test_blind_a_numbered_title_and_one_of_ranks_name_their_indicator(deliver, title):
    rows = [["位次", "区县", "增速（%）"], [1, "碑林区", 15.5], [2, "雁塔区", 9.1]]
    told = deliver({"S": [["2025年1-9月"], [title], *rows]})
    assert told.own == {(FAI, "yoy", "ytd", "2025-09", 9.1)}


def test_blind_ranks_without_a_column_of_their_own_are_no_growth(deliver):
    rows = [["区县", "1-9月"], ["碑林区", 1], ["雁塔区", 2]]
    assert not deliver({"S": [["2025年各区县固定资产投资增速排序"], *rows]}).stored


def test_blind_the_share_of_the_year_that_has_passed_is_none_of_the_plan(deliver):
    heads = ["指标", "年度目标(亿元)", "1-9月(亿元)", "占目标%", "序时进度%", "同比增速%"]
    told = deliver(
        {"S": [["雁塔区2025年1-9月"], heads, ["社会消费品零售总额", 340, 91.7, 27, 75, 4.4]]}
    )
    assert told.own == pair(RETAIL, "ytd", "2025-09", 91.7, 4.4) and "75" not in told.said


def test_blind_two_columns_of_ranks_are_told(deliver):
    rows = [["区县", "9月增速(%)", "1-9月增速(%)", "位次", "位次"], ["雁塔区", 8.8, 7.1, 3, 5]]
    told = deliver({"S": [["2025年9月各区县规模以上工业增加值"], *rows]})
    assert len(told.own) == 2 and "有不止一列是这个意思" in told.said


@pytest.mark.parametrize("other", ["西安市", "全市", "碑林区"])
@pytest.mark.parametrize("gap", [[], [None]])
def test_blind_each_panel_is_of_the_place_that_stands_over_it(deliver, other, gap):
    heads = ["指标", "总量(亿元)", "增速(%)"]
    rows = [
        ["2025年1-9月主要指标"],
        ["雁塔区", None, None, *gap, other],
        [*heads, *gap, *heads],
        ["社会消费品零售总额", 91.7, 4.4, *gap, "一般公共预算收入", 730.1, 2.2],
    ]
    told = deliver({"S": rows}, parents=(CITY,))
    assert told.own == pair(RETAIL, "ytd", "2025-09", 91.7, 4.4), told.said
    of_city = pair(BUDGET, "ytd", "2025-09", 730.1, 2.2)
    assert told.stored.get(CITY[0], set()) == (set() if other == "碑林区" else of_city)


ABOVE = [["指标", "单位", "1-9月", "增速(%)"], ["社会消费品零售总额", "亿元", 91.7, 4.4]]
LATE = ["规模以上服务业营业收入", "亿元", 20.5, 7.1]


@pytest.mark.parametrize(
    "note",
    [
        "注：本表为西安市全市数据。",
        "注：1.以上数据均为全市口径；2.增速按可比价计算。",
        "说明：表中数据不含开发区",
        "注：以上为预计数",
        "备注：表内增速为环比增速",
        "注：数据范围为全市",
    ],
)
def test_blind_a_note_says_of_whom_all_figures_are(deliver, note):
    told = deliver({"S": [["雁塔区2025年1-9月"], *ABOVE, [note]]}, parents=(CITY,))
    assert not told.stored and told.said


@pytest.mark.parametrize(
    "note",
    ["注：本表增速为可比价增速", "注：以上数据为初步核算数", "注：限额以上单位是指2000万元以上的"],
)
def test_blind_other_notes_change_nothing(deliver, note):
    told = deliver({"S": [["雁塔区2025年1-9月"], *ABOVE, [note]]}, parents=(CITY,))
    assert told.own == pair(RETAIL, "ytd", "2025-09", 91.7, 4.4)


def test_blind_a_note_alone_may_say_that_a_table_is_the_citys(deliver):
    told = deliver({"S": [["2025年1-9月"], *ABOVE, ["注：本表为全市数据"]]}, parents=(CITY,))
    assert told.stored == {CITY[0]: pair(RETAIL, "ytd", "2025-09", 91.7, 4.4)}


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("", "注：规模以上服务业营业收入为1-8月数据。"),
        ("", "注：1.规上服务业数据为1-8月；2.固定资产投资不含农户。"),
        ("①", "①为1-8月数"),
        ("*", "注：*为1-8月数据"),
        ("①", "注：②为1-7月数；①规上服务业为1-8月数"),
        ("②", "注：①为1-7月数；②为1-8月数"),
    ],
)
def test_blind_a_note_says_of_which_month_a_row_is(deliver, name, note):
    row = [LATE[0] + name, *LATE[1:]]
    told = deliver({"S": [["雁塔区2025年1-9月"], *ABOVE, row, [note]]})
    own = pair("svc.revenue", "ytd", "2025-08", 20.5, 7.1)
    assert told.own == own | pair(RETAIL, "ytd", "2025-09", 91.7, 4.4), told.said


@pytest.mark.parametrize(
    ("remark", "month"),
    [
        ("1-8月数", 8),
        ("错月数据", 8),
        ("比1-8月提高0.5个百分点", 9),
        ("可比口径", 9),
        ("居全市第3", 9),
        ("全市数", 0),
        ("预计数", 0),
    ],
)
def test_blind_a_remark_says_of_which_month_or_of_whom_a_row_is(deliver, remark, month):
    heads, retail = ([*row, end] for row, end in zip(ABOVE, ["备注", None], strict=True))
    rows = [["雁塔区2025年1-9月"], heads, retail, [*LATE, remark]]
    told = deliver({"S": rows}, parents=(CITY,))
    own = pair("svc.revenue", "ytd", f"2025-0{month}", 20.5, 7.1) if month else set()
    assert told.own == own | pair(RETAIL, "ytd", "2025-09", 91.7, 4.4), told.said


@pytest.mark.parametrize("line", ["小微企业", "市区", "经济开发区", "二、国有控股企业："])
def test_blind_a_line_narrows_the_rows_below_it_as_a_title_does(deliver, line):
    rows = [["雁塔区2025年1-9月"], *ABOVE, [line], LATE]
    assert deliver({"S": rows}).own == pair(RETAIL, "ytd", "2025-09", 91.7, 4.4)


def test_blind_a_sheet_named_after_another_month_than_its_heads_is_not_read(deliver):
    sheets = {"10月": [["雁塔区主要指标"], *ABOVE], "9月": [["雁塔区主要指标"], *ABOVE]}
    told = deliver(sheets, "2025年月报.xlsx")
    assert told.own == pair(RETAIL, "ytd", "2025-09", 91.7, 4.4) and "10月!" in told.said


def test_blind_year_and_month_as_texts_in_columns_of_their_own(deliver):
    heads = ["年份", "月份", "社会消费品零售总额_累计值(亿元)", "社会消费品零售总额_累计增长(%)"]
    told = deliver({"S": [heads, ["2025", "08", 81.2, 4.1], ["2025", "9", 91.7, 4.4]]})
    august = pair(RETAIL, "ytd", "2025-08", 81.2, 4.1)
    assert told.own == august | pair(RETAIL, "ytd", "2025-09", 91.7, 4.4), told.said


def test_blind_a_vendors_rows_with_columns_of_code_and_frequency(deliver):
    rows = [
        ["指标ID", "指标名称", "频率", "单位", "2025-08", "2025-09"],
        ["M1", "雁塔区:社会消费品零售总额:累计值", "月", "亿元", 81.2, 91.7],
        ["M2", "雁塔区:房地产投资:累计值", "月", "万元", 80000, 91000],
        ["M3", "雁塔区:社会消费品零售总额:限额以上:累计值", "月", "亿元", 30.2, 33.3],
    ]
    told = deliver({"中国区域经济数据库": rows})
    assert told.own == {
        (RETAIL, "level", "ytd", "2025-08", 81.2),
        (RETAIL, "level", "ytd", "2025-09", 91.7),
        ("inv.re", "level", "ytd", "2025-08", 8.0),
        ("inv.re", "level", "ytd", "2025-09", 9.1),
        ("csm.above.retail", "level", "ytd", "2025-08", 30.2),
        ("csm.above.retail", "level", "ytd", "2025-09", 33.3),
    }, told.said


@pytest.mark.parametrize(
    ("title", "period"), [("1-9月", "2024-09"), ("历年上半年", "2024-06"), ("2025年1-9月", "")]
)
@pytest.mark.parametrize("across", [True, False])
def test_blind_years_below_a_title_of_some_months_are_of_those_months(
    deliver, title, period, across
):
    heads = ["年份", "社会消费品零售总额(亿元)", "社会消费品零售总额增速(%)"]
    rows = [heads, [2023, 85.2, 3.3], [2024, 88.8, 4.1], [2025, 91.7, 4.4]]
    if across:
        rows = [["指标", "单位", "2023年", "2024年"], ["社会消费品零售总额", "亿元", 85.2, 88.8]]
    told = deliver({"S": [[f"雁塔区{title}主要指标"], *rows]})
    years = {p for _, _, _, p, _ in told.own}
    assert all(len(p) > 4 for p in years) and (period in years if period else not years or across)


def test_blind_a_files_name_says_nothing_of_the_months_of_a_table_of_years(deliver):
    rows = [["年份", "社会消费品零售总额(亿元)"], [2023, 85.2], [2024, 88.8]]
    told = deliver({"S": [["雁塔区主要指标"], *rows]}, "统计局/1-9月主要指标.xlsx")
    assert {p for _, _, _, p, _ in told.own} == {"2023", "2024"}


TRADE = ["进出口总额", "亿元", 18.8, -12.3]


@pytest.mark.parametrize(
    ("mark", "note"),
    [
        ("*", "注：带*为预计数。"),
        ("*", "注：“*”为预计数"),
        ("", "注：进出口总额为估算数"),
        ("", "注：进出口总额为当月数，其余为累计数。"),
        ("", "注：进出口总额为上年同期数"),
        ("", "注：进出口总额不含保税区"),
        ("", "注：进出口总额数据截至8月底"),
        ("", "注：进出口总额数据滞后一个月"),
    ],
)
@pytest.mark.parametrize("above", [True, False])
def test_blind_a_note_above_or_below_says_of_what_one_row_is(deliver, mark, note, above):
    table = [*ABOVE, [TRADE[0] + mark, *TRADE[1:]]]
    rows = [[note], *table] if above else [*table, [note]]
    told = deliver({"S": [["雁塔区2025年1-9月"], *rows]})
    assert not [row for row in told.own if row[0] == "opn.trade" and row[3] == "2025-09"]
    assert pair(RETAIL, "ytd", "2025-09", 91.7, 4.4) <= told.own, told.said


@pytest.mark.parametrize("cell", ["18.8(预计)", "18.8（1-8月）", "18.8（当月）", "18.8(全市)"])
def test_blind_what_stands_behind_an_amount_is_said_of_its_growth_too(deliver, cell):
    told = deliver({"S": [["雁塔区2025年1-9月"], *ABOVE, [*TRADE[:2], cell, -12.3]]})
    assert told.own == pair(RETAIL, "ytd", "2025-09", 91.7, 4.4), told.said


@pytest.mark.parametrize(
    "title",
    [
        "雁塔区“十四五”以来主要指标完成情况（截至2025年9月）",
        "雁塔区2021-2025年9月主要指标累计完成情况",
        "雁塔区本届政府以来主要指标（2025年9月）",
        "雁塔区2025年1-9月主要指标任务分解表",
        "雁塔区2025年1-9月主要指标（调整前）",
        "雁塔区2025年1-9月主要指标（月均）",
        "雁塔区2025年1-9月新增企业主要指标",
    ],
)
def test_blind_a_title_of_several_years_or_of_tasks_holds_no_figures_of_the_period(deliver, title):
    rows = [["指标", "单位", "累计完成", "增长(%)"], ABOVE[1]]
    assert not deliver({"S": [[title], *rows]}).own
    dated = deliver(
        {"S": [["雁塔区“十四五”以来主要指标"], ["指标", "单位", "2025年1-9月"], ABOVE[1][:3]]}
    )
    assert dated.own == {(RETAIL, "level", "ytd", "2025-09", 91.7)}, dated.said


@pytest.mark.parametrize(
    ("file", "sheet"),
    [
        ("2025年1-9月预计数.xlsx", "S"),
        ("碑林区2025年1-9月.xlsx", "S"),
        ("西安市2025年1-9月.xlsx", "S"),
        ("2025年1-9月.xlsx", "限额以上"),
        ("2025年1-9月.xlsx", "国有"),
    ],
)
def test_blind_the_name_of_file_or_sheet_may_say_that_figures_are_not_ours(deliver, file, sheet):
    told = deliver({sheet: [["2025年1-9月主要指标"], *ABOVE]}, file, parents=(CITY,))
    assert not told.own and told.said


def test_blind_a_sheet_may_name_the_city_in_short(deliver):
    told = deliver({"西安": [["2025年1-9月主要指标"], *ABOVE]}, parents=(CITY,))
    assert told.stored == {CITY[0]: pair(RETAIL, "ytd", "2025-09", 91.7, 4.4)}


@pytest.mark.parametrize("head", ["1-9月(预计)", "1-9月净增"])
def test_blind_a_growth_beside_what_is_no_amount_of_the_period_is_of_nothing(deliver, head):
    rows = [["雁塔区2025年1-9月"], ["指标", "单位", head, "增长(%)"], ABOVE[1]]
    assert not deliver({"S": rows}).own


def test_blind_a_growth_is_of_the_place_of_the_amount_on_its_left(deliver):
    heads = ["指标", "单位", "全市", "增长(%)", "全区", "增长(%)"]
    rows = [heads, ["社会消费品零售总额", "亿元", 3401.7, 4.0, 91.7, 4.4]]
    told = deliver({"S": [["雁塔区2025年1-9月主要指标"], *rows]}, parents=(CITY,))
    own = pair(RETAIL, "ytd", "2025-09", 91.7, 4.4)
    assert told.stored == {"610113": own, CITY[0]: pair(RETAIL, "ytd", "2025-09", 3401.7, 4.0)}
    rows = [["指标", "单位", "全区", "全市", "增长(%)"], [*ABOVE[1][:3], 3401.7, 4.4]]
    told = deliver({"S": [["雁塔区2025年1-9月主要指标"], *rows]}, parents=(CITY,))
    assert not [row for rows in told.stored.values() for row in rows if row[1] == "yoy"]


@pytest.mark.parametrize(("first", "quarter"), [(1, "一"), (7, "三")])
def test_blind_a_sum_of_some_months_is_not_the_year_to_date(deliver, first, quarter):
    heads = ["指标", "单位", *(f"{n}月" for n in range(first, first + 3)), "累计"]
    rows = [
        [f"雁塔区2025年{quarter}季度各月指标"],
        heads,
        ["进出口总额", "亿元", 1.1, 2.2, 3.3, 6.6],
    ]
    spans = {row[2] for row in deliver({"S": rows}).own}
    assert spans == ({"single", "ytd"} if first == 1 else {"single"})


@pytest.mark.parametrize("growth", ["增速(%)", "累计增速(%)"])
@pytest.mark.parametrize(("unit", "stored"), [("万美元", False), ("亿元", True)])
def test_blind_growth_beside_amounts_in_dollars_is_not_growth_in_yuan(
    deliver, unit, stored, growth
):
    heads = ["指标", f"1-9月（{unit}）", growth]
    rows = [["雁塔区2025年1-9月外贸"], heads, ["进出口总值", 2420.5, -7.7]]
    told = deliver({"S": rows})
    assert told.own == (pair("opn.trade", "ytd", "2025-09", 2420.5, -7.7) if stored else set())


@pytest.mark.parametrize(
    ("note", "growth"),
    [
        ("注：社零为限额以上口径。", False),
        ("注：1.增速按可比价计算。2.社会消费品零售总额口径为限额以上单位。", False),
        ("注：社会消费品零售总额的统计范围为限额以上单位", False),
        ("注：社会消费品零售总额使用1-7月数据", False),
        ("注：规上服务业为1-7月数；社零不含石油。", False),
        ("注：社会消费品零售总额（1-7月）", False),
        ("注：社会消费品零售总额增速为环比增速", False),
        ("注：社会消费品零售总额为反馈数", True),
        ("注：社会消费品零售总额中汽车类为1-7月数", True),
    ],
)
def test_blind_a_note_names_a_row_in_other_words(deliver, note, growth):
    told = deliver({"S": [["雁塔区2025年1-9月"], *ABOVE, LATE, [note]]})
    assert (pair(RETAIL, "ytd", "2025-09", 91.7, 4.4) <= told.own) == growth, told.said
    month = {figure for figure in told.own if figure[:4] == (RETAIL, "level", "ytd", "2025-09")}
    assert bool(month) == growth


@pytest.mark.parametrize("part", ["限额以上", "民营", "区本级"])
def test_blind_a_row_of_a_part_is_not_all_of_what_the_head_names(deliver, part):
    heads = ["项目", "社会消费品零售总额（亿元）", "增速(%)"]
    told = deliver({"S": [["雁塔区2025年1-9月"], heads, [part, 40.5, 2.2]]})
    assert not told.stored and part in told.said


def test_blind_a_period_that_a_sentence_compares_with_is_not_the_tables(deliver):
    line = "上半年，全区社会消费品零售总额增长4.4%，比一季度加快0.3个百分点。"
    heads = ["指标", "单位", "上半年", "增速(%)"]
    rows = [["雁塔区2025年上半年"], [line], heads, [*ABOVE[1][:2], 60.5, 4.4]]
    assert deliver({"S": rows}).own == pair(RETAIL, "ytd", "2025-06", 60.5, 4.4)


@pytest.mark.parametrize("name", ["增加值", "总产值"])
def test_blind_a_name_below_another_is_its_own_unless_it_says_growth(deliver, name):
    rows = [["雁塔区2025年1-9月"], ABOVE[0], ["一、规模以上工业"], ["企业单位数", "家", 44, 2.2]]
    told = deliver({"S": [*rows, [name, "%" if name == "增加值" else "亿元", None, 5.5]]})
    code = {"增加值": "ind.va_above.yoy", "总产值": "ind.output_above"}[name]
    assert (code, "yoy", "ytd", "2025-09", 5.5) in told.own, told.said


@pytest.mark.parametrize("local", ["#地方税收收入", "地方级税收收入", "其中：地方级"])
def test_blind_a_revenue_beside_its_local_part_is_not_only_the_districts(deliver, local):
    rows = [["雁塔区2025年1-9月财政"], [*ABOVE[0][:4]], ["一般公共预算支出", "亿元", 55.5, 1.1]]
    told = deliver({"S": [*rows, ["税收收入", "亿元", 77.7, -2.2], [local, "亿元", 22.2, -3.3]]})
    assert told.own == pair("fis.exp", "ytd", "2025-09", 55.5, 1.1)
    assert "上级" in told.said


@pytest.mark.parametrize("part", ["（市级）", "（区本级）"])
def test_blind_a_part_in_the_brackets_of_a_path_is_not_the_whole(deliver, part):
    rows = [["雁塔区2025年1-9月财政"], [*ABOVE[0][:4]], ["财政总收入", "亿元", 99.9, 1.1]]
    told = deliver({"S": [*rows, [f"其中：一般公共预算收入{part}", "亿元", 33.3, 2.2]]})
    assert not told.stored


@pytest.mark.parametrize("area", ["长三角地区", "京津冀", "西部地区", "关中平原城市群", "陕北"])
def test_blind_a_title_of_an_area_of_many_cities_is_not_of_the_district(deliver, area):
    assert not deliver({"S": [[f"2025年1-9月{area}消费品市场"], *ABOVE]}).stored


@pytest.mark.parametrize(
    ("heads", "own"),
    [
        (["全市增速(%)"], True),
        (["全市平均增速(%)"], True),
        (["全市增速(%)", "全省增速(%)"], True),
        (["全省增速(%)"], False),
    ],
)
def test_blind_growth_of_the_city_behind_figures_of_nobody_does_not_make_them_the_citys(
    deliver, heads, own
):
    head = ["指标", "单位", "1-9月", "增速(%)", *heads]
    rows = [["2025年1-9月主要指标"], head, [ABOVE[1][0], "亿元", 91.7, 4.4, 3.3, 2.2]]
    told = deliver({"S": [row[: len(head)] for row in rows]})
    assert told.own == (pair(RETAIL, "ytd", "2025-09", 91.7, 4.4) if own else set()), told.said
    assert own or not told.stored


def test_blind_growth_without_refunds_of_input_tax_is_comparable(deliver):
    heads = ["项目", "单位", "1-9月", "自然口径增长(%)", "剔除留抵退税因素同口径增长(%)"]
    rows = [["雁塔区2025年1-9月财政"], heads, ["一般公共预算收入", "亿元", 31.3, -8.8, 3.1]]
    assert deliver({"S": rows}).own == pair(BUDGET, "ytd", "2025-09", 31.3, 3.1)


def test_blind_columns_of_yuan_beside_those_of_dollars(deliver):
    heads = ["项目", "人民币（亿元）累计", "同比%", "美元（万美元）累计", "同比%"]
    trade, investment = ["进出口总值", 44.2, 8.1, 62200, 6.6], ["实际使用外资", 3.3, 4.2, 4444, 6.1]
    told = deliver({"S": [["雁塔区2025年1-9月外贸外资"], heads, trade, investment]})
    assert told.own == pair("opn.trade", "ytd", "2025-09", 44.2, 8.1)


def test_blind_a_row_that_leaves_something_out_says_nothing_of_the_row_above(deliver):
    row = [f"{ABOVE[1][0]}（不含汽车）", "亿元", 61.7, 5.5]
    told = deliver({"S": [["雁塔区2025年1-9月"], ABOVE[0], [ABOVE[1][0], "亿元", 91.7, 4.4], row]})
    assert told.own == pair(RETAIL, "ytd", "2025-09", 91.7, 4.4), told.said


@pytest.mark.parametrize("file", ["西安统计月报2025年9月", "西安经济运行", "西安市统计月报"])
def test_blind_a_book_named_after_the_city_in_short_is_the_citys(deliver, file):
    book = {"综合": [["主要指标（2025年1-9月）"], *ABOVE]}
    told = deliver(book, f"统计局/{file}.xlsx", parents=(CITY,))
    assert not told.own, told.said
    assert "西安" in told.said


@pytest.mark.parametrize("file", ["西安雁塔统计月报", "西安市统计局反馈", "雁塔月报"])
def test_blind_but_not_with_the_district_in_its_name_or_as_the_office(deliver, file):
    book = {"综合": [["主要指标（2025年1-9月）"], ABOVE[0], [*ABOVE[1][:2], 91.7, 4.4]]}
    told = deliver(book, f"统计局/{file}.xlsx", parents=(CITY,))
    assert told.own == pair(RETAIL, "ytd", "2025-09", 91.7, 4.4), told.said


@pytest.mark.parametrize("retail", [2222.2, 91.7])
def test_blind_figures_that_the_districts_row_contradicts_are_not_the_districts(deliver, retail):
    head = ["区县", "社会消费品零售总额(亿元)", "增速(%)"]
    rows = [
        ["1-9月各区县"],
        head,
        ["合计", 2222.2, 5.5],
        ["雁塔区", 91.7, 4.4],
        ["未央区", 66.6, 3.3],
    ]
    growth = 5.5 if retail > 100 else 4.4
    all_of = [
        ["主要指标"],
        ["指标", "单位", "1-9月", "增速(%)"],
        [ABOVE[1][0], "亿元", retail, growth],
    ]
    all_of += [["进出口总值", "亿元", 333.3, 6.6]]
    told = deliver({"综合": all_of, "区县": rows}, "统计局/2025年1-9月.xlsx")
    trade = set() if retail > 100 else pair("opn.trade", "ytd", "2025-09", 333.3, 6.6)
    assert told.own == pair(RETAIL, "ytd", "2025-09", 91.7, 4.4) | trade, told.said


@pytest.mark.parametrize(
    "made", ["填报日期：2024年8月21日", "制表时间：2024-08-21", "2024年8月21日"]
)
def test_blind_what_was_filled_in_on_a_day_knows_no_later_month(deliver, made):
    rows = [["雁塔区2024年社会消费品零售总额"], [made], ["月份", "累计(亿元)", "累计增速(%)"]]
    rows += [[f"{month}月", 11.1 * month, 4.4] for month in range(6, 8)]
    rows += [[f"{month}月", 77.7, 4.4] for month in range(8, 11)]
    told = deliver({"S": rows})
    assert {figure[3] for figure in told.own} == {"2024-06", "2024-07"}, told.said
    assert "还没有结束" in told.said


@pytest.mark.parametrize("unit", ["亿元", "万元"])
def test_blind_a_name_of_a_unit_of_another_kind_is_not_in_that_of_the_head(deliver, unit):
    rows = [["雁塔区2025年1-9月房地产"], ["指标", f"绝对额({unit})", "增速(%)"]]
    rows += [["商品房销售面积(万平方米)", 44.4, -3.3], ["商品房销售额(万平方米)", 55.5, 2.2]]
    told = deliver({"S": rows}).own
    assert ("re.sales.area", "level", "ytd", "2025-09", 44.4) in told
    assert not [figure for figure in told if figure[:2] == ("re.sales.value", "level")]


def test_blind_the_city_beside_this_district_in_the_name_of_a_file(deliver):
    heads = ["指标", "单位", "全市1-9月", "全市增速(%)", "本区1-9月", "本区增速(%)"]
    rows = [["主要指标"], heads, [ABOVE[1][0], "亿元", 2222.2, 5.5, 91.7, 4.4]]
    told = deliver({"S": rows}, "统计局/2025年1-9月全市与本区.xlsx", parents=(CITY,))
    assert told.own == pair(RETAIL, "ytd", "2025-09", 91.7, 4.4), told.said


@pytest.mark.parametrize("head", ["指标口径", "时段"])
def test_blind_spans_under_other_heads(deliver, head):
    rows = [["雁塔区2025年9月"], ["指标", head, "单位", "数值", "增速(%)"]]
    rows += [[ABOVE[1][0], "当月", "亿元", 11.1, 2.2], [ABOVE[1][0], "累计", "亿元", 91.7, 4.4]]
    told = deliver({"S": rows}).own
    assert told == pair(RETAIL, "single", "2025-09", 11.1, 2.2) | pair(
        RETAIL, "ytd", "2025-09", 91.7, 4.4
    )


def test_blind_a_level_of_income(deliver):
    rows = [["雁塔区2025年1-9月"], ["指标", "收入水平（元）", "名义增速(%)"]]
    told = deliver({"S": [*rows, ["城镇居民人均可支配收入", 44444, 4.4]]})
    assert told.own == pair("inc.urban", "ytd", "2025Q3", 44444, 4.4), told.said


@pytest.mark.parametrize("note", ["注：本表数据为全市口径", "注：本表为全市数据。"])
def test_blind_a_note_that_a_table_is_the_citys_is_heeded_by_its_book(deliver, note):
    head = ["指标", "单位", "1-9月", "增速(%)"]
    book = {"工业": [["工业"], head, ["规模以上工业总产值", "亿元", 2222.2, 5.5], [note]]}
    book |= {"社零": [["消费"], head, [ABOVE[1][0], "亿元", 3333.3, 4.4]]}
    told = deliver(book, "市局/2025年1-9月.xlsx", parents=(CITY,))
    assert not told.own, told.said
    assert told.stored[CITY[0]] >= pair("ind.output_above", "ytd", "2025-09", 2222.2, 5.5)


@pytest.mark.parametrize(("second", "read"), [("累计", True), ("当月", False), ("", False)])
def test_blind_a_name_written_once_over_its_spans(deliver, second, read):
    rows = [["雁塔区2025年9月"], ["指标", "口径", "单位", "数值", "增速(%)"]]
    rows += [[ABOVE[1][0], "当月", "亿元", 11.1, 2.2], ["", second, "亿元", 91.7, 4.4]]
    told = deliver({"S": rows})
    to_date = pair(RETAIL, "ytd", "2025-09", 91.7, 4.4) if read else set()
    assert told.own == pair(RETAIL, "single", "2025-09", 11.1, 2.2) | to_date, told.said
    assert read or "没有指标名称" in told.said


@pytest.mark.parametrize("more", [[], ["同比增减"]])
def test_blind_growth_may_stand_before_its_one_amount(deliver, more):
    rows = [["雁塔区生产总值"], ["指标", "同比增长(%)", "上半年(亿元)", *more]]
    rows += [["地区生产总值", 4.4, 777.7, *[3.3 for _ in more]]]
    told = deliver({"S": rows}, sidecar='period = "2025-06"')
    growth = set() if more else {("gdp.total", "yoy", "ytd", "2025Q2", 4.4)}
    assert told.own == {("gdp.total", "level", "ytd", "2025Q2", 777.7)} | growth, told.said


def test_blind_but_not_where_names_stand_below_their_first_row(deliver):
    rows = [["雁塔区2025年9月"], ["指标", "口径", "单位", "数值", "增速(%)"]]
    rows += [["", "当月", "亿元", 11.1, 2.2], [ABOVE[1][0], "累计", "亿元", 91.7, 4.4]]
    rows += [["", "当月", "亿元", 5.5, 1.1], ["一般公共预算收入", "累计", "亿元", 44.4, 3.3]]
    to_date = pair(BUDGET, "ytd", "2025-09", 44.4, 3.3) | pair(RETAIL, "ytd", "2025-09", 91.7, 4.4)
    assert deliver({"S": rows}).own == to_date


@pytest.mark.parametrize(
    ("heads", "stored", "refused"),
    [
        (
            ["2023年", "2024年", "2025年1-9月"],
            {"2023-12": 88.1, "2024-12": 90.2, "2025-09": 71.3},
            "",
        ),
        (["2025年", "2023年", "2025年1-9月"], {"2023-12": 90.2, "2025-09": 71.3}, "说不清是全年"),
        (["2025年", "1-8月", "1-9月"], {"2025-08": 90.2, "2025-09": 71.3}, "说不清是全年"),
        (["2024年累计", "2025年累计", "1-9月位次"], {"2025-09": 90.2}, ""),
    ],
)
@pytest.mark.parametrize("title", ["雁塔区主要指标", "雁塔区2025年1-9月主要指标"])
def test_blind_a_year_beside_months_of_a_later_one_is_all_of_it(
    deliver, heads, stored, refused, title
):
    book = {"S": [[title], ["指标", "单位", *heads], [ABOVE[1][0], "亿元", 88.1, 90.2, 71.3]]}
    told = deliver(book, sidecar='published = 2025-10-20\nperiod = "2025-09"')
    found = {period: value for *_, period, value in told.own}
    assert found == stored and refused in told.said


@pytest.mark.parametrize("change", ["增减", "变化", "升降"])
@pytest.mark.parametrize(("sign", "read"), [("", False), ("（%）", True)])
def test_blind_a_row_of_changes_is_growth_only_where_it_says_percent(deliver, change, sign, read):
    rows = [["雁塔区2025年1-9月"], ["项目", "新登记经营主体数（户）", "社会消费品零售总额（亿元）"]]
    told = deliver({"S": [*rows, ["1-9月", 4321, 91.7], [f"{change}{sign}", 12.3, 4.4]]})
    growth = {figure for figure in told.own if figure[1] == "yoy"}
    assert {figure[-1] for figure in growth} == ({12.3, 4.4} if read else set()), told.said
    assert read or "增减额" in told.said


@pytest.mark.parametrize("head", ["变化", "较去年"])
def test_blind_units_in_names_are_of_amounts_too(deliver, head):
    rows = [["雁塔区2025年1-9月"], ["指标", "完成", "完成率", head]]
    rows += [["新登记经营主体数（户）", 4321, "71.1%", -12], ["火灾起数（起）", 21, "—", 2]]
    told = deliver({"S": rows})
    assert {figure[1] for figure in told.own} == {"level"} and "增减额" in told.said


def test_blind_growth_of_the_month_is_not_of_the_growth_to_date(deliver):
    rows = [["雁塔区2025年9月"], ["指标", "环比", "同比", "累计"]]
    told = deliver({"S": [*rows, ["规模以上工业增加值", 0.4, 5.5, 4.2]]})
    assert not told.own and "没有说是当月还是累计" in told.said


@pytest.mark.parametrize(("value", "why"), [(1345, "像增减额"), ("增长12倍", "")])
def test_blind_a_growth_of_more_than_a_thousand_is_none_unless_in_words(deliver, value, why):
    rows = [["雁塔区2025年9月"], ["指标", "单位", "1-9月", "增长"]]
    told = deliver({"S": [*rows, ["一般公共预算收入", "万元", 382345, value]]})
    assert len(told.own) == (1 if why else 2) and why in told.said


def test_blind_a_price_index_under_a_growth_head_is_no_growth(deliver):
    rows = [["雁塔区2025年9月"], ["指标", "单位", "当月同比"], ["居民消费价格指数", "%", 100.5]]
    told = deliver({"S": rows})
    assert not told.own and "像以上年为 100 的指数" in told.said


@pytest.mark.parametrize("head", ["时段", "口径"])
def test_blind_months_in_a_column_of_spans(deliver, head):
    rows = [["雁塔区2025年主要指标"], [head, "社会消费品零售总额（亿元）", "增速（%）"]]
    told = deliver({"S": [*rows, ["1-8月", 80.1, 4.1], ["1-9月", 91.7, 4.4]]})
    assert told.own == pair(RETAIL, "ytd", "2025-08", 80.1, 4.1) | pair(
        RETAIL, "ytd", "2025-09", 91.7, 4.4
    ), told.said


@pytest.mark.parametrize(
    ("year", "month"),
    [
        *(("25年", month) for month in ("9月", "1-9月", "前三季度")),
        *((year, m) for year in ("2025年", "二〇二五年") for m in ("9月", "九月", "一至九月")),
    ],
)
def test_blind_a_year_of_two_digits_and_a_month_in_words(deliver, year, month):
    rows = [[f"{year}{month}主要指标"], ["指标", "单位", "累计", "增速（%）"]]
    told = deliver({"S": [*rows, [ABOVE[1][0], "亿元", 91.7, 4.4]]})
    assert told.own == pair(RETAIL, "ytd", "2025-09", 91.7, 4.4), told.said


@pytest.mark.parametrize(("cells", "read"), [(("5.3%", "-2.1%"), True), (("5.3", "-2.1%"), False)])
def test_blind_cells_may_say_that_a_change_is_in_percent(deliver, cells, read):
    rows = [["雁塔区2025年9月财政（单位：万元）"], ["项目", "累计", "比上年同期"]]
    rows += [["一般公共预算收入", 382345, cells[0]], ["一般公共预算支出", 612345, cells[1]]]
    growth = {figure[-1] for figure in deliver({"S": rows}).own if figure[1] == "yoy"}
    assert growth == ({5.3, -2.1} if read else set())


@pytest.mark.parametrize(
    ("head", "day"), [("增速", "2026-01-22"), ("同比", ""), ("增速", "2025-10-22")]
)
def test_blind_a_title_of_a_year_that_is_over_is_of_all_of_it(deliver, head, day):
    rows = [["雁塔区2025年主要指标"], ["指标", "单位", "绝对额", f"{head}（%）"]]
    rows += [[ABOVE[1][0], "亿元", 91.7, 4.4]]
    told = deliver({"S": rows}, sidecar=f"published = {day or '2026-01-22'}")
    annual = pair(RETAIL, "annual", "2025", 91.7, 4.4)
    assert told.own == (annual if (head, day) == ("增速", "2026-01-22") else set()), told.said
