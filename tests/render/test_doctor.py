import datetime as dt
import sys
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock

from lianhu_analysis.catalog.indicators import Catalogue, load_catalogue, read_catalogue
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.intake.observations import empty_observations
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.render import doctor
from lianhu_analysis.render.doctor import diagnose, next_due, overdue, release_day
from tests.intake.checks.frames import frame, row

CATALOGUE = read_catalogue(None, {})
RETAIL = CATALOGUE.get("csm.retail.total")
ONLY_RETAIL = Catalogue((RETAIL,), "test", proposal=False)


@pytest.fixture
def said(empty):
    """What is said of a new workspace whose retail sales of August are known."""

    def diagnosed(day=dt.date(2024, 10, 21), **changed):
        known = frame([row(RETAIL.code, "2024-08", 430.0, **changed)])
        return diagnose(empty, known, ONLY_RETAIL, as_of=day)

    return diagnosed


def test_all_is_well(said):
    assert {item.severity for item in said()} == {"Good"}
    assert {item.topic for item in said()} == {"python", "fonts", "kernel", "freshness"}


@pytest.mark.parametrize(
    ("name", "value", "topic", "words"),
    [
        ("OLDEST_PYTHON", (99, 1), "python", f"Python {'.'.join(map(str, sys.version_info[:3]))} 太旧"),
        ("font_file", "LianhuSansSC-{}.otf".format, "fonts", "缺少内置字体 LianhuSansSC-regular.otf、"),
        ("KERNEL", "none", "kernel", "没有笔记本内核 none"),
    ],
)  # fmt: skip
def test_each_fault_of_the_machine_comes_first_with_its_remedy(
    said, monkeypatch, name, value, topic, words
):
    found = (lambda weight: Path(value(weight))) if callable(value) else value
    monkeypatch.setattr(doctor, name, found)
    worst = said()[0]
    assert (worst.severity, worst.topic) == ("Error", topic)
    assert words in worst.message
    assert worst.remedy


def test_retail_sales_of_september_were_due_on_22_october(said):
    late = said(dt.date(2024, 10, 22))[0]
    assert (late.severity, late.topic) == ("Uncertain", "freshness")
    assert late.message == "社会消费品零售总额2024年9月的数应于 10-22 公布，库中尚无"
    assert late.remedy == "请向区统计局要来"
    later = said(dt.date(2024, 11, 30))[0]
    assert later.message.endswith("；此后还缺 1 期")


def test_a_day_of_an_earlier_year_says_its_year(said):
    late = said(dt.date(2025, 3, 31))[0]
    assert late.message.startswith("社会消费品零售总额2024年9月的数应于 2024-10-22 公布")


def test_january_and_february_are_awaited_as_one():
    known = frame([row(RETAIL.code, "2023-12", 500.0)])
    late = overdue(known, ONLY_RETAIL, dt.date(2024, 3, 31))[0]
    assert late.message.startswith("社会消费品零售总额2024年1—2月的数应于 03-2")


def test_a_weekend_and_a_january_that_is_none():
    assert release_day(RETAIL, Period.parse("2024-08")) == dt.date(2024, 9, 23)  # 22nd: Sunday
    due = next_due(RETAIL, Period.parse("2023-12"), dt.date(2024, 4, 30))
    assert [str(period) for period, _ in due] == ["2024-02", "2024-03"]
    quarterly = CATALOGUE.get("gdp.total")
    due = next_due(quarterly, Period.parse("2024-08"), dt.date(2024, 12, 31))
    assert [str(period) for period, _ in due] == ["2024Q3"]


def test_what_was_never_delivered_is_one_line():
    known = frame([row(RETAIL.code, "2024-08", 430.0)])
    lines = overdue(known, CATALOGUE, dt.date(2024, 9, 30))
    assert [item.message for item in lines] == [
        "227 个指标从未入库（地区生产总值、第二产业增加值、第三产业增加值等）"
    ]


def test_rows_that_may_not_feed_a_forecast_count_for_nothing(said):
    lines = said(dt.date(2024, 9, 30), provenance="second_hand")
    assert "从未入库" in lines[0].message


def test_an_empty_store(empty):
    lines = diagnose(empty, empty_observations(), ONLY_RETAIL, as_of=None)
    assert lines[0].message == "库中没有数据"


@pytest.mark.parametrize(
    ("text", "kernel"),
    [
        ('{"argv": ["/other/bin/python3", "-m"], "display_name": "x"}', "/other/bin/python3"),
        ('{"argv": ["python3"], "env": {"PYTHONHOME": "/nowhere"}}', "kernel.json"),
        ('{"argv": ["python3"', "kernel.json"),
        ('{"argv": []}', "kernel.json"),
        ("[]", "kernel.json"),
        (None, ""),
    ],
)
def test_whose_kernel_comes_first_is_told(said, tmp_path, monkeypatch, text, kernel):
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    if text is not None:
        folder = tmp_path / "jupyter" / "kernels" / "python3"
        folder.mkdir(parents=True)
        (folder / "kernel.json").write_text(text)
    (told,) = (item for item in said() if item.topic == "kernel")
    if text is None:
        assert (told.severity, told.message) == ("Good", "笔记本内核 python3 可用")
    else:
        assert told.severity == "Uncertain"
        assert f"{kernel}）不是本程序的" in told.message
        assert told.remedy


def test_what_is_said_of_a_real_workspace(national, tmp_path):
    stray = national.processed / "observations" / "region=100000" / "stray.parquet"
    report = national.reports / "x.html"
    raw = next(iter(VintageStore(national.processed).ledger()))
    source, aside = national.root / raw, national.root / "aside"
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        "pandas==0.0.1 \\\n    --hash=sha256:00\nno-such-package==1.0\n"
        "winonly==2.0 ; sys_platform == 'win32' \\\n",
        encoding="utf-8",
    )
    day = dt.date(2024, 10, 20)
    known, catalogue = VintageStore(national.processed).as_of(day), load_catalogue(national)
    report.parent.mkdir(exist_ok=True)
    stray.touch()
    report.touch()
    source.rename(aside)
    try:
        with FileLock(national.processed / ".store.lock"):
            found = diagnose(national, known, catalogue, as_of=day, requirements=lock)
    finally:
        aside.rename(source)
        report.unlink()
        stray.unlink()
    faults = [(item.severity, item.topic) for item in found if item.severity != "Good"]
    assert faults[:6] == [
        ("Severe", "orphans"), ("Bad", "packages"), ("Bad", "packages"), ("Bad", "orphans"),
        ("Uncertain", "lock"), ("Uncertain", "orphans"),
    ]  # fmt: skip
    told = [item.message for item in found]
    assert told[0] == f"{raw} 已不在，库中它的数失去了凭证"
    assert told[1] == f"pandas 应为锁定的 0.0.1，装的是 {pd.__version__}"
    assert told[2] == "no-such-package 应为锁定的 1.0，没有安装"
    assert told[3] == "reports/x.html 没有登记，不是完整生成的报告"
    assert told[4] == "另一个程序正在写入版本库"
    assert told[5] == "版本库中有 1 个没有登记的文件（中断的写入留下的，不会被读取）"
    assert all(item.remedy for item in found[:6])
    after = diagnose(national, known, catalogue, as_of=day)
    assert {item.topic for item in after if item.severity != "Good"} == {"freshness"}
    assert "社会消费品零售总额2024年9月的数应于 10-16 公布，库中尚无" in {
        item.message for item in after
    }


def test_a_file_of_targets_that_is_not_read_is_named(said, empty):
    assert "targets" not in {item.topic for item in said()}
    (empty.root / "targets.toml").touch()
    (unread,) = (item for item in said() if item.topic == "targets")
    assert unread.message == "targets.toml 没有用到：目标读自 目标表.xlsx"
    assert unread.severity == "Uncertain" and unread.remedy
