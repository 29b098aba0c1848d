from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from lianhu_analysis.render.drawing.theme import speaking
from lianhu_analysis.render.english import English
from lianhu_analysis.render.publishing.notebook import Executed, execute
from lianhu_analysis.render.register import FigureRegister

WORKED = Path(__file__).with_name("worked_report.ipynb")
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class WorkedRun:
    executed: Executed
    register: FigureRegister


@pytest.fixture(scope="session")
def importable_kernel():
    """Let a kernel, which starts in a private folder, import the package under test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        yield


@pytest.fixture(scope="session")
def worked(importable_kernel, tmp_path_factory) -> WorkedRun:
    """One run of the worked report, shared by every test that only reads it."""
    executed = execute(WORKED, {"as_of": "2024-10-25"}, tmp_path_factory.mktemp("worked"))
    return WorkedRun(executed, FigureRegister.load(executed.figures))


@pytest.fixture
def english():
    """Draw charts in English while a test runs."""
    found = English({"地区生产总值": "gross regional product"})
    speaking(found.text)
    yield found
    speaking(str)


@pytest.fixture
def make_template(tmp_path):
    """Write a template of the given cells between its parameters and its end marker."""

    def make(*bodies: str, end: bool = True) -> Path:
        first = nbformat.v4.new_code_cell('quarter = "2024Q3"  # 季度\nrun_token = ""')
        first.metadata["tags"] = ["parameters"]
        last = nbformat.v4.new_code_cell(
            "from lianhu_analysis.render.register import FigureRegister\n"
            "from lianhu_analysis.render.publishing.notebook import finish\n"
            "finish(FigureRegister(), run_token)"
        )
        last.metadata["tags"] = ["end-marker"]
        middle = [nbformat.v4.new_code_cell(body) for body in bodies]
        kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = nbformat.v4.new_notebook(
            cells=[first, *middle, *([last] if end else [])],
            metadata={"kernelspec": kernelspec, "language_info": {"name": "python"}},
        )
        path = tmp_path / "template.ipynb"
        nbformat.write(notebook, path)
        return path

    return make
