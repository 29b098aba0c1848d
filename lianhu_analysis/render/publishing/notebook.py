"""Run a report template, and accept it only if every cell ran, in order, to its end marker.

papermill alone is no proof: a killed kernel leaves every cell marked completed,
and ``sys.exit(0)`` ends a run without an error.
"""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
import shutil
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from lianhu_analysis import __version__
from lianhu_analysis.errors import ReportError, UsageError
from lianhu_analysis.render.register import FIGURES_FILE, FigureRegister

__all__ = ["END_TAG", "check_parameters", "execute", "finish"]

END_TAG = "end-marker"
END_MIME = "application/vnd.lianhu.end+json"
TOKEN_PARAMETER = "run_token"
VERDICTS_FILE = "verdicts.json"
KERNEL = "python3"
PLAIN_TYPES = (str, int, float, bool, type(None))
ERROR_TEXT = re.compile(r"Traceback|\b\w*Error\b|错误")


@dataclass(frozen=True)
class Executed:
    """A run that was whole.

    Attributes
    ----------
    notebook, figures
        The executed notebook and the figures that it registered.
    verdicts
        What the report says of each target; none of a template that does not tell.
    title
        Empty of a template that gives none.
    words
        Name and verdict in words of each target.
    """

    notebook: Path
    figures: Path
    verdicts: tuple[dict[str, Any], ...] = ()
    title: str = ""
    words: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class EndMarker:
    """What the last cell shows, so that a run can prove that it got there."""

    token: str

    def _repr_mimebundle_(self, **_: object) -> dict[str, dict[str, str]]:
        origin = {"token": self.token, "version": __version__, "python": sys.version.split()[0]}
        return {END_MIME: origin}


def finish(
    register: FigureRegister,
    run_token: str,
    verdicts: Sequence[Mapping[str, Any]] = (),
    title: str = "",
    words: Sequence[Sequence[str]] = (),
) -> EndMarker:
    """Save the figures and end a report; the only call of its last cell.

    Parameters
    ----------
    verdicts
        What the report says of each target, to be kept once it is published.
    title
        Of the report; empty for one that says no more than region and quarter.
    words
        Name and verdict in words of each target, for the list of reports.
    """
    if run_token:
        # Only a run that will be published has somebody to read these.
        register.save(Path(FIGURES_FILE))
        said = {"title": title, "verdicts": list(verdicts), "words": list(words)}
        text = json.dumps(said, ensure_ascii=False, allow_nan=False)
        Path(VERDICTS_FILE).write_text(text, encoding="utf-8")
    return EndMarker(run_token)


def parameters_of(template: Path) -> list[str]:
    """Return the parameters that a template takes, without the suite's own run token."""
    from papermill import inspect_notebook

    if not template.is_file():
        raise UsageError(f"没有报告模板 {template}。请检查名称")
    with _quiet():
        found = inspect_notebook(_braced(template))
    if TOKEN_PARAMETER not in found:
        raise UsageError(
            f'模板 {template.name} 的 parameters 单元缺少 {TOKEN_PARAMETER} = ""，请补上'
        )
    return [name for name in found if name != TOKEN_PARAMETER]


def execute(
    template: Path,
    parameters: Mapping[str, Any],
    workdir: Path,
    *,
    name: str | None = None,
    cell_timeout: int = 600,
    run_timeout: int = 1800,
    failures: Path | None = None,
) -> Executed:
    """Run a template in a private folder.

    Parameters
    ----------
    parameters
        Values of plain types for parameters that the template declares.
    workdir
        The private folder; cells run inside it.
    name
        Name of the files made; by default the template's.
    cell_timeout, run_timeout
        Seconds that one cell, and that all of them together, may take.
    failures
        Folder that also receives notebook and log of a run that failed.

    Raises
    ------
    UsageError
        For a parameter that is unknown or not of a plain type.
    ReportError
        If the run is not whole; ``NAME.failed.ipynb`` and ``NAME.failed.log``
        then say why.
    """
    name = name or template.stem
    check_parameters(template, parameters)
    workdir = workdir.resolve()
    workdir.mkdir(parents=True, exist_ok=True)
    for left in (FIGURES_FILE, VERDICTS_FILE):
        (workdir / left).unlink(missing_ok=True)
    running = workdir / f"{name}.running.ipynb"
    token = secrets.token_hex(16)
    values = {**parameters, TOKEN_PARAMETER: token}
    try:
        _run(template, values, running, cell_timeout, run_timeout)
        notebook = _read_notebook(running)
        verify(notebook, token)
        FigureRegister.load(workdir / FIGURES_FILE)
        said = _read_said(workdir / VERDICTS_FILE)
    except ReportError as error:
        failed = _mark_failed(running, workdir / f"{name}.failed.ipynb", str(error))
        where = failed[0]
        if failures:
            # A folder that cannot be written must not hide why the run failed.
            with suppress(OSError):
                failures.mkdir(parents=True, exist_ok=True)
                for file in failed:
                    shutil.copyfile(file, failures / file.name)
                where = failures / failed[0].name
        raise ReportError(
            f"报告 {name} 没有完整运行，未发布：{error}\n运行记录见 {where}"
        ) from error
    executed = workdir / f"{name}.ipynb"
    nbformat.write(notebook, executed)
    running.unlink()
    return Executed(executed, workdir / FIGURES_FILE, **said)


def _read_said(file: Path) -> dict[str, Any]:
    """Take a report's title and what it says of its targets, leaving no trace in the folder."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        file.unlink()
        return {
            "title": str(said["title"]),
            "verdicts": tuple(dict(verdict) for verdict in said["verdicts"]),
            "words": [[str(name), str(words)] for name, words in said["words"]],
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ReportError(f"报告留下的判断 {file.name} 读不出（{error}），请重新生成") from error


def verify(notebook: nbformat.NotebookNode, token: str) -> None:
    """Check that a notebook ran whole; drop its standard error, which no reader sees.

    Raises
    ------
    ReportError
        With every fault found.
    """
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    faults: list[str] = []
    for position, cell in enumerate(cells, start=1):
        if cell.execution_count != position:
            what = "没有运行" if cell.execution_count is None else f"序号是 {cell.execution_count}"
            faults.append(f"第 {position} 个代码单元{what}（{_first_line(cell)}）")
            break  # what follows an unrun cell is unrun too
        faults += [
            f"第 {position} 个代码单元出错：{output.ename}: {output.evalue}"
            for output in cell.outputs
            if output.output_type == "error"
        ]
    faults += _end_faults(cells, token)
    log = _drop_stderr(cells)
    if wrong := [line.strip() for line in log.splitlines() if ERROR_TEXT.search(line)]:
        faults.append(f"单元写出了错误信息：{' / '.join(wrong)[:300]}")
    if faults:
        raise ReportError("；".join(faults))


def check_parameters(
    template: Path, parameters: Mapping[str, Any], unlisted: Sequence[str] = ()
) -> None:
    """Refuse what a template does not declare, and what is not of a plain type.

    Parameters
    ----------
    unlisted
        Parameters that are not for whoever is refused to give.

    Raises
    ------
    UsageError
        Naming the parameters that there are, or the type.
    """
    known = parameters_of(template)
    if unknown := [str(key) for key in parameters if key not in known]:
        free = "、".join(name for name in known if name not in unlisted) or "无"
        raise UsageError(f"模板 {template.name} 没有参数 {'、'.join(unknown)}；可用：{free}")
    for key, value in parameters.items():
        if not _is_plain(value):
            # papermill writes any other object into the cell as code.
            raise UsageError(
                f"参数 {key} 的值是 {type(value).__name__}，只能是文字、数、真假，或它们的列表和字典"
            )


def _is_plain(value: object) -> bool:
    if type(value) in (list, tuple):
        return all(_is_plain(item) for item in value)  # type: ignore[attr-defined]
    if type(value) is dict:
        return all(type(key) is str and _is_plain(item) for key, item in value.items())
    return type(value) in PLAIN_TYPES


def _run(
    template: Path, parameters: dict[str, Any], output: Path, cell_timeout: int, run_timeout: int
) -> None:
    import papermill
    from traitlets.config import Config

    from lianhu_analysis.render.publishing.bounded import ENGINE
    from lianhu_analysis.render.publishing.kernels import report_kernels

    # The user's start-up scripts and history have no place in a report.
    profile = output.parent / ".ipython"
    profile.mkdir(exist_ok=True)
    kernel = {
        # Without it ipykernel warns at every start that anyone on the machine may listen.
        "transport_encryption": "auto",
        # It holds the key to the kernel, and goes with the private folder.
        "connection_file": str(profile / "kernel.json"),
    }
    try:
        with _quiet(), _own_kernel(), report_kernels():
            papermill.execute_notebook(
                _braced(template),
                _braced(output),
                parameters,
                kernel_name=KERNEL,
                progress_bar=False,
                engine_name=ENGINE,
                execution_timeout=cell_timeout,
                run_timeout=run_timeout,
                start_timeout=120,
                cwd=str(output.parent),
                config=Config({"KernelManager": kernel}),
                extra_arguments=[f"--ipython-dir={profile}", "--HistoryManager.enabled=False"],
            )
    except Exception as error:  # whatever stops a run refuses the report
        raise ReportError(_reason(error)) from error


def _reason(error: Exception) -> str:
    if isinstance(error, ReportError):
        return str(error)
    if (ename := getattr(error, "ename", None)) is not None:
        return f"单元出错：{ename}: {getattr(error, 'evalue', '')}"
    kind = type(error).__name__
    if kind == "CellTimeoutError":
        return "一个单元或整份报告超过了时限，请检查数据量后重试"
    if kind == "DeadKernelError":
        return "计算内核中途被终止（可能是内存不足），请重试"
    return f"{kind}: {error}"


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the log lines and the warnings of the notebook machinery off the screen."""
    loggers = [logging.getLogger(name) for name in ("papermill", "traitlets")]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for logger in loggers:
                logger.setLevel(logging.CRITICAL)
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


@contextmanager
def _own_kernel() -> Iterator[None]:
    """Let no kernel of another interpreter come before this one's, whatever JUPYTER_PATH says."""
    said = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = str(Path(sys.prefix) / "share" / "jupyter")
    try:
        yield
    finally:
        os.environ.pop("JUPYTER_PATH")
        if said is not None:
            os.environ["JUPYTER_PATH"] = said


def _braced(path: Path) -> str:
    """Papermill fills ``{name}`` in paths; a path of ours is only itself."""
    return str(path.resolve()).replace("{", "{{").replace("}", "}}")


def _read_notebook(path: Path) -> nbformat.NotebookNode:
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError) as error:
        raise ReportError(f"运行后的笔记本读不出（{error}），可能是磁盘已满") from error


def _end_faults(cells: list[Any], token: str) -> list[str]:
    if not cells or END_TAG not in cells[-1].metadata.get("tags", []):
        return [f"最后一个代码单元没有 {END_TAG} 标记"]
    for output in cells[-1].outputs:
        marker = output.get("data", {}).get(END_MIME)
        if not marker:
            continue
        if marker.get("token") != token:
            return ["结束标记不属于这次运行"]
        here = {"version": __version__, "python": sys.version.split()[0]}
        if other := {key: marker.get(key) for key in here if marker.get(key) != here[key]}:
            return [f"内核与本程序不是同一个环境（{other}），请在本程序的环境中安装 ipykernel"]
        return []
    return ["没有运行到结束标记"]


def _drop_stderr(cells: list[Any]) -> str:
    texts: list[str] = []
    for cell in cells:
        texts += [output.text for output in cell.outputs if output.get("name") == "stderr"]
        cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    return "".join(texts)


def _first_line(cell: Any) -> str:
    return str(cell.source).strip().splitlines()[0][:60]


def _mark_failed(running: Path, failed: Path, reason: str) -> tuple[Path, Path]:
    failed.parent.mkdir(exist_ok=True)  # a cell may have removed the folder that it ran in
    log = failed.with_suffix(".log")
    log.write_text(reason + "\n", encoding="utf-8")
    try:
        notebook = nbformat.read(running, as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError):
        notebook = nbformat.v4.new_notebook()
    notebook.metadata["lianhu"] = {"failed": True, "reason": reason}
    banner = nbformat.v4.new_markdown_cell(f"# 运行失败，未发布\n\n{reason}")
    notebook.cells.insert(0, banner)
    nbformat.write(notebook, failed)
    running.unlink(missing_ok=True)
    return failed, log
