from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
import numpy as np
import pytest

from lianhu_analysis.errors import ReportError, UsageError
from lianhu_analysis.render.publishing.notebook import END_MIME, execute, parameters_of, verify

WORKED = Path(__file__).with_name("worked_report.ipynb")


def marked(worked):
    notebook = nbformat.read(worked.executed.notebook, as_version=4)
    (output,) = notebook.cells[-1].outputs
    return notebook, output.data[END_MIME]["token"]


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_a_whole_run_leaves_notebook_and_figures_only(worked):
    folder = worked.executed.notebook.parent
    assert sorted(file.name for file in folder.glob("*")) == [
        ".ipython",
        "figures.json",
        "worked_report.ipynb",
    ]
    assert [figure.text for figure in worked.register] == ["5.3", "6.0", "0.7", "62%"]


def test_parameters_are_listed():
    assert parameters_of(WORKED) == ["quarter_label", "as_of"]


def test_an_unknown_parameter_is_refused_naming_the_known_ones(tmp_path):
    with pytest.raises(UsageError, match=r"没有参数 quater_label；可用：quarter_label、as_of"):
        execute(WORKED, {"quater_label": "2024Q3"}, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_the_run_token_is_not_for_the_user(tmp_path):
    with pytest.raises(UsageError, match="没有参数 run_token"):
        execute(WORKED, {"run_token": "x"}, tmp_path / "run")


@pytest.mark.parametrize(
    "value",
    [Path("a"), np.bool_(False), np.float64(5.3), object(), [Path("a")], {"a": {1, 2}}, {1: "a"}],
)
def test_only_plain_types_become_parameters(tmp_path, value):
    with pytest.raises(UsageError, match="参数 as_of 的值是"):
        execute(WORKED, {"as_of": value}, tmp_path / "run")


def test_a_template_must_take_the_run_token(make_template, tmp_path):
    template = make_template()
    notebook = nbformat.read(template, as_version=4)
    notebook.cells[0].source = 'quarter = "2024Q3"'
    nbformat.write(notebook, template)
    with pytest.raises(UsageError, match='缺少 run_token = ""'):
        execute(template, {}, tmp_path / "run")
    with pytest.raises(UsageError, match="没有报告模板"):
        parameters_of(tmp_path / "absent.ipynb")


@pytest.mark.usefixtures("importable_kernel")
@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("import os\nos.kill(os.getpid(), 9)", "内核中途被终止"),
        ("import sys\nsys.exit(0)", "第 4 个代码单元没有运行"),
        ("import time\ntime.sleep(60)", "超过了时限"),
        ("import os, shutil\nshutil.rmtree(os.getcwd())", "没有完整运行"),
        ("while True:\n    print('x' * 100_000)", "打印的内容太多"),
    ],
    ids=["killed", "exit", "timeout", "folder gone", "flood"],
)
def test_a_run_that_stops_midway_is_refused(make_template, tmp_path, body, message):
    template = make_template(body, "after = 1")
    run, failures = tmp_path / "run", tmp_path / "failures"
    limit = 4 if "sleep" in body else 60
    with pytest.raises(ReportError, match=message):
        execute(
            template, {"quarter": "2024Q2"}, run, name="r1", cell_timeout=limit, failures=failures
        )
    for folder in (run, failures):
        files = sorted(file.name for file in folder.iterdir() if not file.name.startswith("."))
        assert files == ["r1.failed.ipynb", "r1.failed.log"]
        failed = nbformat.read(folder / "r1.failed.ipynb", as_version=4)
        assert failed.metadata["lianhu"]["failed"] is True
        assert failed.cells[0].source.startswith("# 运行失败，未发布")
        assert (folder / "r1.failed.log").read_text("utf-8").strip()


@pytest.mark.usefixtures("importable_kernel")
def test_all_cells_together_have_a_time(make_template, tmp_path):
    template = make_template(*["import time\ntime.sleep(1.5)"] * 6)
    with pytest.raises(ReportError, match="整份报告超过了时限"):
        execute(template, {}, tmp_path / "run", run_timeout=4)


@pytest.mark.usefixtures("importable_kernel")
def test_the_key_to_the_kernel_lies_in_the_private_folder(make_template, tmp_path):
    body = (
        "from ipykernel.connect import get_connection_file\n"
        "from pathlib import Path\n"
        "assert Path('.').resolve() in Path(get_connection_file()).parents"
    )
    execute(make_template(body), {}, tmp_path / "run")
    assert not list((tmp_path / "run").rglob("kernel*.json"))


@pytest.mark.usefixtures("importable_kernel")
def test_an_error_is_named_and_a_template_without_end_is_refused(make_template, tmp_path):
    with pytest.raises(ReportError, match=r"ZeroDivisionError: division by zero[\s\S]*运行记录见"):
        execute(make_template("1 / 0"), {}, tmp_path / "run")
    with pytest.raises(ReportError, match="没有 end-marker 标记"):
        execute(make_template("x = 1", end=False), {}, tmp_path / "run")


def test_the_worked_run_verifies(worked):
    verify(*marked(worked))


def test_the_marker_of_another_run_is_refused(worked):
    notebook, _ = marked(worked)
    with pytest.raises(ReportError, match="不属于这次运行"):
        verify(notebook, "other")


def test_a_marker_of_another_environment_is_refused(worked):
    notebook, token = marked(worked)
    notebook.cells[-1].outputs[0].data[END_MIME]["version"] = "0.0.0"
    with pytest.raises(ReportError, match="不是同一个环境"):
        verify(notebook, token)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda cells: cells[3].update(execution_count=None), "第 4 个代码单元没有运行"),
        (lambda cells: cells[3].update(execution_count=9), "第 4 个代码单元序号是 9"),
        (lambda cells: cells[-1].update(outputs=[]), "没有运行到结束标记"),
        (lambda cells: cells[-1].metadata.update(tags=[]), "没有 end-marker 标记"),
        (
            lambda cells: cells[2].outputs.append(
                nbformat.v4.new_output("error", ename="ValueError", evalue="v", traceback=[])
            ),
            "第 3 个代码单元出错：ValueError: v",
        ),
        (
            lambda cells: cells[2].outputs.append(
                nbformat.v4.new_output("stream", name="stderr", text="Traceback (most recent")
            ),
            "错误信息：Traceback",
        ),
    ],
)
def test_a_notebook_that_is_not_whole_is_refused(worked, change, message):
    notebook, token = marked(worked)
    change(code_cells(notebook))
    with pytest.raises(ReportError, match=message):
        verify(notebook, token)


def test_harmless_standard_error_is_dropped(worked):
    notebook, token = marked(worked)
    text = "/home/user/model.py:7: FutureWarning: soon\n"
    cell = code_cells(notebook)[2]
    cell.outputs.append(nbformat.v4.new_output("stream", name="stderr", text=text))
    verify(notebook, token)
    assert "FutureWarning" not in nbformat.writes(notebook)


def test_a_truncated_notebook_file_is_refused(tmp_path):
    from lianhu_analysis.render.publishing.notebook import _read_notebook

    broken = tmp_path / "broken.ipynb"
    broken.write_text(WORKED.read_text("utf-8")[:500], encoding="utf-8")
    with pytest.raises(ReportError, match="读不出"):
        _read_notebook(broken)


def test_a_kernel_of_another_interpreter_is_not_used(make_template, tmp_path, monkeypatch):
    folder = tmp_path / "elsewhere" / "kernels" / "python3"
    folder.mkdir(parents=True)
    spec = {"argv": ["/no/such/python", "{connection_file}"], "display_name": "另一个"}
    (folder / "kernel.json").write_text(json.dumps({**spec, "language": "python"}), "utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "elsewhere"))
    (tmp_path / "run").mkdir()
    executed = execute(make_template("x = 1"), {}, tmp_path / "run")
    assert executed.notebook.is_file()
    assert os.environ["JUPYTER_PATH"] == str(tmp_path / "elsewhere")
