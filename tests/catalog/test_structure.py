import pytest

from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.catalog.structure import load_structure, read_structure
from lianhu_analysis.catalog.units import convert
from lianhu_analysis.errors import CatalogueError

CATALOGUE = read_catalogue(None, {})


def test_the_packaged_relations_speak_of_known_indicators(national):
    from lianhu_analysis.catalog.indicators import load_catalogue

    known = {item.code for item in CATALOGUE} | {item.code for item in load_catalogue(national)}
    structure = load_structure()
    named = {
        code for item in (*structure.sums, *structure.within) for code in (item.whole, *item.parts)
    }
    named |= {code for item in structure.shares for code in (item.part, item.whole)}
    assert named | structure.falling.codes | structure.falling.corrected <= known
    for item in structure.sums:
        assert item.optional <= set(item.parts)
    bounded = [code for total in structure.totals for code in total.codes]
    assert set(bounded) <= known
    assert len(bounded) == len(set(bounded))
    for code in set(bounded) & {item.code for item in CATALOGUE}:
        total = structure.total_of(CATALOGUE.get(code))
        assert convert(total.value, total.unit, CATALOGUE.get(code).unit) > 0
        assert total.url.startswith("https://")


def test_what_may_fall_and_what_is_lumpy():
    structure = load_structure()
    assert structure.may_fall(CATALOGUE.get("ind.profit"))
    assert structure.may_fall(CATALOGUE.get("fis.vat"))
    assert not structure.may_fall(CATALOGUE.get("csm.retail.total"))
    # Accidents are written off, but what happened is not undone as a profit is lost again.
    accidents, profit = CATALOGUE.get("rsk.accident"), CATALOGUE.get("ind.profit")
    assert structure.may_fall(accidents) and not structure.may_be_undone(accidents)
    assert structure.may_be_undone(profit)
    assert structure.is_lumpy(CATALOGUE.get("lan.supply.area"))
    assert structure.is_lumpy(CATALOGUE.get("rsk.accident"))
    assert not structure.is_lumpy(CATALOGUE.get("gdp.total"))


def test_every_fault_is_named():
    text = '[[sums]]\nwhole = "a.b"\n[[shares]]\nshare = "s"\npart = "p"\nwhole = "w"\nx = 1\n[other]\n'
    with pytest.raises(CatalogueError) as error:
        read_structure(text.encode())
    assert error.value.faults == (
        "sums 第 1 条：缺少 parts，请补上",
        "shares 第 1 条：不认识的字段 x，请改正或删去",
        "不认识的字段 other，请改正或删去",
    )


def test_the_growth_column_is_optional_and_checked(tmp_path):
    from importlib import resources

    text = (resources.files("lianhu_analysis.catalog") / "data" / "indicators.csv").read_text(
        "utf-8"
    )
    lines = text.splitlines()
    assert lines[0].endswith(",level_gives_growth")
    shorter = tmp_path / "shorter.csv"
    shorter.write_text(
        "\n".join(line.rpartition(",")[0] for line in lines) + "\n", encoding="utf-8"
    )
    assert not any(item.level_gives_growth for item in read_catalogue(shorter, {}))
    assert CATALOGUE.get("ene.elec").level_gives_growth
    assert not CATALOGUE.get("csm.retail.total").level_gives_growth
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(text.replace(",\n", ",maybe\n", 1), encoding="utf-8")
    with pytest.raises(CatalogueError, match="level_gives_growth"):
        read_catalogue(wrong, {})


def test_parts_are_those_of_sums_and_others_and_only_those_of_one_sum_are_apart():
    text = (
        '[[sums]]\nwhole = "w"\nparts = ["a", "b"]\n[[within]]\nwhole = "w"\nparts = ["c"]\n'
        '[[sums]]\nwhole = "w"\nparts = ["d", "e"]\n'
    )
    structure = read_structure(text.encode())
    assert structure.parts("w") == {"a", "b", "c", "d", "e"}
    assert structure.parts("a") == frozenset()
    assert structure.apart("a", "b", "w")
    assert not structure.apart("a", "c", "w")
    assert not structure.apart("a", "d", "w")
    assert not structure.apart("a", "b", "x")
