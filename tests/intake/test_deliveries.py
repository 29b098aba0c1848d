import ast
import datetime as dt
from pathlib import Path

import pytest

import lianhu_analysis
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake import deliveries
from lianhu_analysis.intake.deliveries import read_sidecar
from lianhu_analysis.workspace import load_workspace
from tests.intake.one_file import read_file
from tests.intake.sheets import month_report

RETAIL = ("社会消费品零售总额", "亿元", 54.3, 481.25, 4.6)


def test_the_nearest_sidecar_upwards_holds(workspace, deliver):
    deliver("delivery.toml", 'provenance = "simulated"')
    deliver("x/delivery.toml", 'published = 2024-10-22\nnotes = "自由文字"')
    inner, outer = deliver("x/y/a.csv", ""), deliver("z/a.csv", "")
    assert read_sidecar(inner, workspace).published == dt.date(2024, 10, 22)
    assert read_sidecar(outer, workspace).provenance == "simulated"


def test_what_the_nearest_sidecar_leaves_open_one_above_says(workspace, deliver):
    deliver("delivery.toml", 'provenance = "simulated"\nunit = "亿元"')
    deliver("x/delivery.toml", 'region = "610100"\nunit = "万元"')
    deliver("x/y/delivery.toml", "published = 2024-10-22")
    deliver("x/z/delivery.toml", 'provenance = "official"')
    inner = read_sidecar(deliver("x/y/a.csv", ""), workspace)
    assert (inner.provenance, inner.region, inner.unit) == ("simulated", "610100", "万元")
    assert inner.published == dt.date(2024, 10, 22)
    assert read_sidecar(deliver("x/z/a.csv", ""), workspace).provenance == "official"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("publishd = 2024-10-22", "publishd"),
        ('published = "2024-10-22"', "不加引号"),
        ("published = 2024-10-22T08:00:00", "不加引号"),
        ('provenance = "offical"', "offical"),
        ('region = "610113"', "610113"),
        ('period = "2024年9月"', "period"),
        ('span = "cumulative"', "cumulative"),
        ('unit = "筐"', "筐"),
        ("title = ", "TOML"),
    ],
)
def test_a_wrong_sidecar_is_named_with_its_field(workspace, deliver, text, message):
    deliver("x/delivery.toml", text)
    file = deliver("x/a.csv", "")
    with pytest.raises(IntakeError, match=message) as caught:
        read_sidecar(file, workspace)
    assert "data/raw/x/delivery.toml" in str(caught.value)


def test_figures_of_peers_are_taken_by_row_and_by_sidecar(workspace, catalogue, deliver):
    config = workspace.root / "lianhu.toml"
    text = '[[peers]]\ncode = "610102"\nname_zh = "新城区"\nparent = "610100"\n'
    config.write_text(config.read_text(encoding="utf-8") + text, encoding="utf-8")
    space = load_workspace(workspace.root)
    header = "region,indicator,measure,span,period,value,unit\n"
    rows = "".join(f"{code},gdp.total,yoy,ytd,2024Q1,5.3,%\n" for code in ("", 610102, 610113))
    file = deliver("x/a.csv", header + rows)
    reading = read_file(space, catalogue, file)
    assert list(reading.frame["region"]) == ["610104", "610102"]
    assert "610102 新城区" in reading.problems[0].remedy
    deliver("x/delivery.toml", 'region = "610102"')
    assert set(read_file(space, catalogue, file).frame["region"]) == {"610102"}


def test_a_sidecar_that_cannot_be_opened_is_told(workspace, deliver):
    file = deliver("x/a.csv", "")
    (file.parent / "delivery.toml").symlink_to("nowhere.toml")
    with pytest.raises(IntakeError, match="打不开"):
        read_sidecar(file, workspace)


def test_a_sheets_own_day_comes_before_the_sidecars(workspace, catalogue, deliver):
    deliver("x/delivery.toml", 'published = 2024-11-30\ntitle = "月报"\nurl = "https://a.b"')
    reading = read_file(workspace, catalogue, deliver("x/a.xlsx", month_report(RETAIL)))
    assert {str(day.date()) for day in reading.frame["published"]} == {"2024-10-22"}
    assert set(reading.frame["source"]) == {"data/raw/x/a.xlsx | 月报 | https://a.b"}
    silent = {"9月": [row for row in month_report(RETAIL)["9月"] if "发布日期" not in str(row[0])]}
    reading = read_file(workspace, catalogue, deliver("x/b.xlsx", silent))
    assert {str(day.date()) for day in reading.frame["published"]} == {"2024-11-30"}


def test_without_any_stated_day_the_calendar_is_assumed(workspace, catalogue, deliver):
    silent = {"9月": [row for row in month_report(RETAIL)["9月"] if "发布日期" not in str(row[0])]}
    reading = read_file(workspace, catalogue, deliver("x/b.xlsx", silent))
    assert set(reading.frame["published_basis"]) == {"assumed"}


def test_a_sidecar_may_state_the_period_that_a_title_lacks(workspace, catalogue, deliver):
    deliver("x/delivery.toml", 'period = "2011-04"')
    sheets = month_report(RETAIL, title="莲湖区统计月报")
    sheets["表"][1] = ["发布日期：2011-05-20"]
    reading = read_file(workspace, catalogue, deliver("x/a.xlsx", sheets))
    assert set(reading.frame["period"]) == {"2011-04"}


BARE = [["莲湖区2024年9月主要经济指标"], ["指标名称", "数值"], ["社会消费品零售总额", 481.25]]


def test_a_sidecar_may_state_the_span_and_the_unit_that_a_sheet_lacks(
    workspace, catalogue, deliver
):
    assert read_file(workspace, catalogue, deliver("x/a.xlsx", {"表": BARE})).frame.empty
    deliver("y/delivery.toml", 'span = "ytd"\nunit = "亿元"')
    (row,) = read_file(workspace, catalogue, deliver("y/a.xlsx", {"表": BARE})).frame.to_dict(
        "records"
    )
    assert (row["span"], row["period"], row["value"]) == ("ytd", "2024-09", 481.25)


def test_what_a_sheet_states_comes_before_the_sidecar(workspace, catalogue, deliver):
    deliver("x/delivery.toml", 'span = "single"\nunit = "万元"')
    reading = read_file(workspace, catalogue, deliver("x/a.xlsx", month_report(RETAIL)))
    silent = read_file(workspace, catalogue, deliver("y/a.xlsx", month_report(RETAIL)))
    keys = ["measure", "span", "period", "value", "unit"]
    assert reading.frame[keys].equals(silent.frame[keys])


def test_a_pinned_layout_must_exist(workspace, catalogue, deliver):
    deliver("x/delivery.toml", 'layout = "none"')
    with pytest.raises(IntakeError, match="none"):
        read_file(workspace, catalogue, deliver("x/a.xlsx", month_report(RETAIL)))


@pytest.mark.parametrize("name", ["a.pdf", "a", "~$a.xlsx", "a.et"])
def test_files_that_are_not_read_say_so(workspace, catalogue, deliver, name):
    with pytest.raises(IntakeError, match=r"没有读|不能读取"):
        read_file(workspace, catalogue, deliver(f"x/{name}", "x"))


def needed_to_read() -> set[str]:
    """The package's files that ``deliveries.py`` imports, directly or not."""
    package = Path(lianhu_analysis.__file__).parent
    found: set[str] = set()
    waiting = ["lianhu_analysis.intake.deliveries"]
    while waiting:
        name = waiting.pop().removeprefix("lianhu_analysis.").replace(".", "/") + ".py"
        file = package / name
        if not file.is_file() or name in found:
            continue
        found.add(name)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                waiting += [node.module, *(f"{node.module}.{item.name}" for item in node.names)]
    return {name for name in found if name.startswith(("catalog/", "intake/"))}


def test_everything_that_reading_depends_on_is_in_its_fingerprint_and_no_check_is():
    package = Path(lianhu_analysis.__file__).parent
    files = (file for name in deliveries.READS for file in package.glob(name))
    covered = {file.relative_to(package).as_posix() for file in files}
    # Which files there are and what is told of them changes nothing in how one is read.
    assert needed_to_read() - covered == {"intake/problems.py", "intake/raw_files.py"}
    assert "catalog/data/units.toml" in covered
    assert "intake/grids/child.py" in covered
    assert not any(name.startswith("intake/checks/") for name in covered)
