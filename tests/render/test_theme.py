from __future__ import annotations

import importlib.util
from pathlib import Path

import matplotlib as mpl
import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont

from lianhu_analysis.errors import ReportError
from lianhu_analysis.render.drawing.theme import (
    FONT_FAMILY,
    FONT_FOLDER,
    PALETTE,
    apply_theme,
    covered_characters,
    font_file,
    strict_glyphs,
)

ROOT = Path(__file__).resolve().parents[2]
SYMBOLS = "℃±×÷≤≥≈—–…·•°′″‰%￥¥①②③④⑤⑥⑦⑧⑨⑩→↑↓▲▼●○■□★☆√∞ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ−“”‘’、。「」【】αβσμ"


def gb2312() -> set[str]:
    signs = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                signs.add(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return signs


def test_the_set_under_test_is_whole_gb2312():
    assert len([sign for sign in gb2312() if "一" <= sign <= "龥"]) == 6763


@pytest.mark.parametrize("weight", ["regular", "bold"])
def test_every_gb2312_character_and_symbol_has_an_outline(weight):
    # A cmap entry alone proves nothing: some fonts draw the degree sign blank.
    with TTFont(font_file(weight), lazy=False) as font:
        glyphs, cmap = font.getGlyphSet(), font.getBestCmap()
    latin = {chr(code) for code in (*range(0x21, 0x7F), *range(0xA1, 0x100)) if code != 0xAD}
    wanted = gb2312() | set(SYMBOLS) | latin
    blank = []
    for sign in sorted(wanted - {"　"}):
        pen = BoundsPen(glyphs)
        if ord(sign) in cmap:
            glyphs[cmap[ord(sign)]].draw(pen)
        if pen.bounds is None:
            blank.append(sign)
    assert blank == []


@pytest.mark.parametrize("weight", ["regular", "bold"])
def test_a_weight_is_small_and_carries_its_licence(weight):
    assert font_file(weight).stat().st_size < 2_000_000
    with TTFont(font_file(weight), lazy=True) as font:
        assert font["name"].getDebugName(1) == FONT_FAMILY
        assert "SIL Open Font License" in font["name"].getDebugName(13)
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONT_FOLDER / "OFL.txt").read_text("utf-8")


def test_the_script_asks_for_what_the_font_holds():
    spec = importlib.util.spec_from_file_location("fonts", ROOT / "setup/fonts.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert {chr(code) for code in script.characters()} <= covered_characters()


def test_theme_sets_the_font_after_seaborn():
    import seaborn as sns

    sns.set_theme()
    apply_theme()
    assert mpl.rcParams["font.family"] == [FONT_FAMILY, "DejaVu Sans"]
    for weight in ("regular", "bold"):
        found = findfont(FontProperties(family=FONT_FAMILY, weight=weight))
        assert found == str(font_file(weight))


def test_colours_of_the_style_are_those_of_the_palette():
    apply_theme()
    names = {"axes.edgecolor": "muted", "grid.color": "grid"}
    names |= dict.fromkeys(["axes.labelcolor", "text.color", "xtick.color", "ytick.color"], "ink")
    for name, colour in names.items():
        assert same_color(mpl.rcParams[name], PALETTE[colour]), name


def test_a_character_that_no_font_draws_is_an_error():
    apply_theme()
    figure = Figure()
    figure.text(0.5, 0.5, "龘")  # outside GB 2312 and DejaVu Sans
    with pytest.raises(ReportError, match="画不出的字"), strict_glyphs():
        FigureCanvasAgg(figure).draw()
