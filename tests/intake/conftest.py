"""A small workspace, and files delivered into it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lianhu_analysis.catalog.indicators import Catalogue, read_catalogue
from lianhu_analysis.workspace import Workspace, load_workspace
from tests.intake.sheets import Sheets, workbook_bytes

CONFIG = """
[region]
code = "610104"
name_zh = "莲湖区"

[[parents]]
code = "610100"
name_zh = "西安市"

[[parents]]
code = "610000"
name_zh = "陕西省"
"""


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return read_catalogue(None, {})


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "lianhu.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "data" / "raw").mkdir(parents=True)
    return load_workspace(tmp_path)


@pytest.fixture
def deliver(workspace: Workspace) -> Callable[..., Path]:
    """Put a file under data/raw: bytes, text, or the sheets of a workbook."""

    def put(path: str, content: bytes | str | Sheets) -> Path:
        file = workspace.raw / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = content.encode()
        file.write_bytes(content if isinstance(content, bytes) else workbook_bytes(content))
        return file

    return put
