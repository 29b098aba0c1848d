"""Make the two packaged fonts from a Noto Sans CJK collection.

    python setup/fonts.py NotoSansCJK-Regular.ttc NotoSansCJK-Bold.ttc

Debian ships the collections in ``fonts-noto-cjk``.  Same input, same bytes.
The family is renamed, so that a full Noto Sans installed on the machine never
takes the place of the one that the reports were tested with.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

__all__ = ["FAMILY", "characters", "make_subset"]

FOLDER = Path(__file__).resolve().parents[1] / "lianhu_analysis/render/drawing/fonts"
FAMILY = "Lianhu Sans SC"
FACE = "Noto Sans CJK SC"
WEIGHTS = ("Regular", "Bold")

GREEK = "αβγδεζηθικλμνξοπρστυφχψωΓΔΘΛΞΠΣΦΨΩ"
SYMBOLS = (
    "–—―‘’“”…‰′″※·•‹›€™℃℉№"
    "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ"
    "←↑→↓↗↘⇒−√∞∑∏∫∈∩∪≈≠≡≤≥≪≫±×÷°²³"
    "■□▲△▼▽◆◇○◎●★☆✓─│├└"
    "　、。〈〉《》「」『』【】〔〕￥￠￡㎡㎞"
)
RARE_IN_NAMES = "浐灞鄠阎沣洨珺喆堃淼鑫昇翀祎彧垚犇晟玥曌頔旻旸镕"  # around Xi'an, and in names


def characters() -> set[int]:
    """Return the code points kept: GB 2312, Latin-1, Greek, full-width forms, symbols."""
    kept = {*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0xFF01, 0xFF5F)}
    kept.update(ord(sign) for sign in GREEK + SYMBOLS + RARE_IN_NAMES)
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                kept.add(ord(bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return kept


def _face(collection: Path) -> TTFont:
    for font in TTCollection(str(collection)).fonts:
        if font["name"].getDebugName(1) == FACE or font["name"].getDebugName(16) == FACE:
            return font
    raise SystemExit(f"{collection} has no face {FACE}")


def make_subset(collection: Path, weight: str, target: Path) -> None:
    """Write one weight of the subset to ``target``."""
    font = _face(collection)
    options = Options()
    options.hinting = False
    options.layout_features = ["kern"]  # locl alone would bring 5,800 glyphs of other regions
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 13, 14]
    options.name_languages = [0x409]
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "DSIG"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    postscript = FAMILY.replace(" ", "") + "-" + weight
    names = {1: FAMILY, 2: weight, 3: postscript, 4: f"{FAMILY} {weight}", 6: postscript}
    for name_id, text in names.items():
        font["name"].setName(text, name_id, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = [postscript]
    cff.topDictIndex[0].FamilyName = FAMILY
    cff.topDictIndex[0].FullName = f"{FAMILY} {weight}"
    font.recalcTimestamp = False
    font.save(target)


if __name__ == "__main__":
    if len(sys.argv) != 1 + len(WEIGHTS):
        raise SystemExit(__doc__)
    for source, style in zip(sys.argv[1:], WEIGHTS, strict=True):
        file = FOLDER / f"LianhuSansSC-{style}.otf"
        make_subset(Path(source), style, file)
        sys.stdout.write(f"{file.name}: {file.stat().st_size:,} bytes\n")
