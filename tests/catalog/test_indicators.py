import csv
import io

import pytest

from lianhu_analysis.catalog.indicators import fold_name, read_catalogue
from lianhu_analysis.errors import CatalogueError, UsageError

COUNTS = {"core": 41, "monitor": 187}
HEADER = (
    "code,tier,name_zh,aliases,name_en,unit,frequency,kind,span,level_price,growth_basis,"
    "no_january,lag_months,release_lag_days,department_zh,theme,mechanism,gdp_component,"
    "weight_proxy,city_allocated,sensitive,notes"
)
GOOD = (
    "gdp.total,core,地区生产总值,生产总值;GDP,GDP,亿元,Q,flow,ytd,current,constant,"
    ",,27,统计局,macro,economy,,,,,"
)


def write(tmp_path, *lines, header=HEADER):
    path = tmp_path / "indicators.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def changed(line=GOOD, **values):
    row = dict(zip(HEADER.split(","), next(csv.reader([line])), strict=True))
    text = io.StringIO()
    csv.writer(text).writerow({**row, **values}.values())
    return text.getvalue().strip()


def test_the_built_in_list_has_41_and_187_and_is_a_proposal():
    catalogue = read_catalogue(None, COUNTS)
    assert len(catalogue) == 228
    assert sum(item.tier == "core" for item in catalogue) == 41
    assert catalogue.proposal
    gdp = catalogue.get("gdp.total")
    assert (gdp.unit, gdp.frequency, gdp.span, gdp.release_lag_days) == ("亿元", "Q", "ytd", 27)
    assert catalogue.get("csm.retail.total").no_january
    assert catalogue.get("ene.intensity").is_reduction
    assert not catalogue.get("inv.fai.yoy").is_reduction


def test_names_that_differ_in_case_alone_are_one_name(tmp_path):
    other = changed(code="gdp.secondary", name_zh="第二产业增加值", aliases="gdp")
    with pytest.raises(
        CatalogueError, match=r"gdp\.secondary 的名称“gdp”与第 2 行 gdp\.total 重复"
    ):
        read_catalogue(write(tmp_path, GOOD, other), {})


def test_aliases_may_be_parted_by_a_semicolon_of_either_width(tmp_path):
    catalogue = read_catalogue(write(tmp_path, changed(aliases="生产总值；GDP;区内总值")), {})
    assert catalogue.get("gdp.total").aliases == ("生产总值", "GDP", "区内总值")


@pytest.mark.parametrize(
    "code, whole",
    [("gdp.tertiary", "gdp.total"), ("gdp.finance", "gdp.total"), ("inn.rd", "gdp.total")],
)
def test_parts_of_a_sum_in_another_unit_are_refused(tmp_path, code, whole):
    part = changed(code=code, name_zh="分项", aliases="", unit="万元")
    told = rf"第 3 行 unit：{code} 的单位与第 2 行它的合计 {whole} 不同"
    with pytest.raises(CatalogueError, match=told):
        read_catalogue(write(tmp_path, GOOD, part), {})
    grown = changed(part, kind="growth_only", unit="%")
    assert len(read_catalogue(write(tmp_path, GOOD, grown), {})) == 2
    alike = changed(part, unit=" 億元 ")
    assert len(read_catalogue(write(tmp_path, GOOD, alike), {})) == 2


def test_what_piles_up_is_no_figure_of_a_point_in_time(tmp_path):
    with pytest.raises(CatalogueError, match=r"gdp\.total 的 kind 是 flow，不能是 point"):
        read_catalogue(write(tmp_path, changed(span="point")), {})


def test_names_match_after_folding_and_never_by_nearness():
    catalogue = read_catalogue(None, COUNTS)
    assert fold_name("地区　生产 总值") == "地区生产总值"
    assert catalogue.match_name("地区　生产 总值").code == "gdp.total"
    assert catalogue.match_name("固定资产投资（不含农户）").code == "inv.fai.yoy"
    assert catalogue.match_name("“标准地”供应宗数") == catalogue.match_name("标准地供应宗数")
    assert catalogue.match_name("地区生产总") is None
    assert "gdp.total" in [item.code for item in catalogue.near_names("地区生产总")]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("规模工业增加值", "ind.va_above.yoy"),
        ("固定资产投资", "inv.fai.yoy"),
        ("进出口总额/出口", "opn.export"),
        ("地区生产总值/工业", "ind.va"),
        ("货物周转量/公路", "tra.road.freight"),
        ("固定资产投资/建筑安装工程", "inv.jianan.yoy"),
    ],
)
def test_everyday_names_are_known(name, code):
    assert read_catalogue(None, COUNTS).match_name(name).code == code


@pytest.mark.parametrize(
    "name",
    [
        *(
            "工业",
            "建筑业",
            "第二产业",
            "公路",
            "建筑安装工程",
            "限额以上零售额",
        ),  # parts of a whole
        "全社会固定资产投资",  # with rural households
        "各项贷款",  # in all currencies, maybe
        "外商直接投资",  # contracted, maybe
    ],
)
def test_a_name_that_may_mean_something_else_is_not_known(name):
    assert read_catalogue(None, COUNTS).match_name(name) is None


def test_an_unknown_code_suggests_near_ones():
    catalogue = read_catalogue(None, COUNTS)
    with pytest.raises(UsageError, match=r"gdp\.total"):
        catalogue.get("gdp.totl")


def test_a_replacement_list_is_no_proposal(tmp_path):
    catalogue = read_catalogue(write(tmp_path, GOOD), {"core": 1})
    assert not catalogue.proposal
    assert catalogue.get("gdp.total").aliases == ("生产总值", "GDP")


def test_every_fault_is_reported_at_once(tmp_path):
    path = write(
        tmp_path,
        GOOD,
        changed(name_zh="另一名称", aliases=""),
        changed(code="a.b", aliases=""),
        changed(code="a.c", name_zh="名称一", aliases="", unit="斤"),
        changed(code="a.d", name_zh="名称二", aliases="", frequency="W"),
        changed(code="a.e", name_zh="名称三", aliases="", span="cumulative"),
        changed(code="a.f", name_zh="名称四", aliases="", unit=""),
        changed(code="a.g", name_zh="名称五", aliases="", kind="stock"),
        changed(code="A G", name_zh="名称六", aliases="", release_lag_days="soon"),
        changed(code="a.h", name_zh="名称七", aliases="", weight_proxy="no.such"),
    )
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(path, {"core": 41})
    text = str(caught.value)
    for fault in (
        "第 3 行 code：gdp.total 与第 2 行重复",
        "第 4 行 name_zh/aliases：a.b 的名称“地区生产总值”与第 2 行 gdp.total 重复",
        "第 5 行 unit：a.c 的单位 '斤' 没有登记换算关系",
        "第 6 行 frequency：a.d 的 'W' 不认识",
        "第 7 行 span：a.e 的 'cumulative' 不认识",
        "第 8 行 unit：a.f 没有计量单位",
        "第 9 行 span：a.g 的 kind 是 stock，不能是 ytd",
        "第 10 行 code：'A G'",
        "第 10 行 release_lag_days：A G 的 'soon' 不是非负整数",
        "第 11 行 weight_proxy：no.such 不在目录中",
        "core 有 10 项，lianhu.toml 的 catalogue.counts 要求 41 项",
    ):
        assert fault in text, fault
    assert len(caught.value.faults) == 11


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        (HEADER.replace(",unit", ""), "缺少列 unit"),
        (HEADER + ",colour", "不认识的列 colour"),
        ("", "缺少列 code"),
    ],
)
def test_a_wrong_header_names_its_columns(tmp_path, header, fault):
    with pytest.raises(CatalogueError, match=fault):
        read_catalogue(write(tmp_path, header=header), {})


def test_a_row_of_another_width_is_a_fault(tmp_path):
    with pytest.raises(CatalogueError, match="第 2 行 列数与表头不符"):
        read_catalogue(write(tmp_path, GOOD + ",x,y"), {})


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(CatalogueError, match="找不到文件"):
        read_catalogue(tmp_path / "none.csv", {})


def test_a_list_saved_in_gbk_says_how_to_save_it(tmp_path):
    path = tmp_path / "indicators.csv"
    path.write_bytes(f"{HEADER}\n{GOOD}\n".encode("gb18030"))
    with pytest.raises(CatalogueError, match="CSV UTF-8"):
        read_catalogue(path, {})
