"""The English edition says the same with the same numbers, and marks what it cannot say."""

import re
import tomllib
from dataclasses import replace
from itertools import product
from pathlib import Path

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianhu_analysis.analysis.wording import grew_text, pace_text
from lianhu_analysis.catalog.indicators import load_catalogue
from lianhu_analysis.catalog.ledgers import load_ledgers
from lianhu_analysis.catalog.targets import load_targets
from lianhu_analysis.render import english as module
from lianhu_analysis.render import tables
from lianhu_analysis.render.english import English, english_names, has_chinese
from lianhu_analysis.render.publishing.page import data_of
from lianhu_analysis.render.register import FigureRegister
from lianhu_analysis.workspace import load_workspace

NAMES = {
    "地区生产总值": "gross regional product",
    "莲湖区": "Lianhu District",
    "5个土地征收项目": "land acquisition projects",
}
TABLE = tomllib.loads(
    (Path(module.__file__).parent / "data" / "english.toml").read_text(encoding="utf-8")
)


@pytest.fixture
def edition():
    return English(NAMES)


@pytest.mark.parametrize(
    ("chinese", "said"),
    [
        ("地区生产总值", "Gross regional product"),
        ("2024年1—9月", "Jan–Sep 2024"),
        ("2024年10月—12月", "Oct–Dec 2024"),
        ("2024年9月末", "End-Sep 2024"),
        ("2024年三季度末", "End-Q3 2024"),
        ("2024年前三季度", "Jan–Sep 2024"),
        ("2024年三季度—四季度", "Q3 2024–Q4 2024"),
        ("2023年四季度—2024年一季度", "Q4 2023–Q1 2024"),
        ("2024年末", "End-2024"),
        ("2023年", "2023"),
        ("比2024年1—8月加快 0.3 个百分点", "0.3 percentage points faster than in Jan–Aug 2024"),
        (
            "2024年 1 项目标的达标灯：绿·达标 1 项。",
            "Target lights of 1 target of 2024: 1 green (on target).",
        ),
        (
            "2024年 12 项目标的达标灯：不亮 12 项。",
            "Target lights of 12 targets of 2024: 12 without a light.",
        ),
        ("1宗", "1 parcel"),
        (
            "达标概率 32%。地块台账与公布数不一致：地区生产总值2024年7月末台账 2，公布 6，相差 -4 宗。",
            "Chance of meeting the target 32%. The parcel ledger disagrees with what is published: "
            "gross regional product, end-Jul 2024: ledger 2, published 6, apart by -4 parcels.",
        ),
        (
            "莲湖区2024年前三季度经济分析：地区生产总值全年目标有望实现",
            "Lianhu District, Jan–Sep 2024: economic analysis; "
            "annual target of gross regional product likely to be met",
        ),
        (
            "5个土地征收项目：2024年9月末为 4 个，完成目标的 80%，不作预测。",
            "Land acquisition projects: 4 by the end of Sep 2024, 80% of the target; no forecast.",
        ),
        (
            "5 个有年度计划的项目中 2 个落后于按月均摊的序时进度，共少完成 9.50 亿元，最多的是A；"
            "没有填完成数的 1 个不算。",
            "Of 5 projects with a plan for the year 2 are behind a schedule of equal months, 9.50 (hundred mn yuan) "
            "short in all, most of all A; 1 that states nothing done is not counted.",
        ),
        (
            "2024年受理群众事项 3 件，没有到期的，答复用时的中位数 6.5 天。",
            "Citizens' matters received in 2024: 3; none is due; the median answer took 6.5 days.",
        ),
        (
            "5 个有年度计划的项目中 2 个落后于按月均摊的序时进度，共少完成 9.50 亿元，最多的是水库、医院。",
            "Of 5 projects with a plan for the year 2 are behind a schedule of equal months, 9.50 (hundred mn yuan) "
            "short in all, most of all 水库 and 医院.",
        ),
        (
            "可比的历史误差不足 3 年，现有 2 年（2020、2021 年列为异常年份，不计在内，"
            "可补录更早年份的数据，或在工作区设置中改列）；可用的历史只有 11 期，至少要 12 期",
            "Fewer than 3 years of comparable past errors: 2 so far (2020 and 2021 are set as "
            "outlier years and left out; add data of earlier years, or set the outlier years anew); "
            "only 11 periods of usable history, at least 12 are needed",
        ),
        (
            "莲湖区2024年前三季度经济分析：地区生产总值全年目标不作预测",
            "Lianhu District, Jan–Sep 2024: economic analysis; "
            "no forecast for the annual target of gross regional product",
        ),
        (
            "地区生产总值：2024-08-01起为2%以上，此前为5.5%—6%（地区生产总值）。",
            "Gross regional product: at least 2% from 2024-08-01, "
            "5.5%–6% (gross regional product) before.",
        ),
        (
            "地区生产总值：2022—2023年中 2 年可比，有 1 年做到。",
            "Gross regional product: of 2 comparable years in 2022–2023, 1 kept to it.",
        ),
        (
            "2024年前三季度地区生产总值下降 1.0%，降幅比2024年上半年收窄 2.0 个百分点。",
            "Jan–Sep 2024: gross regional product down 1.0%, "
            "a fall 2.0 percentage points smaller than in H1 2024.",
        ),
        (
            "2020年11月末为 12,000 万美元。",
            "At end-Nov 2020 it stands at 12,000 ten thousand US dollars.",
        ),
        ("升 1", "Up 1"),
        (
            "增速比2022年一季度回落 0.9 个百分点，主要是地区生产总值少拉动 2.3 个百分点，"
            "而其余部分多拉动 1.4 个百分点。",
            "Growth is 0.9 percentage points lower than in Q1 2022, mainly gross regional product, "
            "which gave 2.3 percentage points less, "
            "against the rest, which gave 1.4 percentage points more.",
        ),
        ("降 12", "Down 12"),
        (
            "可用的历史只有 1 期，至少要 12 期",
            "Only 1 period of usable history, at least 12 are needed",
        ),
        (
            "24 宗地有亩均产出，后四分之一有 6 宗，最低的是A。",
            "24 parcels state output per mu; 6 are in the lowest quarter of them, last of all A.",
        ),
        (
            "要恰好达标，2024年四季度需增长 62.10%。",
            "To just meet the target, growth in Q4 2024 must be 62.10%.",
        ),
        (
            "要恰好达标，2024年需下降 2%。",
            "To just meet the target, the reduction in 2024 must be 2%.",
        ),
        (
            "地区生产总值2024年四季度末，约2025-01-15公布：往年这一次平均使预测变动 2.14 个，"
            "是现在标准差的 81%。",
            "Gross regional product of end-Q4 2024, due about 2025-01-15: in past years this release "
            "moved the forecast by 2.14 in number on average, 81% of today's standard deviation.",
        ),
        ("说不出", "Cannot be said"),
        (
            "地区生产总值的剩余时期所需说不出：没有公布累计增速。",
            "What gross regional product must still show cannot be said: "
            "no growth to date is published.",
        ),
        ("2024年全年", "Full-year 2024"),
        ("2024年下半年", "H2 2024"),
        ("有望实现项数", "Targets that are likely to be met"),
        ("GDP 5.2%", "GDP 5.2%"),
        ("微克/立方米", "µg per m³"),
        (
            "只有 4 年可比，区间因此放宽（2020 年列为异常，只用来放宽区间）。",
            "Only 4 years are comparable, so that the range is widened "
            "(2020 is set as an outlier year and only widens the range).",
        ),
        (
            "2024年上半年地区生产总值（三次产业）同比持平，第二产业拉动最多：0.5 个百分点",
            "H1 2024: gross regional product (three sectors) unchanged on a year before, "
            "most added by secondary industry: 0.5 percentage points",
        ),
    ],
)
def test_words_periods_numbers_and_sentences(edition, chinese, said):
    assert edition.text(chinese) == said
    assert edition.missing == {}


def test_what_has_no_english_stays_and_is_counted(edition):
    assert edition.text("天气晴好") == "天气晴好"
    assert list(edition.missing) == ["天气晴好"]
    html = edition.html("<p>天气晴好</p><p>无变化的一句。</p>")
    assert html.count('lang="zh-CN"') == 2
    assert "天气晴好" in html


def test_a_sentence_moves_its_numbers_and_keeps_every_link(edition):
    register = FigureRegister()
    one, two, three = (
        register.model(n, str(n), label="x", model="y", as_of="2024-10-31") for n in (1, 20, 3)
    )
    chinese = tables.join(
        tables.paragraph(
            tables.name("地区生产总值"), "：", tables.when("2015—2023"), "年中", one,
            "年可比，达到过", three, "次；剔除异常年份，", two, "年中", one, "次。",
        ),
        tables.html_table(["指标", "累计"], [[tables.name("地区生产总值"), one]], "各项目标的判断"),
    )  # fmt: skip
    html = edition.html(chinese)
    words = lxml.html.fragment_fromstring(html, create_parent="div")
    assert words.find("p").text_content() == (
        "Gross regional product: of 1 comparable year in 2015–2023, 3 did as much; "
        "without outlier years, 1 of 20."
    )
    assert words.find(".//caption").text_content() == "Every target at a glance"
    assert words.find(".//td").get("data-label") == "To date"
    assert words.find(".//tbody//th").text_content() == "Gross regional product"
    assert data_of(html) == data_of(chinese)
    assert edition.missing == {}


def test_a_stock_of_the_end_of_a_period_is_told_once(edition):
    stock, amount = tables.when("2024年9月末"), tables.paragraph
    html = edition.html(
        amount(stock, "为3万美元。")
        + amount("5个土地征收项目：", stock, "为4个，完成目标的80%，不作预测。")
    )
    said = [p.text_content() for p in lxml.html.fragment_fromstring(f"<div>{html}</div>")]
    assert said == [
        "At end-Sep 2024 it stands at 3 ten thousand US dollars.",
        "Land acquisition projects: 4 by the end of Sep 2024, 80% of the target; no forecast.",
    ]


def test_a_name_without_english_stays_in_an_english_sentence():
    edition = English({"邵阳市": "邵阳市", "地区生产总值": "gross regional product"})
    html = edition.html(tables.paragraph("2024年地区生产总值增长5.0%，比邵阳市低0.5个百分点。"))
    assert "up 5.0%, 0.5 percentage points below 邵阳市." in html
    assert edition.missing
    assert "lang=" not in html
    title = "邵阳市2025年1—3月经济运行简报：地区生产总值全年目标不作预测"
    assert edition.text(title) == (
        "邵阳市, Jan–Mar 2025: monthly brief; "
        "no forecast for the annual target of gross regional product"
    )


def test_quotations_stay_as_they_are_and_reasons_of_ours_do_not(edition):
    quoted = tables.paragraph(tables.cite("莲湖区统计公报"), tables.code("数据.xlsx"))
    reason = tables.paragraph(tables.cite("本年的累计增速和上年全年的增速都没有，无从外推"))
    html = edition.html(quoted + reason)
    assert '<cite lang="zh-CN">莲湖区统计公报</cite>' in html
    assert "数据.xlsx" in html
    assert (
        "There is no growth of this year to date, nor of the whole of last year, to go on from"
        in html
    )
    assert edition.missing == {}


def test_markup_in_a_text_stays_text(edition):
    assert "<script>" not in edition.html(tables.paragraph("<script>alert(1)</script>，不变"))


def test_figures_keep_their_refs_values_and_cells(edition):
    register = FigureRegister()
    register.model(
        0.62,
        "62%",
        label="地区生产总值：达标概率",
        model="持续性基准",
        as_of="2024-10-31",
        share=True,
    )
    (figure,) = edition.register(register)
    assert (figure.ref, figure.value, figure.text) == ("fig-1", 0.62, "62%")
    assert figure.label == "Gross regional product: chance of meeting the target"
    assert figure.detail["model"] == "Persistence benchmark"
    counts = FigureRegister()
    counts.add(3, "3", kind="arithmetic", label="指标个数", formula="逐项计数")
    counts.add(0.2, "0.2", kind="target", label="容差", source="本工具的约定，可在目标文件中另写")
    said = [figure.detail for figure in edition.register(counts)]
    assert said[0]["formula"] == "Counted one by one"
    assert said[1]["source"] == "This tool's convention; the targets file may say otherwise"


def test_a_pattern_uses_every_gap_of_its_chinese_and_has_no_chinese_left():
    for chinese, said in {**TABLE["sentences"], **TABLE["joints"]}.items():
        gaps = set(re.findall(r"\{(\w+)", chinese))
        assert gaps == set(re.findall(r"\{(\w+)\}", said)), chinese
        assert not has_chinese(said), chinese
    for chinese, said in {**TABLE["words"], **TABLE["units"]}.items():
        assert not has_chinese(said), chinese


@given(st.lists(st.integers(0, 9999), min_size=5, max_size=5))
def test_no_number_changes_between_the_editions(numbers):
    chinese = (
        "截至2024-10-31报送，2024年风险发现{}件，上报{}件，处置{}件，办结{}件；"
        "连同以前年度，逾期未办结{}件。"
    ).format(*numbers)
    said = English({}).text(chinese)
    assert not has_chinese(said)
    assert list(map(int, re.findall(r"(?<![\d-])\d+(?![\d-])", said))) == [2024, *numbers]


def test_names_come_from_catalogue_targets_and_workspace():
    space = load_workspace(Path(__file__).parents[2])
    catalogue = load_catalogue(space)
    names = english_names(space, catalogue, load_targets(space, catalogue))
    assert names["莲湖区"] == "Lianhu District"
    assert names["新城区"] == "新城区"
    assert names["地区生产总值增长6%左右"] == "gross regional product (about 6%)"
    assert names["28个土地储备项目"] == "land reserve projects (at least 28)"
    assert names["全年供应土地1200亩以上"] == "land supplied (at least 1,200 mu)"
    assert names["规模以上工业增加值"] == "value added of above-scale industry"
    assert names["规模以上工业增加值增速"] == "growth of value added of above-scale industry"
    # Figures of a target that the city set are named with it.
    set_by = replace(load_targets(space, catalogue)[0], set_by="市下达")
    names = english_names(space, catalogue, (set_by,))
    assert names["地区生产总值（市下达）"] == "gross regional product (市下达)"
    # A title that targets of several indicators share is no name of one of them.
    gdp, industry, *_ = load_targets(space, catalogue)
    alike = tuple(replace(item, title_zh="增长6%左右") for item in (gdp, industry))
    assert "增长6%左右" not in english_names(space, catalogue, alike)


def test_every_ledger_has_its_english():
    for ledger in load_ledgers().values():
        told = f"{ledger.name_zh}台账与公布数不一致：x2023年末台账 1，公布 2，相差 -1 起。"
        assert not has_chinese(English({}).text(told)), ledger.name_zh


@pytest.mark.parametrize("up", ["增长", "上升"])
def test_every_way_of_growth_has_its_english(up):
    for now, before in product((-2.0, -1.0, 0.0, 1.0, 2.0), repeat=2):
        pace = pace_text(now, before, "2024年上半年", up=up)
        texts = [f"2024年前三季度货物{grew_text(now, up=up)}，{pace}。"]
        if up == "增长" and now != before:
            whole = pace_text(now, before, "2024年上半年", "增速")
            texts.append(f"{whole}，主要是其余部分多拉动 1.0 个百分点。")
        for text in texts:
            assert not has_chinese(English({"货物": "goods"}).text(text)), text
