"""One look for every chart: a packaged Chinese font, and colours safe for the colour-blind."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Literal

from matplotlib import font_manager, style

from lianhu_analysis.errors import ReportError

__all__ = [
    "PALETTE",
    "Weight",
    "apply_theme",
    "covered_characters",
    "font_file",
    "said",
    "speaking",
    "strict_glyphs",
]

FONT_FAMILY = "Lianhu Sans SC"
FONT_FOLDER = Path(__file__).parent / "fonts"

# Okabe and Ito (2008): told apart under every common colour blindness.
PALETTE = {
    "actual": "#0072B2",
    "forecast": "#E69F00",
    "target": "#D55E00",
    "good": "#009E73",
    "bar": "#56B4E9",
    "other": "#CC79A7",
    "ink": "#222222",
    "muted": "#6B6B6B",
    "grid": "#E3E3E3",
}

Weight = Literal["regular", "bold"]

SAY: ContextVar[Callable[[str], str]] = ContextVar("say", default=str)


def font_file(weight: Weight = "regular") -> Path:
    """Return the packaged font of one weight."""
    return FONT_FOLDER / f"LianhuSansSC-{weight.capitalize()}.otf"


@cache
def covered_characters() -> frozenset[str]:
    """Return the characters that the packaged font draws."""
    from fontTools.ttLib import TTFont

    with TTFont(font_file("regular"), lazy=True) as font:
        return frozenset(chr(code) for code in font.getBestCmap())


@cache
def _register_fonts() -> None:
    for weight in ("regular", "bold"):
        font_manager.fontManager.addfont(font_file(weight))


def apply_theme() -> None:
    """Set the look of charts made from here on; may be called any number of times."""
    import seaborn as sns

    _register_fonts()
    sns.set_theme(context="notebook", style="white", palette=list(PALETTE.values())[:6])
    # seaborn's theme resets the font, so our style comes after it.
    style.use(Path(__file__).with_name("lianhu.mplstyle"))


@contextmanager
def strict_glyphs() -> Iterator[None]:
    """Turn matplotlib's warning of a missing glyph into a refusal.

    Raises
    ------
    ReportError
        Naming the character that neither font draws.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=r"Glyph \d+ .*missing")
        try:
            yield
        except UserWarning as warning:
            raise ReportError(
                f"图中有字体画不出的字：{warning}。请改用常用字，"
                "或把该字加入 setup/fonts.py 后重新生成字体"
            ) from warning


def said(text: str) -> str:
    """Return a text of a chart in the language in which charts are drawn now."""
    return SAY.get()(text)


def speaking(say: Callable[[str], str]) -> None:
    """Draw charts in another language from here on, as a report's own process does."""
    SAY.set(say)
