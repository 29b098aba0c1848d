import csv
import dataclasses
import json
import shutil
import sys

import openpyxl
import pandas as pd
import pytest

from lianhu_analysis import __version__, cli, pipeline
from lianhu_analysis.errors import LianhuError
from lianhu_analysis.pipeline import answers
from lianhu_analysis.render.lab import lab_command
from lianhu_analysis.render.tables import NO_DATA
from lianhu_analysis.workspace import load_workspace
from tests.conftest import ROOT, copy_workspace


@pytest.fixture
def run(capfd):
    def call(*arguments):
        with pytest.raises(SystemExit) as stopped:
            cli.main([str(argument) for argument in arguments])
        sys.stderr.flush()
        out, err = capfd.readouterr()
        return stopped.value.code, out, err.replace("\n", "")

    return call


@pytest.fixture
def space(tmp_path):
    return load_workspace(copy_workspace(ROOT / "examples" / "national", tmp_path / "space"))


def deliver(space, name, content=b""):
    folder = space.raw / "new"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)


def test_version_and_help(run):
    assert run("--version") == (0, f"lianhu {__version__}\n", "")
    code, out, _ = run("--help")
    assert code == 0
    assert all(
        name in out for name in ("init", "catalog", "ingest", "show", "forecast", "report", "lab")
    )


def test_the_workspace_may_be_named_before_or_after_the_command(run, national):
    before = run(
        "--workspace", national.root, "show", "gdp.total", "--as-of", "2024-10-31", "--json"
    )
    after = run(
        "show", "gdp.total", "--workspace", national.root, "--as-of", "2024-10-31", "--json"
    )
    assert before == after
    assert before[0] == 0


def test_show_prints_the_contracts_fields(run, national):
    code, out, _ = run(
        "show", "gdp.total", "--workspace", national.root, "--as-of", "2024-10-31", "--json"
    )
    content = json.loads(out)
    assert code == 0
    assert (content["indicator"], content["region"], content["as_of"]) == (
        "gdp.total",
        "100000",
        "2024-10-31",
    )
    row = next(
        row
        for row in content["observations"]
        if (row["measure"], row["period"]) == ("yoy", "2024Q3")
    )
    assert (row["value"], row["span"], row["unit"], row["token"]) == (4.8, "ytd", "%", "4.8")
    assert row["published"] == "2024-10-18"
    assert row["source"].startswith("data/raw/nbs_first/nbs_first.csv | 国家统计局")
    assert row["cell"]
    assert row["status"] == "ok"


def test_forecast_as_the_issue_calls_it(run, national):
    arguments = ("forecast", "--year", "2024", "--as-of", "2024-10-31")
    code, out, _ = run("--workspace", national.root, *arguments, "--json")
    (target,) = json.loads(out)["targets"]
    assert code == 0
    assert (target["target"], target["actual"], target["actual_period"]) == (5.0, 4.8, "2024Q3")
    assert round(target["required"], 2) == 5.53
    assert target["benchmark"] == {"persistence": 4.8}
    assert run("--workspace", national.root, *arguments)[1].startswith("全国2024年目标")


def test_backtest_lists_every_cell_and_is_computed_once(run, national):
    arguments = ("backtest", "--workspace", national.root, "--as-of", "2023-12-31")
    code, out, _ = run(*arguments, "--from", "2015", "--to", "2022", "--json")
    content = json.loads(out)
    assert code == 0
    assert content["years"] == list(range(2015, 2023))
    combined = [cell for cell in content["cells"] if cell["model"] == "combination"]
    # Four positions, with and without the outlier years; what loses is said again.
    assert len([cell for cell in combined if cell["indicator"] == "gdp.total"]) == 8
    assert content["losing"] == [cell for cell in combined if cell["loses"]]
    assert {row["scope"] for row in content["events"]} == {"all", "without_outliers"}
    (cached,) = (national.processed / "backtest").glob("*.parquet")
    before = cached.stat().st_mtime_ns
    lines = run(*arguments)[1]
    assert cached.stat().st_mtime_ns == before
    assert lines.startswith("全国回测 ")
    assert "组合输给基准的格子" in lines
    code, _, err = run(*arguments, "--from", "2023", "--to", "2022")
    assert code == 2
    assert "晚于" in err


def test_forecast_says_how_often_such_percentages_came_true(run, national):
    arguments = ("forecast", "--year", "2024", "--as-of", "2024-10-31")
    _, out, _ = run("--workspace", national.root, *arguments, "--json")
    (target,) = json.loads(out)["targets"]
    assert sum(target["weights"].values()) == pytest.approx(1.0)
    assert 0 <= target["track"]["came_true"] <= target["track"]["n"]
    assert target["track"]["enough"] is False
    assert "说不清" in run("--workspace", national.root, *arguments)[1]


def test_catalog_lists_indicators_and_targets(run):
    code, out, err = run("catalog", "--workspace", ROOT, "--json")
    content = json.loads(out)
    assert code == 0
    assert len(content["indicators"]) == 228
    assert len(content["targets"]) == 12
    assert {"code", "tier", "name_zh"} <= set(content["indicators"][0])
    assert content["proposal"] is True
    code, out, err = run("catalog", "gdp.total", "--workspace", ROOT)
    assert out.startswith("gdp.total")
    assert "建议稿" in err


def test_ingest_says_per_file_what_became_of_it(run, space):
    deliver(space, "空.csv")
    deliver(space, "文字.xlsx", "这不是工作簿".encode())
    code, out, err = run("ingest", "--workspace", space.root, "--json")
    files = {file["path"]: file for file in json.loads(out)["files"]}
    assert code == 1
    assert files["data/raw/nbs_first/nbs_first.csv"]["status"] == "read"
    for name in ("空.csv", "文字.xlsx"):
        file = files[f"data/raw/new/{name}"]
        assert (file["status"], file["observations"]) == ("quarantined", 0)
        assert file["problems"][0]["message"]
        assert file["problems"][0]["remedy"]
        assert name in err
    # Again: nothing to do, and what is quarantined is still said.
    code, out, _ = run("ingest", "--workspace", space.root, "--json")
    again = {file["path"]: file["status"] for file in json.loads(out)["files"]}
    assert code == 1
    assert again["data/raw/nbs_first/nbs_first.csv"] == "unchanged"


@pytest.mark.skipif(sys.platform == "win32", reason="no such names on Windows")
def test_no_name_steers_the_terminal(run, space):
    deliver(space, "\x1b[2J[red]\n已读入\u202e.csv")
    code, out, err = run("ingest", "--workspace", space.root)
    assert code == 1
    for text in (out, err):
        assert r"\u001b[2J[red]\n已读入\u202e.csv" in text
        assert "\x1b" not in text and "\u202e" not in text
    _, out, _ = run("ingest", "--workspace", space.root, "--json")
    paths = [file["path"] for file in json.loads(out)["files"]]
    assert "data/raw/new/\x1b[2J[red]\n已读入\u202e.csv" in paths


def test_simulated_deliveries_raise_no_alarm(run, space):
    header = "indicator,measure,span,period,value,unit,published"
    rows = ["gdp.total,yoy,ytd,2024Q1,5.3,%,2024-04-20"] + ["gdp.totl,yoy,ytd,2024Q1,5,%,"] * 4
    for number in range(13):
        deliver(space, f"{number}.csv", "\n".join([header, *rows]).encode())
    code, out, err = run("ingest", "--workspace", space.root)
    assert (code, err.count("gdp.totl")) == (1, 13)
    deliver(space, "delivery.toml", b'provenance = "simulated"')
    code, out, err = run("ingest", "--workspace", space.root)
    assert code == 0
    assert "已读入  data/raw/new/  13 个文件，13 条" in out
    assert [line for line in err.splitlines() if line] == [
        "52 处没有采用，不必处理（不在指标目录中，或是模拟数据）；lianhu ingest --all 列出全部"
    ]
    code, out, err = run("ingest", "--workspace", space.root, "--all")
    assert (code, out.count("data/raw/new/"), err.count("gdp.totl")) == (0, 13, 52)


def test_peers_are_shown_and_never_forecast(run, space):
    run("ingest", "--workspace", space.root)
    _, alone, _ = run("forecast", "--workspace", space.root, "--json")
    config = space.root / "lianhu.toml"
    text = '\n[[peers]]\ncode = "610104"\nname_zh = "莲湖区"\n'
    config.write_text(config.read_text(encoding="utf-8") + text, encoding="utf-8")
    header = "region,indicator,measure,span,period,value,unit,published"
    row = "610104,gdp.total,yoy,ytd,2024Q3,45,%,2030-01-01"
    deliver(space, "peer.csv", f"{header}\n{row}\n".encode())
    code, _, _ = run("ingest", "--workspace", space.root)
    _, beside, _ = run("forecast", "--workspace", space.root, "--json")
    assert (code, json.loads(beside)) == (0, json.loads(alone))
    _, out, _ = run("show", "gdp.total", "--workspace", space.root)
    assert "2030-01-01" not in out
    _, out, _ = run("show", "gdp.total", "--workspace", space.root, "--region", "610104")
    assert out.count("\n") == 1 and "2030-01-01" in out
    code, _, err = run("show", "gdp.total", "--workspace", space.root, "--region", "610113")
    assert (code, "610104 莲湖区" in err) == (2, True)


def test_a_clean_delivery_is_fine(run, space):
    code, out, _ = run("ingest", "--workspace", space.root)
    assert code == 0
    assert out.count("已读入") == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("report", "2024Q5"), "'2024Q5' 不是季度"),
        (("report", "2024Q3", "-p", "colour=red"), "没有参数 colour"),
        (("report", "2024Q3", "-p", "colour"), "不是 名称=值"),
        (("report", "2024Q3", "--lang", "fr"), "--lang fr"),
        (("report", "2024Q3", "--format", "pdf"), "--format pdf"),
        (("forecast", "--as-of", "31.10.2024"), "'31.10.2024' 不是日期，请写成 2024-10-31"),
        (("forecast", "--as-of", "20241031"), "'20241031' 不是日期"),
        (("forecast", "--as-of", "2024-W44-4"), "'2024-W44-4' 不是日期"),
        (("init", "new", "--code", "６１０１０４"), "不是六位行政区划代码"),
        (("init", "new", "--region", "\udcff"), "不是 UTF-8"),
        (("contributions", "--period", "\udcff"), "\\udcff"),
        (("init", "new", "--region", "区\x07"), "控制字符"),
        (("forecast", "--year", "1999"), "只有 2011"),
        (("show", "gdp.totl"), "gdp.total"),
        (("forecast", "--frist"), "用法有误"),
        (("frobnicate",), "用法有误"),
    ],
)
def test_wrong_use_is_two_and_says_what(run, national, arguments, words):
    def files():
        # What was worked out on the way may be kept: it is no part of an answer.
        return sorted(path for path in national.root.rglob("*") if "past_runs" not in path.parts)

    before = files()
    code, out, err = run("--workspace", national.root, *arguments)
    assert code == 2
    assert words in err
    assert out == ""
    assert files() == before


def test_a_missing_workspace_or_targets_file_is_a_failure_that_names_it(run, space, tmp_path):
    code, out, err = run("--workspace", tmp_path / "nowhere", "forecast")
    assert (code, out) == (3, "")
    assert "不是工作区" in err
    space.targets.unlink()
    before = sorted(space.root.rglob("*"))
    for command in (("forecast",), ("report", "2024Q3"), ("catalog",)):
        code, out, err = run("--workspace", space.root, *command)
        assert (code, out) == (3, "")
        assert "targets.toml" in err
        assert sorted(space.root.rglob("*")) == before


def test_a_folder_that_cannot_be_written_is_a_sentence(monkeypatch, run, national):
    def refuse(*_):
        raise PermissionError(13, "Permission denied", "reports/x.html")

    monkeypatch.setattr(answers, "describe_forecast", refuse)
    code, _, err = run("--workspace", national.root, "forecast")
    assert code == 3
    assert "reports/x.html：Permission denied" in err

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(answers, "describe_forecast", interrupt)
    code, _, err = run("--workspace", national.root, "forecast")
    assert code == 130
    assert "已中断" in err


def test_check_lists_findings_and_revisions(run, national):
    code, out, err = run("--workspace", national.root, "check", "--json")
    findings = json.loads(out)["findings"]
    assert code == 0
    assert {"severity", "rule", "message", "remedy", "cells"} <= set(findings[0])
    code, out, err = run("--workspace", national.root, "check", "--revisions", "--json")
    revised = json.loads(out)["findings"]
    assert any(
        (item["indicator"], item["period"], item["measure"]) == ("gdp.total", "2023Q4", "yoy")
        and [value["value"] for value in item["values"]] == [5.2, 5.4]
        for item in revised
    )
    assert "条" in err
    assert run("--workspace", national.root, "check", "--severity", "Awful")[0] == 2


def test_doctor_says_what_is_overdue(run, national):
    code, out, _ = run("--workspace", national.root, "doctor", "--as-of", "2024-10-31", "--json")
    topics = {item["topic"] for item in json.loads(out)["diagnoses"]}
    assert {"python", "fonts", "kernel", "freshness"} <= topics
    # Retail sales of September 2024 were due on 16 October, and the facts end in August.
    assert code == 0
    assert "社会消费品零售总额" in out
    assert "2024年9月" in out


def test_explain_says_how_a_file_is_read_and_stores_nothing(run, space):
    file = next(space.raw.glob("nbs_first/*.csv"))
    code, out, _ = run("ingest", "--workspace", space.root, "--explain", file)
    assert code == 0
    assert out.strip()
    assert not space.processed.exists()
    code, out, _ = run("ingest", "--workspace", space.root, "--explain", file, "--cell", "E2")
    assert code == 0
    assert out.startswith("E2 ")
    told = run("ingest", "--workspace", space.root, "--explain", file, "--cell", "E2", "--json")
    assert json.loads(told[1])["state"] == "read"


def test_a_cell_is_explained_only_of_a_file(run, space):
    code, _, err = run("ingest", "--workspace", space.root, "--cell", "E2")
    assert code == 2
    assert "--explain" in err


def test_faults_of_a_replacement_catalogue_come_at_once(run, space):
    list_file = space.root / "indicators.csv"
    text = list_file.read_text(encoding="utf-8").replace(",Q,", ",W,")
    list_file.write_text(text, encoding="utf-8")
    code, _, err = run("catalog", "--workspace", space.root)
    assert code == 3
    assert err.count("'W' 不认识") >= 10


def test_init_overwrites_nothing(run, tmp_path):
    (tmp_path / "indicators.csv").write_text("mine", encoding="utf-8")
    code, _, err = run("init", tmp_path, "--region", "某区")
    assert (code, [path.name for path in tmp_path.iterdir()]) == (2, ["indicators.csv"])
    assert "indicators.csv" in err
    assert (tmp_path / "indicators.csv").read_text(encoding="utf-8") == "mine"


def test_a_region_named_like_a_formula_is_text(run, tmp_path):
    assert run("init", tmp_path / "new", "--region", "=1+1")[0] == 0
    sheet = openpyxl.load_workbook(tmp_path / "new" / "月报模板.xlsx").worksheets[0]
    assert (sheet["A1"].data_type, sheet["A1"].value[:4]) == ("s", "=1+1")


def test_init_makes_a_workspace_that_works(run, tmp_path):
    code, _, err = run("init", tmp_path / "碑林", "--region", "碑林区", "--code", "610103")
    assert code == 0
    assert "lianhu.toml" in err
    code, out, _ = run("forecast", "--workspace", tmp_path / "碑林")
    assert (code, out) == (0, f"{NO_DATA}\n")


def test_export_writes_what_is_known_and_keeps_in_the_house_what_is_sensitive(run, space, tmp_path):
    run("ingest", "--workspace", space.root)
    file = tmp_path / "数据.csv"
    code, _, err = run("export", file, "--workspace", space.root, "--as-of", "2010-12-31")
    assert code == 0
    lines = pd.read_csv(file, dtype=str)
    assert f"{len(lines)} 条（截至 2010-12-31）；敏感的 0 条没有导出" in err
    assert lines["PUBLISHED"].max() <= "2010-12-31"
    growth = lines[(lines["INDICATOR"] == "gdp.total") & (lines["MEASURE"] == "yoy")]
    assert growth[["TIME_PERIOD", "OBS_VALUE"]].to_numpy().tolist() == [
        ["2010-Q1", "12.2"],
        ["2010-Q2", "11.4"],
        ["2010-Q3", "10.9"],
    ]
    # Never over a file that is there: it may be the only copy of a delivery.
    before = file.read_bytes()
    code, _, err = run("export", file, "--workspace", space.root)
    assert code == 2
    assert "已经在那里，不会覆盖" in err
    assert file.read_bytes() == before
    listed = space.root / "indicators.csv"
    rows = list(csv.DictReader(listed.read_text(encoding="utf-8").splitlines()))
    rows = [{**row, "sensitive": "yes" if row["code"] == "gdp.total" else ""} for row in rows]
    pd.DataFrame(rows).to_csv(listed, index=False)
    told = {}
    config = space.root / "lianhu.toml"
    for name in ("公开", "全部"):
        assert run("export", tmp_path / f"{name}.csv", "--workspace", space.root)[0] == 0
        text = config.read_text(encoding="utf-8").replace(
            "[report]\n", "[report]\nsensitive = true\n"
        )
        config.write_text(text, encoding="utf-8")
        told[name] = set(pd.read_csv(tmp_path / f"{name}.csv")["INDICATOR"])
    assert told["全部"] - told["公开"] == {"gdp.total"}


def test_lab_opens_jupyter_in_the_workspace_in_chinese(monkeypatch, run):
    seen = {}

    class Done:
        returncode = 0

    def note(command, *, env, check):
        seen.update(command=command, env=env)
        return Done

    monkeypatch.setattr(cli.subprocess, "run", note)
    assert run("lab", "--workspace", ROOT, "--no-browser")[0] == 0
    assert f"--ServerApp.root_dir={ROOT}" in seen["command"]
    assert seen["command"][-1] == "--no-browser"
    assert "lab_settings" in seen["env"]["JUPYTER_CONFIG_PATH"]


def test_an_unexpected_refusal_is_a_failure_without_a_traceback(monkeypatch, run, national):
    def refuse(*_):
        raise LianhuError("说明")

    monkeypatch.setattr(answers, "describe_forecast", refuse)
    code, _, err = run("--workspace", national.root, "forecast")
    assert code == 3
    assert "没有完成：说明" in err
    assert "Traceback" not in err


def test_record_keeps_scores_and_lists(run, space, tmp_path):
    pipeline.ingest(space)
    options = ("record", "--workspace", space.root, "--year", "2024", "--as-of")
    code, out, _ = run(*options, "2024-10-31")
    assert code == 0
    assert "存档 1 项判断" in out
    assert "等待结果 1 项" in out
    code, out, _ = run(*options, "2025-01-31", "--json")
    content = json.loads(out)
    assert code == 0
    assert len(content["scored_now"]) == 1
    assert run(*options, "2024-13-01")[0] == 2
    assert run("record", "--workspace", space.root, "--year", "1999")[0] == 2
    (file,) = space.record.glob("scores/*.json")
    file.write_text("{", encoding="utf-8")
    code, _, err = run(*options, "2025-01-31")
    assert code == 3
    assert file.name in err


def test_monitor_prints_one_page_and_every_table_as_json(run, national):
    here = ("monitor", "--workspace", national.root, "--as-of", "2024-10-31")
    code, out, _ = run(*here, "--json")
    content = json.loads(out)
    assert code == 0
    assert len(content["core"]) + len(content["monitor"]) == 20
    gdp = content["core"][0]
    assert (gdp["code"], gdp["period"], gdp["value"], gdp["change"]) == (
        "gdp.total",
        "2024Q3",
        4.8,
        -0.2,
    )
    assert {"targets", "areas", "heat", "diffusion", "index", "adjusted"} <= set(content)
    assert "农林牧渔业增加值" not in run(*here)[1]
    assert "农林牧渔业增加值" in run(*here, "--all")[1]


def test_ledgers_are_taken_and_mechanisms_answered(run, empty):
    rows = "风险编号,类别,发现日,上报日,应办结日\nR1,债务,2024-09-01,2024-09-02,2024-09-20\nR2,债务,x,,\n"
    folder = empty.raw / "ledgers"
    folder.mkdir()
    (folder / "风险_2024-10-08.csv").write_text(rows, encoding="utf-8")
    code, out, err = run("ingest", "--workspace", empty.root)
    assert code == 1 and "已读入  data/raw/ledgers/风险_2024-10-08.csv  1 条" in out
    assert "C3：风险隐患台账第 3 行“发现日”读不懂 'x'" in err
    code, out, _ = run("mechanisms", "risk", "--workspace", empty.root, "--json")
    content = json.loads(out)
    assert (code, content["sensitive"]) == (0, True)
    assert [row["case"] for row in content["overdue"]] == ["R1"]
    code, out, _ = run("mechanisms", "risk", "--workspace", empty.root)
    assert code == 0 and "R1" in out and "敏感台账" in out and "None" not in out
    code, out, _ = run("mechanisms", "land", "--workspace", empty.root)
    assert code == 0 and "没有这些台账，说不出：地块、重点项目" in out


def test_a_ledger_of_later_is_not_known_on_the_day_of_the_last_figure(run, space):
    folder = space.raw / "ledgers"
    folder.mkdir()
    rows = "风险编号,类别,发现日,上报日,应办结日\nR1,债务,2026-09-01,2026-09-02,2026-09-20\n"
    (folder / "风险_2026-10-08.csv").write_text(rows, encoding="utf-8")
    run("ingest", "--workspace", space.root)
    asked = ("mechanisms", "risk", "--workspace", space.root, "--json")
    now = json.loads(run(*asked)[1])
    last = json.loads(run("forecast", "--workspace", space.root, "--json")[1])["as_of"]
    then = json.loads(run(*asked, "--as-of", last)[1])
    # Each is as of the day whose ledgers it tells.
    assert then["as_of"] == last < now["as_of"] == "2026-10-08"
    assert [len(content["overdue"]) for content in (now, then)] == [1, 0]


def test_mechanisms_wants_a_topic(run, national):
    code, _, err = run("mechanisms", "--workspace", national.root)
    assert code == 2 and "land" in err
    assert run("mechanisms", "sea", "--workspace", national.root)[0] == 2


def test_a_module_loaded_when_used_is_found_from_its_package():
    import lianhu_analysis.intake

    # As after an import, whoever loaded it: tests and tools look it up by its path.
    assert lianhu_analysis.intake.ingest is sys.modules["lianhu_analysis.intake.ingest"]


def test_a_new_workspace_has_the_notebooks_and_opens_at_the_first(tmp_path, capfd):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["init", str(tmp_path / "试区"), "--code", "610198"])
    assert stopped.value.code == 0
    told = "".join(capfd.readouterr())
    assert "下一步" in told
    assert "lianhu ingest" in told
    root = tmp_path / "试区"
    copied = {file.name for file in (root / "notebooks").rglob("*.ipynb")}
    assert copied == {
        file.name
        for folder in (ROOT / "notebooks", ROOT / "notebooks" / "explore")
        for file in folder.glob("*.ipynb")
    }
    # The report's template goes with the program: a copy would stay behind.
    assert not (root / "notebooks" / "reports").exists()
    command = lab_command(root, ["--no-browser"])
    assert "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb" in command
    assert not [part for part in lab_command(tmp_path) if "default_url" in part]


@pytest.fixture
def regions(national, tmp_path):
    """Return a folder of three workspaces: two whole ones, and one whose settings are wrong."""
    for name in ("甲", "乙"):
        shutil.copytree(national.root, tmp_path / "regions" / name)
    (tmp_path / "regions" / "丙").mkdir()
    (tmp_path / "regions" / "丙" / "lianhu.toml").write_text("x = [", encoding="utf-8")
    return tmp_path / "regions"


def test_many_reports_are_made_in_one_go_and_not_again(run, regions, national, tmp_path):
    asked = ("report", "2024Q2..2024Q3", "--workspaces", regions / "*", "--format", "html")
    code, out, err = run(*asked, "--jobs", 2)
    assert code == 1
    made = sorted(regions.glob("*/reports/1*.html"))
    assert len(made) == 4
    assert sorted(out.split()) == sorted(
        f"{word}" for path in made for word in ("已生成", path.as_posix())
    )
    assert err.count("没有生成 丙 2024Q") == 2 and "不是有效的 TOML" in err
    assert "\\n" not in err
    assert "共 6 份：新生成 4，无变化 0，失败 2" in err
    (regions / "丙" / "lianhu.toml").write_text("x = 1\n[region]\ny = 2\n", encoding="utf-8")
    _, _, err = run("report", "2024Q2", "--workspaces", regions / "[甲丙]", "--format", "html")
    assert "没有生成 丙 2024Q2" in err and "不认识的字段 y" in err
    assert "\\n" not in err
    # The same bytes as from a plain kernel.
    space = dataclasses.replace(national, reports=tmp_path / "plain")
    plan = pipeline.plan_report(pipeline.Session(space), "2024Q2", {}, ["html"])
    plain = pipeline.publish(pipeline.Session(space), plan).path.read_bytes()
    assert (regions / "甲" / "reports" / f"{plan.name}.html").read_bytes() == plain
    # Cut off, it goes on: what stands is not made again.
    made[0].unlink()
    code, out, _ = run(*asked, "--json")
    statuses = [item["status"] for item in json.loads(out)["reports"]]
    assert sorted(statuses) == ["failed"] * 2 + ["rendered"] + ["unchanged"] * 3
    assert {item["workspace"] for item in json.loads(out)["reports"]} == {
        str(regions / name) for name in "甲乙丙"
    }


def test_one_question_is_asked_of_many_workspaces(run, regions):
    asked = ("forecast", "--workspaces", regions / "*", "--as-of", "2024-10-31", "--json")
    code, out, _ = run(*asked)
    answers = {item["workspace"][-1]: item for item in json.loads(out)["workspaces"]}
    assert code == 1
    assert "不是有效的 TOML" in answers["丙"]["error"]
    assert answers["甲"]["targets"] and answers["甲"]["targets"] == answers["乙"]["targets"]
    # A copy is the same region: nothing is learned twice.
    code, out, _ = run(*asked, "--joint")
    copies = {item["workspace"][-1]: item for item in json.loads(out)["workspaces"]}
    assert copies["甲"]["targets"] == answers["甲"]["targets"]
    settings = regions / "乙" / "lianhu.toml"
    settings.write_text(settings.read_text("utf-8").replace('"全国"', '"乙地"'), encoding="utf-8")
    # Learned together with the other one that can be read; the published figures are the same.
    code, out, _ = run(*asked, "--joint")
    joint = {item["workspace"][-1]: item for item in json.loads(out)["workspaces"]}
    assert code == 1
    (target,), (alone,) = joint["甲"]["targets"], answers["甲"]["targets"]
    assert "其中有同一批另外 1 个地区的指标" in target["weights_reason"]
    assert "同一批" not in alone["weights_reason"]
    assert (target["actual"], target["required"]) == (alone["actual"], alone["required"])
    code, out, _ = run("news", "--workspaces", regions / "[甲乙]")
    assert code == 0
    assert out.count("以来，") == 2
    assert f"全国（{regions / '甲'}）\n" in out
    (regions / "乙" / "data" / "raw" / "bad.xlsx").write_bytes(b"no workbook")
    code, out, _ = run("ingest", "--workspaces", regions / "[甲乙]", "--json")
    assert code == 1
    files = {item["workspace"][-1]: item["files"] for item in json.loads(out)["workspaces"]}
    assert {file["status"] for file in files["甲"]} == {"unchanged"}
    assert "quarantined" in {file["status"] for file in files["乙"]}


def test_wrong_use_with_many_workspaces_is_said_before_any_work(run, regions):
    for asked, told in (
        (("report", "2024Q1..2024Q2", "--workspaces", regions / "甲", "-p", "as_of=x"), "as_of"),
        (
            ("report", "2024Q1..2024Q2", "--workspaces", regions / "甲", "-p", "x=1"),
            "可用：audience",
        ),
        (("report", "2024Q1", "--workspaces", regions / "甲", "--audience", "all"), "audience"),
        (("report", "2024Q1", "--workspaces", regions / "无"), "通配符要加引号"),
        (("ingest", "x.csv", "--workspaces", regions / "甲"), "不能与 PATH"),
        (("--workspace", regions / "甲", "forecast", "--joint"), "--joint 只与 --workspaces 合用"),
    ):
        code, _, err = run(*asked)
        assert code == 2, asked
        assert told in err
    assert not list(regions.glob("*/reports/*.html"))
