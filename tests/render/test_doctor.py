import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from lianhu_analysis.catalog.indicators import Catalogue, load_catalogue, read_catalogue
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.intake.observations import empty_observations
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.render.doctor import (
    Environment,
    diagnose,
    next_due,
    overdue,
    release_day,
    survey,
)
from tests.intake.checks.frames import frame, row

CATALOGUE = read_catalogue(None, {})
RETAIL = CATALOGUE.get("csm.retail.total")
ONLY_RETAIL = Catalogue((RETAIL,), "test", proposal=False)
WELL = Environment((3, 11, 7), (), {"python3": "python"}, (), False, (), (), ())


def said(environment, day=dt.date(2024, 10, 21)):
    known = frame([row(RETAIL.code, "2024-08", 430.0)])
    return diagnose(environment, known, ONLY_RETAIL, as_of=day)


def test_all_is_well():
    assert {item.severity for item in said(WELL)} == {"Good"}
    assert {item.topic for item in said(WELL)} == {"python", "fonts", "kernel", "freshness"}


@pytest.mark.parametrize(
    ("changed", "severity", "topic", "words"),
    [
        ({"python": (3, 9, 2)}, "Error", "python", "Python 3.9.2 太旧"),
        (
            {"missing_fonts": ("LianhuSansSC-Bold.otf",)},
            "Error",
            "fonts",
            "缺少内置字体 LianhuSansSC-Bold.otf",
        ),
        ({"kernels": {"ir": "R"}}, "Error", "kernel", "没有笔记本内核 python3"),
        (
            {"kernels": {"python3": "/other/bin/python3"}},
            "Uncertain",
            "kernel",
            "笔记本内核 python3（/other/bin/python3）不是本程序的",
        ),
        (
            {"packages": (("pandas", "3.0.1", "2.2.0"),)},
            "Bad",
            "packages",
            "pandas 应为锁定的 3.0.1，装的是 2.2.0",
        ),
        ({"packages": (("pandas", "3.0.1", ""),)}, "Bad", "packages", "没有安装"),
        ({"store_busy": True}, "Uncertain", "lock", "另一个程序正在写入版本库"),
        ({"stray_parts": ("a", "b")}, "Uncertain", "orphans", "2 个没有登记的文件"),
        ({"lost_sources": ("data/raw/x.xlsx",)}, "Severe", "orphans", "data/raw/x.xlsx 已不在"),
        ({"stray_reports": ("x.html",)}, "Bad", "orphans", "reports/x.html 没有登记"),
    ],
)
def test_each_fault_comes_first_with_its_remedy(changed, severity, topic, words):
    worst = said(replace(WELL, **changed))[0]
    assert (worst.severity, worst.topic) == (severity, topic)
    assert words in worst.message
    assert worst.remedy


def test_retail_sales_of_september_were_due_on_22_october():
    late = said(WELL, dt.date(2024, 10, 22))[0]
    assert (late.severity, late.topic) == ("Uncertain", "freshness")
    assert late.message == "社会消费品零售总额2024年9月的数应于 10-22 公布，库中尚无"
    assert late.remedy == "请向区统计局要来"
    later = said(WELL, dt.date(2024, 11, 30))[0]
    assert later.message.endswith("；此后还缺 1 期")


def test_a_day_of_an_earlier_year_says_its_year():
    late = said(WELL, dt.date(2025, 3, 31))[0]
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


def test_rows_that_may_not_feed_a_forecast_count_for_nothing():
    known = frame([row(RETAIL.code, "2024-09", 480.0, provenance="second_hand")])
    lines = diagnose(
        WELL, known, ONLY_RETAIL, as_of=dt.date(2024, 9, 30), provenances=("official",)
    )
    assert "从未入库" in lines[0].message


def test_an_empty_store():
    lines = diagnose(WELL, empty_observations(), ONLY_RETAIL, as_of=None)
    assert lines[0].message == "库中没有数据"


@pytest.mark.parametrize(
    ("text", "kernel"),
    [
        ('{"argv": ["/other/bin/python3", "-m"], "display_name": "x"}', "/other/bin/python3"),
        ('{"argv": ["python3"], "env": {"PYTHONHOME": "/nowhere"}}', "kernel.json"),
        ('{"argv": ["python3"', "kernel.json"),
        ('{"argv": []}', "kernel.json"),
        ("[]", "kernel.json"),
        (None, "python"),
    ],
)
def test_whose_kernel_comes_first_is_told(national, tmp_path, monkeypatch, text, kernel):
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    if text is not None:
        (tmp_path / "kernels" / "python3").mkdir(parents=True)
        (tmp_path / "kernels" / "python3" / "kernel.json").write_text(text)
    assert Path(survey(national).kernels["python3"]).name.startswith(Path(kernel).name)


def test_a_survey_of_a_real_workspace(national, tmp_path):
    stray = national.processed / "observations" / "region=100000" / "stray.parquet"
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        "pandas==0.0.1 \\\n    --hash=sha256:00\nno-such-package==1.0\n"
        "winonly==2.0 ; sys_platform == 'win32' \\\n",
        encoding="utf-8",
    )
    stray.touch()
    try:
        with FileLock(national.processed / ".store.lock"):
            found = survey(national, lock)
    finally:
        stray.unlink()
    assert found.store_busy
    assert found.stray_parts == ("observations/region=100000/stray.parquet",)
    assert (found.lost_sources, found.stray_reports, found.missing_fonts) == ((), (), ())
    assert "python3" in found.kernels
    assert [name for name, _, _ in found.packages] == ["pandas", "no-such-package"]
    after = survey(national)
    assert (after.store_busy, after.stray_parts, after.packages) == (False, (), ())
    known = VintageStore(national.processed).as_of(dt.date(2024, 10, 20))
    lines = diagnose(after, known, load_catalogue(national), as_of=dt.date(2024, 10, 20))
    assert "社会消费品零售总额2024年9月的数应于 10-16 公布，库中尚无" in {
        item.message for item in lines
    }
