"""docs/intake.md and docs/data.md say what the code does."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from lianhu_analysis.intake.deliveries import Sidecar
from lianhu_analysis.intake.observations import COLUMNS, PROVENANCES, STATUSES
from lianhu_analysis.intake.reading.series import load_layouts
from lianhu_analysis.intake.reading.words import load_vocabulary

DOCS = Path(__file__).resolve().parents[2] / "docs"
EXAMPLES = re.findall(r"```toml\n(.*?)```", (DOCS / "intake.md").read_text(encoding="utf-8"), re.S)


def test_each_annotated_example_is_valid(workspace):
    """A description of a workbook says its kind; what says none are words."""
    for example in EXAMPLES:
        if "kind =" in example:
            workspace.layouts.mkdir(exist_ok=True)
            (workspace.layouts / "example.toml").write_text(example, encoding="utf-8")
            assert [layout.name for layout in load_layouts(workspace)] == ["example"]
        else:
            own = workspace.root / "words.toml"
            own.write_text(example, encoding="utf-8")
            assert len(load_vocabulary(own).text) > len(load_vocabulary().text)


def test_descriptions_and_words_both_have_an_example():
    assert {"kind =" in example for example in EXAMPLES} == {True, False}


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
