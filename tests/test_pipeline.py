"""The whole path on real figures: raw files in, verdicts out, and what each day knew."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import lianhu_analysis
from lianhu_analysis import pipeline
from lianhu_analysis.catalog.indicators import load_catalogue
from lianhu_analysis.errors import ForecastError, UsageError
from lianhu_analysis.intake.ingest import unread_files
from lianhu_analysis.intake.new_workspace import create_workspace
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.pipeline import answers
from lianhu_analysis.pipeline.session import Session
from lianhu_analysis.render import listing
from lianhu_analysis.workspace import load_workspace
from tests.conftest import ROOT, copy_workspace

OCTOBER_2024 = dt.date(2024, 10, 31)


def gdp(national, year, as_of):
    return Session(national, as_of).assess(year).verdict("gdp.total")


def test_every_national_fact_is_in_the_store(national):
    store = VintageStore(national.processed)
    assert sum(entry.observations for entry in store.ledger().values()) == 1412
    assert store.last_published() == dt.date(2026, 4, 30)


def test_2024_as_of_october_by_hand(national):
    verdict = gdp(national, 2024, OCTOBER_2024)
    assert (verdict.target.value, verdict.actual, str(verdict.actual_period)) == (
        5.0,
        4.8,
        "2024Q3",
    )
    # Levels first published in 2023: 913,027 to the third quarter, 1,260,582 for the year.
    assert verdict.required.value == pytest.approx(5.5254, abs=5e-5)
    assert (verdict.required.low, verdict.required.high) == (
        pytest.approx(5.394, abs=5e-4),
        pytest.approx(5.657, abs=5e-4),
    )
    assert verdict.required.span == "2024Q4"
    assert verdict.benchmark == {"persistence": 4.8}
    assert verdict.status == "ok"
    assert 0 < verdict.probability < verdict.probability_about < 1
    assert len(verdict.draws.values) == 10_000


def test_2023_as_of_october_agrees_with_the_bureau(national):
    verdict = gdp(national, 2023, dt.date(2023, 10, 31))
    assert round(verdict.required.value, 2) == 4.49
    assert (round(verdict.required.low, 2), round(verdict.required.high, 2)) == (4.36, 4.62)


def test_shares_of_2025_never_mix_census_bases(national):
    # 2024 to Q3 is on the old base and the year on the new one: 2023 stands in.
    required = gdp(national, 2025, dt.date(2025, 10, 31)).required
    assert (required.share.basis, required.share.year) == ("earlier", 2023)
    mixed = (5.0 - 949_746 / 1_349_084 * 5.2) / (1 - 949_746 / 1_349_084)
    assert abs(required.value - mixed) > 0.02


def test_the_first_half_of_2022_weighs_by_the_levels_of_2021(national):
    # First published 2021: 532,167 to June and 1,143,670 for the year; growth to June 2.5, target 5.5.
    required = gdp(national, 2022, dt.date(2022, 7, 31)).required
    share = 532_167 / 1_143_670
    assert required.value == pytest.approx((5.5 - share * 2.5) / (1 - share))
    assert required.share.basis == "own"
    # The first quarter of 2020 was not published: nothing is invented.
    refused = gdp(national, 2021, dt.date(2021, 4, 30)).required
    assert refused.value is None
    assert "累计绝对额" in refused.reason


def test_2022_was_given_up_and_2021_was_safe(national):
    assert gdp(national, 2022, dt.date(2022, 10, 31)).probability_about < 0.05
    assert gdp(national, 2021, dt.date(2021, 10, 31)).probability > 0.95


def test_a_later_vintage_never_changes_an_earlier_answer(national, tmp_path):
    poisoned = copy_workspace(ROOT / "examples" / "national", tmp_path / "poisoned")
    for file in poisoned.glob("data/raw/*/*.csv"):
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
        known = frame["published"].where(frame["published"] != "", "0000")
        late = (known > "2024-10-31") | (
            (frame["published"] == "") & (frame["period"].str[:4] >= "2025")
        )
        frame.loc[late & (frame["measure"] == "yoy"), "value"] = "6.1"
        frame.to_csv(file, index=False)
    space = load_workspace(poisoned)
    pipeline.ingest(space)
    honest, other = (gdp(item, 2024, OCTOBER_2024) for item in (national, space))
    assert np.array_equal(honest.draws.values, other.draws.values)
    assert honest.required.value == other.required.value
    # Negative control: after the poison is published it does show.
    after = dt.date(2025, 1, 31)
    assert gdp(national, 2024, after).actual == 5.0
    assert gdp(space, 2024, after).actual == 6.1


def test_the_outcome_is_known_once_it_is_published(national):
    verdict = gdp(national, 2024, dt.date(2025, 1, 17))
    assert (verdict.status, verdict.actual, verdict.probability) == ("reached", 5.0, 1.0)
    assert gdp(national, 2024, dt.date(2025, 1, 16)).status == "ok"


def test_defaults_come_from_the_store_and_not_from_the_clock(national):
    assessment = Session(national).assess()
    assert assessment.as_of == dt.date(2026, 4, 30)
    assert assessment.year == 2025
    plan = pipeline.plan_report(Session(national), "", {})
    assert str(plan.period) == "2025Q4"  # 2026Q1 is known, but 2026 has no target


def test_a_past_quarters_report_knows_what_was_known_then(national):
    plan = pipeline.plan_report(Session(national), "2024Q3", {})
    assert plan.as_of == OCTOBER_2024
    assert plan.name == "100000-2024Q3-2024-10-31"


@pytest.mark.parametrize(
    ("quarter", "day", "parameters", "fault"),
    [
        ("2024Q5", None, {}, "'2024Q5' 不是季度"),
        ("2024", None, {}, "'2024' 不是季度"),
        ("三季度", None, {}, "'三季度' 不是季度"),
        ("2031Q1", None, {}, "没有 2031Q1 的地区生产总值"),
        ("2025Q4", dt.date(2025, 12, 1), {}, "没有 2025Q4 的地区生产总值"),
        ("2024Q3", dt.date(2024, 10, 1), {}, "没有 2024Q3 的地区生产总值"),
        ("2024Q3", None, {"colour": "red"}, "没有参数 colour"),
        ("2024Q3", None, {"quarter": "2023Q1"}, "由命令行的选项给出"),
    ],
)
def test_a_report_that_cannot_be_made_is_refused_before_any_work(
    national, quarter, day, parameters, fault
):
    with pytest.raises(UsageError, match=fault):
        pipeline.plan_report(Session(national, day), quarter, parameters)


def test_nothing_is_judged_of_a_year_without_targets(national):
    assert Session(national).assess(1999).verdicts == ()
    years = Session(national).target_years
    assert years == sorted(years)
    assert {2021, 2022, 2023, 2024, 2025} <= set(years)


def test_the_document_carries_the_contracts_fields(national):
    content = answers.describe_forecast(Session(national, OCTOBER_2024), 2024)
    assert content["region"] == "100000"
    assert content["provenance"] == "official"
    # The nation has one target a year.
    assert content["joint_probability"] is None
    assert "不足两项" in content["joint_reason"]
    lines = listing.forecast_lines(content)
    assert "全国2024年目标，截至 2024-10-31" in lines[0]
    assert any("5.53" in line for line in lines)


def test_an_empty_workspace_works_at_once(empty):
    assert answers.describe_catalogue(Session(empty))["summary"].endswith("目标 0 项")
    assert pipeline.ingest(empty) == ()
    content = answers.describe_forecast(Session(empty), None)
    assert content["as_of"] is None
    assert listing.forecast_lines(content) == [listing.NO_DATA]
    with pytest.raises(UsageError, match="还没有可用的数据"):
        pipeline.plan_report(Session(empty), "2024Q3", {})


def test_a_filled_template_lands_as_figures(empty):
    from openpyxl import load_workbook

    book = load_workbook(empty.root / "月报模板.xlsx")
    for row, (month, total, growth) in zip(
        (4, 5, 6), ((3.1, 30.2, 5.5), (10.0, 95.5, 4.1), (7, 70, "—")), strict=True
    ):
        for column, value in zip("CDE", (month, total, growth), strict=True):
            book.active[f"{column}{row}"] = value
    book.save(empty.raw / "来文" / "忘填日期.xlsx")
    (forgotten,) = pipeline.ingest(empty)
    assert forgotten.status == "quarantined"
    assert "2024-10-22" in forgotten.problems[0].message + forgotten.problems[0].remedy
    (empty.raw / "来文" / "忘填日期.xlsx").unlink()
    book.active["A2"] = "发布日期：2024-10-22"
    book.save(empty.raw / "来文" / "2024年9月.xlsx")
    (result,) = pipeline.ingest(empty)
    assert (result.status, result.problems) == ("read", ())
    shown = answers.show_indicator(Session(empty), "fis.revenue.gpb")
    by_key = {(row["measure"], row["span"]): row for row in shown["observations"]}
    assert by_key["level", "ytd"]["value"] == 30.2
    assert by_key["yoy", "ytd"]["value"] == 5.5
    assert by_key["level", "ytd"]["period"] == "2024-09"
    assert by_key["level", "ytd"]["published"] == "2024-10-22"
    assert by_key["level", "ytd"]["cell"] == "D4"
    output = answers.show_indicator(Session(empty), "ind.output_above")
    growth = next(row for row in output["observations"] if row["measure"] == "yoy")
    assert growth["value"] is None
    assert growth["status"] != "ok"


def test_files_that_the_store_does_not_hold_are_named(tmp_path):
    space = load_workspace(copy_workspace(ROOT / "examples" / "national", tmp_path / "space"))
    assert len(unread_files(space)) == 4
    pipeline.ingest(space)
    assert unread_files(space) == ()
    first, second, *_ = sorted(space.raw.glob("*/*.csv"))
    first.write_text(first.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    second.unlink()
    reasons = dict(unread_files(space))
    assert "改动" in reasons[space.relative(first)]
    assert "不在了" in reasons[space.relative(second)]


def test_files_that_would_be_read_otherwise_by_now_are_named_once(tmp_path):
    space = load_workspace(copy_workspace(ROOT / "examples" / "national", tmp_path / "space"))
    pipeline.ingest(space)
    said = space.raw / "nbs_first" / "delivery.toml"
    whole = said.read_text(encoding="utf-8")
    for text in (whole.replace('"official"', '"second_hand"'), "unknown = 1"):
        said.write_text(text, encoding="utf-8")
        ((path, reason),) = unread_files(space)
        assert (path, "读法" in reason) == ("data/raw/nbs_first/nbs_first.csv", True)
    said.write_text(whole, encoding="utf-8")
    assert unread_files(space) == ()
    listed = space.root / "indicators.csv"
    changed = listed.read_text(encoding="utf-8").replace("国内生产总值", "国民生产总值", 1)
    listed.write_text(changed, encoding="utf-8")
    ((_, reason),) = unread_files(space)
    assert "这样的文件有 4 个" in reason
    pipeline.ingest(space)
    assert unread_files(space) == ()


def test_a_workspace_is_never_overwritten(empty):
    with pytest.raises(UsageError, match="已经是工作区"):
        create_workspace(empty.root, "某区", "610199")
    with pytest.raises(UsageError, match="六位行政区划代码"):
        create_workspace(empty.root / "sub", "某区", "61")


def test_facts_are_shown_and_feed_no_forecast(tmp_path):
    space = load_workspace(copy_workspace(ROOT, tmp_path / "lianhu"))
    pipeline.ingest(space, [space.raw / "published_facts"])
    content = answers.describe_forecast(Session(space, dt.date(2025, 12, 31)), 2024)
    assert content["provenance"] == "none"
    assert {item["status"] for item in content["targets"]} == {"refused"}
    shown = answers.show_indicator(Session(space, dt.date(2025, 12, 31)), "gdp.total")
    provenances = {row["period"]: row["provenance"] for row in shown["observations"]}
    assert provenances["2023"] == "published_fact"
    assert provenances["2024"] == "second_hand"


def test_the_growth_model_comes_as_statsmodels_results(national):
    result = lianhu_analysis.model("inv.fai.yoy", str(national.root), "2024-10-31")
    assert "ratio.level" in str(result.summary())
    # Eleven months a year: the mean, the level, growth to date, eleven noises, eleven periods
    # and the festival.
    assert result.smoothed_state.shape[0] == 4 + 2 * 11
    assert result.model.loglike(result.params) == pytest.approx(result.llf)
    grown = set(VintageStore(national.processed).as_of(None).query("measure == 'yoy'")["indicator"])
    silent = next(item.code for item in load_catalogue(national) if item.code not in grown)
    with pytest.raises(ForecastError, match="没有公布的增速"):
        lianhu_analysis.model(silent, str(national.root))


def test_what_the_checks_doubt_is_marked_for_the_models(national):
    day = dt.date(2024, 10, 31)
    session = Session(national, day)
    known, versions = session.assured, session.versions
    doubts = [item for item in known.findings if item.severity in ("Severe", "Bad")]
    marked = versions[versions["doubted"]]
    assert set(marked["indicator"]) <= {item.indicator for item in doubts}
    assert not marked.empty
    assert not versions["doubted"].all()


def test_an_amount_above_the_citys_is_named_by_check_as_it_is_withheld(empty):
    config = empty.root / "lianhu.toml"
    above = '\n[[parents]]\ncode = "610100"\nname_zh = "西安市"\n'
    config.write_text(config.read_text(encoding="utf-8") + above, encoding="utf-8")
    head = "region,indicator,measure,span,period,value,unit,published\n"
    rows = [
        f"{code},csm.retail.total,level,ytd,{year}-{month:02d},{size * month},亿元,{year}-12-31\n"
        for code, size in (("610199", 40), ("610100", 30))
        for year in (2022, 2023)
        for month in range(2, 12)
    ]
    folder = empty.raw / "统计局"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text(head + "".join(rows), encoding="utf-8")
    (folder / "delivery.toml").write_text('provenance = "official"\n', encoding="utf-8")
    space = load_workspace(empty.root)
    pipeline.ingest(space)
    told = [found for found in answers.check(Session(space)) if found.severity == "Error"]
    assert {found.rule for found in told} == {"exceeds_region_above"}
    assert {found.region for found in told} == {"610199"}
