import csv
import datetime as dt
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from lianhu_analysis.catalog.indicators import load_catalogue, read_catalogue
from lianhu_analysis.catalog.target_sheet import FIELDS
from lianhu_analysis.catalog.targets import (
    as_published,
    decimals_of,
    growth_decimals,
    half_up,
    load_targets,
    parse_targets,
    percentage,
    versions_on,
)
from lianhu_analysis.errors import CatalogueError, WorkspaceError
from lianhu_analysis.workspace import load_workspace

ROOT = Path(__file__).parents[2]
CATALOGUE = read_catalogue(None, {})
GDP = """
[[target]]
indicator = "gdp.total"
measure = "yoy"
year = 2024
value = 6.0
rule = "about"
unit = "%"
title_zh = "地区生产总值增速"
source = "工作报告"
"""
RANGE = GDP.replace("6.0", "8.1").replace('"about"', '"range"\nupper = 8.6')


def amount(text):
    """The same of a count in its own unit."""
    return (
        text.replace("gdp.total", "prj.key.done").replace('"yoy"', '"level"').replace("%", "亿元")
    )


def parse(text):
    return parse_targets(tomllib.loads(text), CATALOGUE, "targets.toml")


def test_the_twelve_targets_of_2024_are_as_the_work_report_says():
    targets = load_targets(load_workspace(ROOT), CATALOGUE)
    assert {(t.indicator, t.measure, t.value, t.rule, t.unit) for t in targets} == {
        ("gdp.total", "yoy", 6.0, "about", "%"),
        ("ind.va_above.yoy", "yoy", 5.0, "about", "%"),
        ("inv.fai.yoy", "yoy", 6.0, "about", "%"),
        ("csm.retail.total", "yoy", 6.0, "about", "%"),
        ("fis.revenue.gpb", "yoy", 7.0, "about", "%"),
        ("ene.intensity", "yoy", 2.0, "at_least", "%"),
        ("lan.supply.area", "level", 1200.0, "at_least", "亩"),
        ("lan.acq.projects", "level", 5.0, "at_least", "个"),
        ("lan.reserve.projects", "level", 28.0, "at_least", "个"),
        ("lan.standard", "level", 3.0, "at_least", "宗"),
        ("prj.reserve.count", "level", 20.0, "at_least", "个"),
        ("prj.key.done", "level", 80.0, "at_least", "亿元"),
    }
    assert len(targets) == 12
    assert {t.year for t in targets} == {2024}
    assert all(t.tolerance == (0.2 if t.rule == "about" else 0.0) for t in targets)
    assert all(t.source and t.title_zh for t in targets)


def test_a_growth_target_is_judged_as_published_and_an_amount_as_it_is():
    (growth,) = parse(GDP)
    assert (growth.decimals, growth.tolerance) == (1, 0.2)
    amount = GDP.replace("gdp.total", "prj.key.done").replace('"yoy"', '"level"')
    amount = amount.replace('"%"', '"亿元"').replace("6.0", "80").replace("about", "at_least")
    assert parse(amount)[0].decimals is None


def test_a_source_may_carry_its_address_and_what_it_is():
    (plain,) = parse(GDP)
    assert (plain.address, plain.basis) == ("", "")
    (target,) = parse(GDP + 'address = "https://www.gov.cn"\nbasis = "published_fact"\n')
    assert (target.address, target.basis) == ("https://www.gov.cn", "published_fact")


def test_the_announced_national_targets_each_have_a_source_and_an_address():
    workspace = load_workspace(ROOT / "examples" / "national")
    targets = load_targets(workspace, load_catalogue(workspace))
    found = {(t.indicator, t.year): t.value for t in targets}
    assert len(found) == len(targets) == 35
    assert {year for code, year in found if code == "gdp.total"} == {*range(2011, 2026)} - {2020}
    assert found["gdp.total", 2016] == 6.5
    ranges = {t.year: (t.value, t.upper) for t in targets if t.rule == "range"}
    assert ranges == {2016: (6.5, 7.0), 2019: (6.0, 6.5)}
    assert found["inv.fai.yoy", 2014] == 17.5
    assert found["csm.retail.total", 2013] == 14.5
    assert found["ind.va_above.yoy", 2014] == 9.5
    assert all(t.source and t.address.startswith("http") and t.basis for t in targets)
    firsts = {t.year: t.indicator for t in reversed(targets)}
    assert set(firsts.values()) == {"gdp.total"}


def test_a_fall_is_written_as_a_positive_rate_of_reduction():
    text = GDP.replace("gdp.total", "ene.intensity").replace("about", "at_least")
    (target,) = parse(text.replace("6.0", "2"))
    assert (target.value, target.rule) == (2.0, "at_least")
    with pytest.raises(CatalogueError, match=r"value：-2 是负数，而.*降低率以正数表示"):
        parse(text.replace("6.0", "-2").replace("at_least", "at_most"))


def test_an_amount_in_another_unit_becomes_the_catalogues():
    amount = GDP.replace("gdp.total", "prj.key.done").replace('"yoy"', '"level"')
    amount = amount.replace('"%"', '"万元"').replace("6.0", "800000").replace("about", "at_least")
    (target,) = parse(amount)
    assert (target.value, target.unit) == (80.0, "亿元")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("gdp.total", "gdp.none", "indicator：指标目录中没有 gdp.none"),
        ('"yoy"', '"growth"', "measure：'growth' 不认识"),
        ("about", "roughly", "rule：'roughly' 不认识"),
        ("2024", "24", "year：24 不是年份"),
        ("6.0", '"six"', "value：'six' 不是数"),
        ('unit = "%"\n', "", "unit：缺少"),
        ('unit = "%"', 'unit = "亿元"', "unit："),
        ("[[target]]", "colour = 1\n[[target]]", "不认识的字段 colour"),
        ("year", "jahr", "jahr：不认识的字段"),
        ('rule = "about"', 'rule = "at_least"\ntolerance = 0.2', "tolerance：只有 about"),
        ("6.0", "nan", "value：nan 不是数"),
        ("6.0", "inf", "value：inf 不是数"),
        ('rule = "about"', 'rule = "about"\ntolerance = -1', "tolerance：-1 是负数"),
        ('rule = "about"', 'rule = "about"\ndecimals = 99', "decimals：99"),
        ('rule = "about"', 'rule = "about"\nbasis = "rumour"', "basis：'rumour' 不认识"),
        ('rule = "about"', 'rule = "about"\naddress = 7', "address：7 不是文字"),
        ('rule = "about"', 'rule = "about"\nset_by = 1', "set_by：1 不是文字"),
        ("6.0", '6.0\nin_force = "2024-07-01"', "in_force：'2024-07-01' 不是日期"),
        ("6.0", "6.0\nin_force = 2024-07-01T08:00:00", "in_force：.*不是日期"),
        ("6.0", "6.0\nin_force = 2042-07-01", "in_force：2042-07-01 晚于目标年份"),
        ('"about"', '"range"', "upper：range（区间）必须有上限"),
        ('"about"', '"at_least"\nupper = 7.0', "upper：range（区间）必须有上限，其他规则没有"),
        ('"about"', '"range"\nupper = 6.0', "upper：6.0 不大于下限 6.0"),
        ('"about"', '"range"\nupper = "7"', "upper：'7' 不是数"),
        ('"gdp.total"', '["gdp.total"]', "indicator：.* 不是文字"),
        ('unit = "%"', "unit = 5", "unit：5 不是文字"),
        ('unit = "%"', 'unit = "%"\nset_by = ["a"]', "set_by：.* 不是文字"),
        ("2024", "true", "year：True 不是年份"),
        ("[[target]]", "[target]", "target = .*应写成几项"),
        ('unit = "%"', 'unit = "%"\nset_by = "\\u0007"', "set_by.*控制字符"),
    ],
)
def test_a_wrong_target_names_its_field(old, new, fault):
    with pytest.raises(CatalogueError, match=fault):
        parse(GDP.replace(old, new))


def test_all_faults_come_at_once_and_duplicates_are_one():
    with pytest.raises(CatalogueError) as caught:
        parse(GDP + GDP + GDP.replace("about", "roughly"))
    assert len(caught.value.faults) == 3
    assert "第 2 个目标（gdp.total） 与第 1 个目标重复" in str(caught.value)


def test_a_missing_targets_file_says_where_it_should_be(tmp_path):
    (tmp_path / "lianhu.toml").write_text(
        '[region]\ncode = "999999"\nname_zh = "某区"\n', encoding="utf-8"
    )
    with pytest.raises(WorkspaceError, match=r"找不到目标文件.*targets\.toml"):
        load_targets(load_workspace(tmp_path), CATALOGUE)
    (tmp_path / "targets.toml").write_text("[[target\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match="不是有效的 TOML"):
        load_targets(load_workspace(tmp_path), CATALOGUE)


@pytest.mark.parametrize(
    ("rule", "figure", "plain", "about"),
    [
        ("about", 5.95, True, True),
        ("about", 5.94, False, True),
        ("about", 5.75, False, True),
        ("about", 5.74, False, False),
        ("at_least", 5.95, True, True),
        ("at_least", 5.94, False, False),
        ("at_most", 6.05, True, True),
        ("at_most", 6.06, False, False),
    ],
)
def test_a_figure_meets_a_target_as_it_would_be_published(rule, figure, plain, about):
    (target,) = parse(GDP.replace('"about"', f'"{rule}"'))
    assert bool(target.met_by(figure)) == plain
    assert bool(target.met_by(figure, about=True)) == about


def test_a_range_is_met_from_its_lower_bound_and_left_above_its_upper():
    (target,) = parse(RANGE)
    assert (target.value, target.upper, target.tolerance) == (8.1, 8.6, 0.0)
    found = {
        figure: (bool(target.met_by(figure)), bool(target.within(figure)))
        for figure in (8.04, 8.05, 8.64, 8.65)
    }
    # 8.64 is published as 8.6 and 8.65 as 8.7.
    assert found == {
        8.04: (False, False), 8.05: (True, True), 8.64: (True, True), 8.65: (True, False),
    }  # fmt: skip
    assert target.within(8.6) and not target.within(8.0)
    exact = parse(RANGE + "decimals = 0")[0]
    assert exact.within(8.6) and exact.within(9.09) and not exact.within(9.1)
    whole = parse(amount(RANGE))[0]
    assert whole.decimals is None
    assert whole.within(8.6) and not whole.within(8.61) and not whole.within(8.09)


@given(st.integers(-200, 500), st.integers(1, 50), st.integers(-21_000, 56_000))
def test_a_figure_is_within_a_range_as_its_published_tenths_are(low, width, thousandths):
    target = replace(parse(RANGE)[0], value=low / 10, upper=(low + width) / 10)
    # Half up in whole numbers: no floating point has a say.
    tenths = (thousandths + 50) // 100
    figure = thousandths / 1000
    assert bool(target.met_by(figure)) == (tenths >= low)
    assert bool(target.within(figure)) == (low <= tenths <= low + width)
    assert bool(target.within(tenths / 10)) == (low <= tenths <= low + width)
    assert not target.within(figure) or target.met_by(figure)


def test_versions_of_a_target_replace_one_another():
    july = GDP.replace("6.0", "5.5") + "in_force = 2024-07-01\n"
    city = GDP.replace("6.0", "7.0") + 'set_by = "市下达任务"\n'
    targets = parse(GDP + city + july)

    def values(day):
        return [[item.value for item in versions] for versions in versions_on(targets, day)]

    assert values(dt.date(2024, 6, 30)) == [[6.0], [7.0]]
    assert values(dt.date(2024, 7, 1)) == [[5.5, 6.0], [7.0]]
    assert values(None) == [[5.5, 6.0], [7.0]]
    # Nothing was set before the only version was in force.
    assert versions_on(parse(july), dt.date(2024, 6, 30)) == []
    assert [item.name_zh for item in targets][:2] == [
        "地区生产总值增速", "地区生产总值增速（市下达任务）",
    ]  # fmt: skip
    for again in (july + july, GDP + GDP + "in_force = 2024-01-01\n", city + city):
        with pytest.raises(CatalogueError, match=r"第 2 个目标.* 与第 1 个目标重复"):
            parse(again)


SHARE = amount(GDP.replace("6.0", "95")).replace('"亿元"', '"%"\nplan = 80')


def test_a_share_of_the_years_plan_is_an_amount():
    (target,) = parse(SHARE.replace('"about"', '"at_least"'))
    assert (target.value, target.unit, target.plan) == (76.0, "亿元", 80)
    assert target.met_by(76.0) and not target.met_by(75.99)
    (about,) = parse(SHARE + "tolerance = 5\n")
    assert (about.value, about.tolerance) == (76.0, 4.0)
    (between,) = parse(SHARE.replace('"about"', '"range"\nupper = 105'))
    assert (between.value, between.upper) == (76.0, 84.0)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (SHARE.replace("= 80", "= 0"), "plan：0 不大于 0"),
        (SHARE.replace("= 80", '= "八十"'), "plan：'八十' 不是数"),
        (SHARE.replace('"%"', '"亿元"'), "plan：只有写成年度计划百分之几"),
        (GDP + "plan = 80", "plan：只有写成年度计划百分之几"),
        (SHARE.replace("plan = 80", ""), "unit："),
    ],
)
def test_a_plan_without_a_share_is_a_fault(text, fault):
    with pytest.raises(CatalogueError, match=fault):
        parse(text)


def test_a_figure_is_judged_as_it_is_printed():
    (target,) = parse(GDP)
    assert target.met_by(5.95) and not target.met_by(5.94)
    assert target.met_by(5.75, about=True) and not target.met_by(5.74, about=True)


def test_growth_is_printed_with_the_decimals_of_its_target():
    (target,) = parse(GDP)
    fine, whole = replace(target, indicator="b", decimals=2), replace(target, decimals=0)
    assert growth_decimals([target, fine]) == {target.indicator: 1, "b": 2}
    assert growth_decimals([whole, replace(fine, measure="level")]) == {target.indicator: 1}
    assert [as_published(value) for value in (5.843051, -0.04, -35.785686)] == [5.8, 0.0, -35.8]


SHEET = [
    line.split("|")
    for line in """\
指标|口径|年份|目标值|上限|规则|容差|单位|名称|来源|生效日|下达单位|年度计划|责任部门
gdp.total|yoy|2024|6.0||左右||%|增长6%左右|报告||||区统计局
gdp.total|增速|２０２４年|８．１％|8.6|区间||％|增长8.1%—8.6%|报告|2024/7/1|市||
prj.key.done|数量|2024|95%||不低于||%|完成95%|报告|2024年7月1日||1,200|
||||||||||||| \n\
ene.intensity|yoy|2024|2||不超过||%|NA|报告||||""".split("\n")
]
MEANT = """
[[target]]
indicator = "gdp.total"
measure = "yoy"
year = 2024
value = 6.0
rule = "about"
unit = "%"
title_zh = "增长6%左右"
source = "报告"
in_charge = "区统计局"
[[target]]
indicator = "gdp.total"
measure = "yoy"
year = 2024
value = 8.1
upper = 8.6
rule = "range"
unit = "%"
title_zh = "增长8.1%—8.6%"
source = "报告"
in_force = 2024-07-01
set_by = "市"
[[target]]
indicator = "prj.key.done"
measure = "level"
year = 2024
value = 95
rule = "at_least"
unit = "%"
title_zh = "完成95%"
source = "报告"
in_force = 2024-07-01
plan = 1200
[[target]]
indicator = "ene.intensity"
measure = "yoy"
year = 2024
value = 2
rule = "at_most"
unit = "%"
title_zh = "NA"
source = "报告"
"""


def from_sheet(path):
    workspace = replace(load_workspace(ROOT), targets=path)
    return load_targets(workspace, CATALOGUE)


def book(path, rows, **cells):
    made = Workbook()
    for row in rows:
        made.active.append([text or None for text in row])
    for where, (value, form) in cells.items():
        made.active[where].value = value
        made.active[where].number_format = form
    made.save(path)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_says_what_toml_says(tmp_path, encoding):
    file = tmp_path / "targets.csv"
    with file.open("w", encoding=encoding, newline="") as out:
        csv.writer(out).writerows(SHEET)
    assert from_sheet(file) == parse(MEANT)


def test_a_workbook_says_what_toml_says_in_whatever_form_excel_keeps_it(tmp_path):
    typed = {
        "C2": (2024, "General"), "D2": (0.06, "0.0%"), "D3": (8.1, "0.00"), "E3": (8.6, "General"),
        "K3": (dt.datetime(2024, 7, 1), "yyyy-mm-dd"), "M4": (1200, "#,##0"), "D6": (0.02, "0%"),
    }  # fmt: skip
    english = [[FIELDS[head] for head in SHEET[0]], *SHEET[1:]]
    for rows in (SHEET, english):
        assert from_sheet(book(tmp_path / "t.xlsx", rows)) == parse(MEANT)
        assert from_sheet(book(tmp_path / "t.XLSX", rows, **typed)) == parse(MEANT)


def test_every_fault_of_a_sheet_has_its_row_column_and_remedy(tmp_path):
    rows = [[*SHEET[0], "颜色", "规则"], *([*row, "", ""] for row in SHEET[1:])]
    rows[1][14] = "红"
    rows[2][4], rows[2][10] = "8.1", "2024-13-01"
    rows[3][3], rows[3][12] = "约95", ""
    rows[5][5], rows[5][2] = "大约", "明年"
    file = book(
        tmp_path / "t.xlsx",
        rows,
        D2=("=3+3", "General"),
        B8=("=B2", "General"),
        P7=("注", "General"),
    )
    with pytest.raises(CatalogueError) as caught:
        from_sheet(file)
    told = "\n".join(caught.value.faults)
    for part in (
        "O1：不认识的表头 '颜色'。可用 指标、口径", "规则（P 列）：这一列不止一处",
        "第 2 行 目标值（D 列）：公式没有算出的结果", "第 8 行 口径（B 列）：公式没有算出的结果",
        "第 3 行（gdp.total） 生效日（K 列）：'2024-13-01' 不是日期",
        "第 4 行（prj.key.done） 目标值（D 列）：'约95' 不是数",
        "第 6 行（ene.intensity） 年份（C 列）：'明年' 不是年份",
    ):  # fmt: skip
        assert part in told, told
    short = [row[:9] for row in SHEET[:2]]
    with pytest.raises(CatalogueError, match=r"第 2 行（gdp\.total） 来源（没有这一列）：缺少"):
        from_sheet(book(tmp_path / "t.xlsx", short))
    with pytest.raises(CatalogueError, match=r"第 3 行.* 与第 2 行重复"):
        from_sheet(book(tmp_path / "t.xlsx", [SHEET[0], SHEET[1], SHEET[1]]))


def test_a_sheet_that_is_none_is_said_to_be_so(tmp_path):
    for name, content in (
        ("t.xlsx", b"PK damaged"), ("t.csv", b""), ("t.csv", "指标,口径\ngdp.total,yoy,6\n".encode())
    ):  # fmt: skip
        (tmp_path / name).write_bytes(content)
        with pytest.raises(WorkspaceError, match=r"目标文件 .*读不出.*或另存为 xlsx"):
            from_sheet(tmp_path / name)
    with pytest.raises(WorkspaceError, match="找不到目标文件"):
        from_sheet(tmp_path / "none.csv")


def test_a_chance_is_written_in_whole_percent_half_up_and_never_certain():
    told = [percentage(item) for item in (0.0, 0.0099, 0.01, 0.125, 0.655, 0.99, 0.9901, 1.0)]
    assert told == ["<1%", "<1%", "1%", "13%", "66%", "99%", ">99%", ">99%"]


def test_growth_that_is_to_have_two_decimals_is_published_with_two():
    # 3.19 would be published as 3.2 and still be less than 3.23.
    (target,) = parse(GDP.replace("6.0", "3.23"))
    assert (target.decimals, bool(target.met_by(3.22)), bool(target.met_by(3.225))) == (
        2,
        False,
        True,
    )
    assert [parse(GDP.replace("6.0", text))[0].decimals for text in ("6", "6.50")] == [1, 1]
    assert parse(GDP.replace("6.0", "3.23") + "decimals = 1")[0].decimals == 1


def test_a_percent_sign_that_is_only_printed_does_not_multiply(tmp_path):
    forms = {"D2": (6, '0.0"%"'), "D6": (2, "0\\%")}
    typed = {"C2": (2024, "General"), "D3": (8.1, "0.00"), "E3": (8.6, "General")}
    assert from_sheet(book(tmp_path / "t.xlsx", SHEET, **typed, **forms)) == parse(MEANT)


def test_figures_are_rounded_half_up_on_their_digits():
    found = [str(half_up(value)) for value in (5.25, 5.35, 0.05, -0.25, -0.04)]
    assert found == ["5.3", "5.4", "0.1", "-0.3", "0.0"]
    assert [decimals_of(value) for value in (5.0, 5.9, 5.95, 1.2345)] == [0, 1, 2, 3]


def test_a_title_that_says_another_percentage_than_the_value_is_refused():
    last_year = GDP.replace("地区生产总值增速", "地区生产总值增长5.5%左右")
    with pytest.raises(CatalogueError, match="里没有目标值 6%"):
        parse(last_year)
    with pytest.raises(CatalogueError, match=r"里没有目标值 0\.06%"):
        parse(GDP.replace("6.0", "0.06").replace("地区生产总值增速", "地区生产总值增长6%左右"))
    for title in ("增长6.0%以上，高于全市0.5%", "增长6％左右", "增速高于上年"):
        assert parse(GDP.replace("地区生产总值增速", title))[0].title_zh == title
    (target,) = parse(RANGE.replace("地区生产总值增速", "增长8.1-8.6%"))
    assert target.upper == 8.6


def test_growth_of_a_rate_is_no_target():
    rate = GDP.replace("gdp.total", "ind.liability_ratio").replace("6.0", "55")
    rate = rate.replace('"about"', '"at_most"')
    with pytest.raises(CatalogueError, match="资产负债率是比率，它的增减是百分点，不是增速"):
        parse(rate)
    assert parse(rate.replace('"yoy"', '"level"'))[0].value == 55
    # The concentration of fine dust falls by 5 %.
    assert parse(rate.replace("ind.liability_ratio", "env.pm25"))[0].is_growth
