"""The tables that notebooks show say what the session's frames say.

nbval runs every notebook; since none is committed with outputs, it compares no number.
"""

import ast
import datetime as dt
import io
import json
import re

import pandas as pd
import pytest

import lianhu_analysis as lh
from lianhu_analysis import pipeline
from lianhu_analysis.pipeline import open_review
from lianhu_analysis.render.tables import Html
from tests.conftest import ROOT
from tests.intake.sheets import workbook_bytes


def shown_by(notebook: str, **parameters: object) -> list[object]:
    """Run the code of a notebook with these parameters; return what its cells show."""
    names, shown = dict(parameters), []
    content = (ROOT / "notebooks" / "explore" / f"{notebook}.ipynb").read_text(encoding="utf-8")
    for cell in json.loads(content)["cells"]:
        if cell["cell_type"] != "code" or "parameters" in cell["metadata"].get("tags", ()):
            continue
        *before, last = ast.parse("".join(cell["source"])).body
        assert isinstance(last, ast.Expr)
        exec(compile(ast.Module(before, []), notebook, "exec"), names)
        shown.append(eval(compile(ast.Expression(last.value), notebook, "eval"), names))
    return shown


def tables_of(shown: list[object]) -> list[pd.DataFrame]:
    pages = [item._repr_html_() for item in shown if isinstance(item, Html)]
    return [
        table
        for page in pages
        if "<table" in page
        for table in pd.read_html(io.StringIO(page), flavor="lxml", keep_default_na=False)
    ]


def searched(item: object) -> list[list[str]]:
    """Return the rows of a table with a search box: they stand in its program as JSON."""
    found = re.search(r'"data_json": ("(?:[^"\\]|\\.)*")', item.data)  # type: ignore[attr-defined]
    return json.loads(json.loads(found[1]))


def agrees(table: pd.DataFrame, frame: pd.DataFrame, columns: dict[str, str]) -> int:
    """Assert that each column shows a column of the frame, to two decimals; return its rows."""
    assert len(table) == len(frame)
    for shown, name in columns.items():
        for cell, value in zip(table[shown], frame[name], strict=True):
            if pd.isna(value) or value == "":
                assert cell == "—", (shown, cell)
            elif isinstance(value, str | bool):
                assert cell == {True: "是", False: "否"}.get(value, value), (shown, cell)
            else:
                assert float(cell) == pytest.approx(value, abs=0.0051), (shown, cell)
    return len(table)


def printed(values: pd.Series, digits: int, unit: str = "") -> list[str]:
    return ["—" if pd.isna(value) else f"{value:.{digits}f}{unit}" for value in values]


def test_the_notebook_of_targets(national):
    day = "2024-10-31"
    shown = shown_by("targets", workspace=str(national.root), as_of=day)
    verdicts, paths, *_ = tables_of(shown)
    frame = lh.open(str(national.root), day).verdicts(2024)
    assert list(verdicts["目标"]) == list(frame["title_zh"])
    # What is published, and what remains by hand: (5 - 0.7243 * 4.8) / 0.2757.
    assert list(verdicts["累计"]) == printed(frame["actual"], 1, "%") == ["4.8%"]
    assert list(verdicts["剩余时期需"]) == printed(frame["required"], 2, "%") == ["5.53%"]
    bounds = zip(*(printed(frame[name], 1) for name in ("mean", "q0.1", "q0.9")), strict=True)
    assert list(verdicts["预测全年（可能区间）"]) == [
        f"{m}（{low}～{high}）" for m, low, high in bounds
    ]
    chances = zip(
        printed(100 * frame["probability_about"], 0, "%"),
        printed(100 * frame["probability"], 0, "%"),
        strict=True,
    )
    told = [f"{about}（{plain}）" for about, plain in chances]
    assert list(verdicts["达标概率（不含容差）"]) == told
    assert [float(value) for value in paths["当期须"]] == [round(frame["required"][0], 2)]
    assert [float(value) for value in paths["累计须"]] == list(frame["target"])


@pytest.mark.parametrize("period", ["2023Q4", "2024Q2"])
def test_the_notebook_of_the_comparison(national, period):
    day = "2024-10-31"
    chosen = {"workspace": str(national.root), "as_of": day, "period": period}
    standing, regions = tables_of(shown_by("comparison", **chosen))
    answer = lh.open(str(national.root), day).comparison(period=period).tables
    assert list(standing["指标"]) == list(answer["standing"]["name_zh"])
    assert list(standing["时期"]) == list(answer["standing"]["period"])
    assert list(standing["增速%"]) == printed(answer["standing"]["growth"], 1)
    assert list(regions["地区"]) == list(answer["regions"]["region_zh"])
    said = [float(value) for value in regions["增速%"]]
    assert said == pytest.approx(list(answer["regions"]["growth"]))
    assert len(said) >= 3


def test_the_notebook_to_start_with(national):
    day = "2024-10-31"
    (verdicts,) = tables_of(shown_by("../00_start_here", workspace=str(national.root), as_of=day))
    frame = lh.open(str(national.root), day).verdicts(2024)
    assert list(verdicts["累计"]) == printed(frame["actual"], 1, "%") == ["4.8%"]
    assert list(verdicts["剩余时期需"]) == printed(frame["required"], 2, "%") == ["5.53%"]


def test_the_notebook_of_contributions(national):
    chosen = {"workspace": str(national.root), "as_of": "2024-10-31", "period": "2023Q4"}
    (table,) = tables_of(shown_by("contributions", **chosen))
    frame = (
        lh.open(str(national.root), "2024-10-31").contributions("2023Q4").tables["contributions"]
    )
    columns = {"指标": "name_zh", "时期": "period", "增速%": "growth", "比重%": "weight_pct"}
    columns |= {
        "拉动点": "points",
        "最低": "low",
        "最高": "high",
        "贡献率%": "share",
        "较上期": "change",
    }
    assert agrees(table, frame, columns) >= 18
    # 2023 as first published: 5.2, after 5.2 in the first three quarters.
    assert [float(table[name][0]) for name in ("增速%", "拉动点", "上期")] == [5.2, 5.2, 5.2]


def test_the_notebook_of_the_monitor(national):
    chosen = {"workspace": str(national.root), "as_of": "2024-10-31"}
    core, targets, areas, focus, falls, anomalies = tables_of(shown_by("monitor_41", **chosen))
    told = lh.open(str(national.root), "2024-10-31").monitor().tables
    columns = {
        "指标": "name_zh",
        "时期": "period",
        "最新": "value",
        "较上期": "change",
        "连落": "run",
    }
    columns |= {
        "计划": "plan",
        "距计划": "distance",
        "达标灯": "target_light",
        "概率": "probability",
    }
    columns |= {"历史位次": "rank", "景气灯": "heat_light"}
    assert agrees(core, told["core"], columns) == 8
    # 4.8 after 5.0 in the first half, of a plan of 5.
    assert [float(core[name][0]) for name in ("最新", "较上期", "距计划")] == [4.8, -0.2, -0.2]
    agrees(focus, told["focus_effective_investment"], columns)
    agrees(falls, told["falls"], columns)
    own = {
        "指标": "name_zh",
        "时期": "period",
        "实际": "actual",
        "计划": "plan",
        "概率": "probability",
    }
    agrees(targets, told["targets"], own)
    counted = {"方面": "area_zh", "项数": "indicators", "可比": "compared", "加快": "faster"}
    agrees(areas, told["areas"], counted | {"回落": "slower", "偏热": "hot", "偏冷": "cold"})
    agrees(anomalies, told["anomalies"], {"指标": "name_zh", "规则": "rule", "内容": "message"})


def test_the_notebook_of_news(national):
    chosen = {
        "workspace": str(national.root),
        "since": "2024-09-30",
        "until": "2024-10-31",
        "target": 0,
    }
    targets, impacts, releases = tables_of(shown_by("news", **chosen))
    session = lh.open(str(national.root), "2024-10-31")
    told = session.news(dt.date(2024, 9, 30)).tables
    columns = {
        "指标": "name_zh",
        "原预测": "old",
        "新预测": "new",
        "修订": "revisions",
        "公布": "releases",
    }
    agrees(
        targets,
        told["targets"],
        columns | {"原概率": "old_probability", "新概率": "new_probability"},
    )
    columns = {"指标": "name_zh", "时期": "period", "预期": "expected", "公布数": "published"}
    agrees(impacts, told["impacts"], columns | {"权重": "weight", "影响": "impact"})
    columns = {"指标": "name_zh", "时期": "period", "通常变动": "usual_change", "年数": "years"}
    agrees(releases, session.calendar().tables["releases"], columns | {"逾期": "overdue"})
    # What was published on 18 October, and that it makes the whole of the change.
    assert float(impacts["公布数"][0]) == 4.8
    parts = targets[["修订", "公布", "重新估计"]].astype(float).sum(axis=1)
    assert float(targets["新预测"][0]) == pytest.approx(
        float(targets["原预测"][0]) + parts[0], abs=0.02
    )


def test_the_notebook_of_scenarios(national):
    chosen = {"workspace": str(national.root), "as_of": "2024-10-31"}
    targets, levers = tables_of(shown_by("scenarios", **chosen, first="gdp.total", rest=7.0))
    session = lh.open(str(national.root), "2024-10-31")
    path = {"indicator": "gdp.total", "rest": 7.0}
    told = session.scenario({"title": "一条", "path": [path]}).tables
    agrees(targets, told["targets"], {"原概率": "chance_before", "情景概率": "chance_after"})
    columns = {"目标": "target_zh", "把握": "goal", "时期": "period", "原预测": "forecast_rest"}
    columns |= {"须为": "rest", "全年": "year_end", "标准差": "stretch", "年数": "history_years"}
    assert agrees(levers, session.levers().tables["levers"], columns) == 2
    # 0.7243 * 4.8 + 0.2757 * 7 = 5.41.
    assert told["paths"]["year_end"][0] == pytest.approx(5.41, abs=0.005)


def test_the_notebook_of_one_indicator(national):
    chosen = {"workspace": str(national.root), "as_of": "2024-10-31", "period": ""}
    (card,) = tables_of(shown_by("indicator", **chosen, code="gdp.total"))
    said = dict(zip(card["项目"], card["内容"], strict=True))
    assert (said["代码"], said["单位"], said["频率"]) == ("gdp.total", "亿元", "季")
    rows = searched(shown_by("indicator", **chosen, code="gdp.total")[2])
    frame = lh.open(str(national.root), "2024-10-31").assured.frame
    own = frame[frame["indicator"].eq("gdp.total") & frame["region"].eq("100000")]
    assert len(rows) == len(own) > 70
    assert any("2024Q3" in row and "4.8" in map(str, row) for row in rows)


def test_the_notebook_of_the_models(national):
    chosen = {
        "workspace": str(national.root),
        "as_of": "2024-10-31",
        "indicator": "",
        "position": "",
    }
    came_true, scores = tables_of(shown_by("model_review", **chosen))
    past = open_review(str(national.root), "2024-10-31").backtest
    own = past[past["model"].eq("combination") & past["met"].notna() & ~past["again"]]
    for said, counted in zip(came_true["说的概率"], came_true["回测：成真／次数"], strict=True):
        low, high = (float(end.rstrip("%")) / 100 for end in said.split("～"))
        printed_as = (100 * own["probability"]).round() / 100
        inside = own[printed_as.ge(low) & (printed_as.lt(high) | (high == 1))]
        assert counted == f"{inside['met'].sum():.0f}／{len(inside)}"
    announced = own[own["event"].eq("announced")]
    brier = (announced["probability"] - announced["met"]).pow(2).mean()
    first = scores.iloc[0]
    assert [first[name] for name in ("模型", "事件", "范围")] == ["组合", "公布的目标", "全部年份"]
    assert float(first["Brier"]) == pytest.approx(brier, abs=0.0006)
    assert (int(first["预测"]), int(first["实现"])) == (len(announced), announced["met"].sum())


LEDGERS = """
[地块]
地块编号,面积,标准地,阶段,供应日,亩均产出
甲1,12.5,是,已供,2024-03-05,300
甲2,30.25,否,已供,2024-09-30,100
甲3,40,否,储备,,
[项目]
项目编号,项目名称,类别,阶段,储备项目,截至月,总投资,本年计划投资,本年完成投资
P1,项目一,其他,在建,否,2024-09,20,10,6
P2,项目二,保交楼,在建,否,2024-09,8,4,4
[风险]
风险编号,类别,发现日,上报日,处置日,办结日,应办结日
R1,安全生产,2024-02-01,2024-02-02,2024-02-05,2024-02-20,2024-03-01
R2,安全生产,2024-06-01,2024-06-01,,,2024-07-01
[治理]
事项编号,渠道,受理日,应答复日,答复日
G1,信访,2024-05-01,2024-05-15,2024-05-11
G2,信访,2024-05-02,2024-05-16,2024-05-22
"""


def test_the_notebooks_of_the_sister_mechanisms(empty):
    folder = empty.root / "data" / "raw" / "2024-10-08_台账"
    folder.mkdir(parents=True)
    (folder / "delivery.toml").write_text("published = 2024-10-08\n", encoding="utf-8")
    for part in LEDGERS.strip().split("\n["):
        name, rows = part.lstrip("[").split("]\n", 1)
        (folder / f"{name}.csv").write_text(f"{rows}\n", encoding="utf-8")
    assert {result.status for result in pipeline.ingest(empty)} == {"read"}
    chosen = {"workspace": str(empty.root), "as_of": "2024-10-31"}
    shown = tables_of(shown_by("land_and_projects", **chosen))
    targets, projects, parcels, stages, sums = shown
    assert targets.empty and sums.empty
    # Three quarters of the year are gone: 7.5 and 3 were due.
    columns = ["编号", "本年计划", "本年完成", "完成%", "序时进度%", "差额"]
    assert projects[columns].to_numpy().tolist() == [
        ["P1", 10.0, 6.0, 60.0, 75.0, 1.5],
        ["P2", 4.0, 4.0, 100.0, 75.0, -1.0],
    ]
    columns = ["编号", "面积", "亩均产出", "位次", "后四分之一"]
    assert parcels[columns].to_numpy().tolist() == [
        ["甲1", 12.5, 300.0, 1, "否"],
        ["甲2", 30.25, 100.0, 2, "否"],
    ]
    assert stages.to_numpy().tolist() == [["储备", 1, 40.0], ["已供", 2, 42.75]]
    funnel, overdue, response, sums = tables_of(shown_by("risk_and_governance", **chosen))
    assert funnel.iloc[0].tolist() == ["安全生产", 2, 2, 1, 1, 1]
    # From 1 July to 8 October, the day of the ledger.
    assert overdue[["编号", "逾期天数", "已到"]].to_numpy().tolist() == [["R2", 99, "上报"]]
    # Answered after 10 and 20 days of 14 allowed.
    assert response.iloc[0].tolist() == ["信访", 2, 2, 2, 1, 15.0, 50.0]
    assert sums.empty


def test_the_notebook_of_data_quality(national):
    chosen = {"workspace": str(national.root), "as_of": "2024-10-31", "months": 36}
    overview, _, findings, gaps, _ = shown_by("data_quality", **chosen)
    assured = lh.open(str(national.root), "2024-10-31").assured
    assert f"{assured.frame['value'].notna().sum():,} 个已公布的数字" in overview
    assert [row[2] for row in searched(findings)] == [item.message for item in assured.findings]
    rules = [item.rule for item in assured.findings]
    assert len(searched(gaps)) == sum(rule in ("gap", "coverage_shrank") for rule in rules) > 0


def test_the_notebook_of_the_intake(empty):
    folder = empty.root / "data" / "raw" / "2024-10-22_统计局"
    folder.mkdir(parents=True)
    rows = [
        ["某区2024年9月主要指标", None, None],
        ["指标名称", "单位", "1-9月累计"],
        ["社会消费品零售总额", "亿元", 123.4],
        ["地区生产总值", None, 567.8],
    ]
    (folder / "月报.xlsx").write_bytes(workbook_bytes({"综合": rows}))
    chosen = {"workspace": str(empty.root), "file": "", "cell": "综合!C3"}
    shown = shown_by("intake", **chosen)
    assert "读入 1 个数，1 张表；1 个问题，0 处不收" in shown[0]
    block, refusals = tables_of(shown)
    assert "123.4" in block.astype(str).to_numpy() and "567.8" in block.astype(str).to_numpy()
    assert refusals.iloc[0, :2].tolist() == ["要改", 1] and "C4" in refusals.iloc[0, 2]
    assert "社会消费品零售总额" in shown[3] and "2024-09" in shown[3]
