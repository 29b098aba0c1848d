"""docs/intake.md and docs/data.md say what the code does."""

import re
from pathlib import Path

import pytest

from lianhu_analysis.intake.deliveries import SIDECAR_FIELDS
from lianhu_analysis.intake.observations import COLUMNS, PROVENANCES, STATUSES
from lianhu_analysis.intake.reading.layouts import load_layout

DOCS = Path(__file__).resolve().parents[2] / "docs"
EXAMPLES = re.findall(r"```toml\n(.*?)```", (DOCS / "intake.md").read_text(encoding="utf-8"), re.S)


@pytest.mark.parametrize("example", EXAMPLES, ids=["report", "across", "series"])
def test_each_annotated_layout_is_valid(workspace, example):
    workspace.layouts.mkdir()
    (workspace.layouts / "example.toml").write_text(example, encoding="utf-8")
    assert load_layout(workspace, "example").name == "example"


@pytest.mark.parametrize(
    ("document", "names"),
    [("data.md", (*COLUMNS, *STATUSES, *PROVENANCES)), ("intake.md", tuple(SIDECAR_FIELDS))],
)
def test_each_name_is_explained(document, names):
    text = (DOCS / document).read_text(encoding="utf-8")
    assert [name for name in names if not re.search(rf"`{name}\b", text)] == []
