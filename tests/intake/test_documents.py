"""docs/intake.md and docs/data.md say what the code does."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from lianhu_analysis.intake.deliveries import Sidecar
from lianhu_analysis.intake.observations import COLUMNS, PROVENANCES, STATUSES
from lianhu_analysis.intake.reading.series import load_layouts

DOCS = Path(__file__).resolve().parents[2] / "docs"
EXAMPLES = re.findall(r"```toml\n(.*?)```", (DOCS / "intake.md").read_text(encoding="utf-8"), re.S)
SERIES = [example for example in EXAMPLES if 'kind = "series"' in example]


@pytest.mark.parametrize("example", SERIES)
def test_each_annotated_layout_is_valid(workspace, example):
    workspace.layouts.mkdir()
    (workspace.layouts / "example.toml").write_text(example, encoding="utf-8")
    assert [layout.name for layout in load_layouts(workspace)] == ["example"]


@pytest.mark.parametrize(
    ("document", "names"),
    [
        ("data.md", (*COLUMNS, *STATUSES, *PROVENANCES)),
        ("intake.md", tuple(field.name for field in fields(Sidecar))),
    ],
)
def test_each_name_is_explained(document, names):
    text = (DOCS / document).read_text(encoding="utf-8")
    assert [name for name in names if not re.search(rf"`{name}\b", text)] == []
