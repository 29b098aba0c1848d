"""docs/checks.md names every rule and every threshold's value."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from lianhu_analysis.intake.checks import (
    accounting,
    accumulation,
    copies,
    coverage,
    expectation,
    growth_rates,
    magnitude,
    revisions,
    zeros,
)
from lianhu_analysis.intake.checks.check import RULES
from lianhu_analysis.intake.checks.findings import SEVERITIES, SEVERITY_ZH
from lianhu_analysis.intake.corrections import Correction

TEXT = (Path(__file__).parents[3] / "docs/checks.md").read_text(encoding="utf-8")
MODULES = (
    accounting,
    accumulation,
    copies,
    coverage,
    expectation,
    growth_rates,
    magnitude,
    revisions,
    zeros,
)
THRESHOLDS = {
    name: value
    for module in MODULES
    for name, value in vars(module).items()
    if name.isupper() and isinstance(value, int | float) and not isinstance(value, bool)
    if name not in ("MAD_TO_SD", "PER_YEAR")
}


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_its_line(rule):
    line = re.search(rf"^\| `{rule}` .*\|$", TEXT, re.MULTILINE)
    assert line, rule
    assert RULES[rule] in line[0]
    assert any(severity in line[0] for severity in SEVERITIES)


@pytest.mark.parametrize("severity", SEVERITIES)
def test_every_severity_is_explained(severity):
    assert f"| {severity} | {SEVERITY_ZH[severity]} |" in TEXT


@pytest.mark.parametrize(("name", "value"), THRESHOLDS.items())
def test_every_threshold_stands_in_the_table(name, value):
    assert re.search(rf"^\| `{name}` \| {re.escape(f'{value:g}')} \|", TEXT, re.MULTILINE), name


def test_every_field_of_a_correction_is_explained():
    for field in fields(Correction):
        assert f"`{field.name}" in TEXT, field.name
