"""The indicator of a row: its name, read with all that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.catalog.structure import load_structure
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.around import foreign_region
from lianhu_analysis.intake.reading.figures import Delivery
from lianhu_analysis.intake.reading.outline import SECTOR, Label
from lianhu_analysis.intake.reading.words import Grammar, Said, fold

__all__ = ["Names"]

NOT_OURS = "这一行不收的，不必处理；"
BRACKETS = re.compile(r"[(（][^()（）]*[)）]$")


@dataclass(frozen=True)
class Names:
    """Finds the indicators of the rows of a panel by their names.

    Attributes
    ----------
    scope
        Titles that narrow what all names mean.
    known
        Indicators of the rows above, by their labels.
    """

    grammar: Grammar
    delivery: Delivery
    scope: tuple[str, ...] = ()
    known: dict[str, Indicator] = field(default_factory=dict)

    def find(self, label: Label) -> Said:
        """Return the indicator of a row, and what else its name says: the path's, else its own.

        Raises
        ------
        IntakeError
            Why a row has no indicator; ``skipped`` where there is most likely nothing to mend.
        """
        said = self.grammar.read(label.text)
        if by_path := self._by_path(label, said):
            return self._accepted(label, by_path, by_path=True)
        bare = said.indicator is not None and not said.left
        if bare and label.is_part:
            whole = self.known.get(label.parents[0]) if label.parents else None
            bare = whole is not None and _is_part_of(said.names[0], whole, label.is_marked)
        if not bare:
            raise _unmatched(label, self.grammar)
        return self._accepted(label, said)

    def _by_path(self, label: Label, said: Said) -> Said | None:
        """Return what a row is under one of the lines above it."""
        for parent in label.parents:
            above = self.known.get(parent) or self.grammar.read(parent).indicator
            for name in dict.fromkeys((parent, above.name_zh if above else parent)):
                found = self.grammar.read(f"{_bare(name)}/{label.text}")
                whole = bool(found.named) and "/" in found.named[0] and found.indicator != above
                if found.indicator and whole and not found.left:
                    return said._replace(names=found.names, facets=found.facets)
        for group in reversed(label.groups):
            for path in (f"{_bare(group)}/{label.text}", f"{_bare(group)}{label.text}"):
                if indicator := self.grammar.name(path):
                    return said._replace(names=(indicator,))
        return None

    def _accepted(self, label: Label, said: Said, *, by_path: bool = False) -> Said:
        """Return what a name says with its one region, unless it is not taken all the same."""
        facets, text = said.facets, label.text
        regions = said.regions if len(said.regions) == 1 else ()
        if facets.clash:
            raise IntakeError(
                f"“{text}”里有相互矛盾的说法（{facets.clash}）", "请只保留一种说法，另报新文件"
            )
        if facets.nothing:
            reason = (
                f"“{text}”说的不是 {said.names[0].name_zh} 的数或增速（{facets.nothing}），不读"
            )
            raise IntakeError(reason, NOT_OURS.rstrip("；"), skipped=True)
        if said.whole:
            regions = (self.delivery.of_whole(said.whole, f"“{text}”"),)
        if not by_path and (narrowed := self._narrowed(label, said)):
            place, words = narrowed
            path = f"{place}/{text}" if place else text
            where = f"在“{place}”之下，" if place else ""
            raise IntakeError(
                f"“{text}”{where}说的可能只是{words}的数，不按简称匹配",
                f'{NOT_OURS}要收的，请在 words.toml 的 [labels] 登记 "{path}" = "指标代码"',
                skipped=True,
            )
        return said._replace(regions=regions)

    def _narrowed(self, label: Label, named: Said) -> tuple[str, str] | None:
        """Return the line, and the words of it, by which a bare name is not its indicator."""
        if words := named.facets.scope:
            return "", words
        name, own = fold(label.text) + fold(named.names[0].name_zh), self.delivery.region
        above = label.parents if label.is_part or label.is_member else ()
        for line in (*label.groups, *above):
            said = self.grammar.read(line)
            words_of = [word for word in said.facets.scope.split("、") if word not in name]
            if line in label.groups:
                level = said.whole if said.whole[1:] != own.name_zh[-1:] else ""
                words_of += [said.facets.nothing, level, foreign_region(line, own, self.grammar)]
            words_of += [line] if line in self.scope else []
            if told := "、".join(dict.fromkeys(filter(None, words_of))):
                return line, told
        return None


def _unmatched(label: Label, grammar: Grammar) -> IntakeError:
    near = list(_near(label.text, grammar))
    hint = "、".join(dict.fromkeys(f"{item.name_zh}（{item.code}）" for item in near))
    if label.is_part and label.parents:
        # A hint never names a path: it may be right for one table and wrong for another.
        meant = f"（是否指 {hint}？）" if hint else ""
        return IntakeError(
            f"其中项“{label.path}”不在指标目录中（其中项按完整路径匹配，不按简称）",
            f'{NOT_OURS}要收的，请在 words.toml 的 [labels] 登记 "{label.path}" = "指标代码"{meant}',
            skipped=True,
        )
    asked = f"是否指 {hint}？如是，" if hint else f"{NOT_OURS}要收的，"
    return IntakeError(
        f"指标名称“{label.text}”不在指标目录中",
        f"{asked}请把这个写法加入指标目录的 aliases",
        skipped=not hint,
    )


def _near(text: str, grammar: Grammar) -> Iterator[Indicator]:
    """Yield indicators of nearly this name; 第二产业 alone is of many tables."""
    if not SECTOR.search(text):
        same = grammar.catalogue.match_name(text)
        yield from [same] if same else []
        yield from grammar.catalogue.near_names(text)


def _bare(name: str) -> str:
    """Return a name without what stands in brackets at its end."""
    return BRACKETS.sub("", name.strip())


def _is_part_of(part: Indicator, whole: Indicator, marked: bool) -> bool:
    """Whether a name below another's is its own: a part in accounting, or one of a list."""
    alike = part.code.partition(".")[0] == whole.code.partition(".")[0]
    if not marked and (part.kind == whole.kind == "index" or (whole.tier == "core" and alike)):
        return True
    structure = load_structure()
    return any(
        whole.code == item.whole and part.code in item.parts
        for item in (*structure.sums, *structure.within)
    )
