"""The rules are data: whole, in order, about indicators that exist, told without colour, too."""

import tomllib
from importlib import resources

import pytest

from lianhu_analysis.analysis.monitor_rules import load_rules, read_rules
from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.errors import CatalogueError

TEXT = (resources.files("lianhu_analysis.analysis") / "data" / "monitor.toml").read_text("utf-8")


def test_every_code_and_theme_is_in_the_built_in_list():
    catalogue, rules = read_catalogue(None, {}), load_rules()
    codes = {item.code for item in catalogue}
    themes = {item.theme for item in catalogue}
    named = {
        *rules.components,
        *rules.left_out,
        *(c for more in rules.focus.values() for c in more),
    }
    assert named <= codes
    assert themes | {"all"} == set(rules.themes)
    assert rules.mechanisms <= {item.mechanism for item in catalogue}
    assert [rules.themes[theme] for theme in rules.focus] == [
        "政策落地",
        "科技创新",
        "潜能消费",
        "效益投资",
        "对外开放",
    ]
    # A code that its theme names already would be said twice.
    for theme, more in rules.focus.items():
        assert theme not in {catalogue.get(code).theme for code in more}


def test_the_two_kinds_of_lights_share_neither_colour_nor_name():
    rules = load_rules()
    plans, heat = {rules.green, rules.yellow, rules.red}, set(rules.heat)
    assert not {light.colour for light in plans} & {light.colour for light in heat}
    names = [light.name for light in (*plans, *heat)]
    assert len(set(names)) == 8
    assert all(colour and word for colour, word in (name.split("·") for name in names))


def test_a_score_on_a_limit_belongs_to_the_colder_light():
    rules = load_rules()
    assert [rules.light(x) for x in (-2.0, -1.28, -1.0, 0.67, 0.68, 1.29)] == [
        "蓝·过冷",
        "蓝·过冷",
        "浅蓝·偏冷",
        "绿·正常",
        "黄·偏热",
        "红·过热",
    ]
    assert rules.light(float("nan")) is None


def test_the_rules_are_printed():
    said = " ".join(load_rules().said())
    for light in tomllib.loads(TEXT)["heat"]:
        assert light["rule"] in said
    assert said.count("达标灯") == 3
    assert "不是预测" in said


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("up_to = -0.67", "up_to = -2.0", "从低到高"),
        ("scale = 10.0", "scales = 10.0", "scales"),
        ('name = "绿·达标"', 'name = ""', "name"),
        ("heat_years = 5", 'heat_years = "five"', "heat_years"),
        ("[green]", "[verde]", "缺少 green"),
    ],
)
def test_a_fault_is_named(old, new, fault):
    with pytest.raises(CatalogueError, match=rf"monitor\.toml[\s\S]*{fault}"):
        read_rules(TEXT.replace(old, new, 1).encode())


def test_a_light_too_few_is_a_fault():
    without = TEXT[: TEXT.rindex("[[heat]]")]
    with pytest.raises(CatalogueError, match="heat"):
        read_rules(without.encode())
