"""A region's folder: where its files are and what it declares about its data."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePath
from typing import Literal, get_args

from lianhu_analysis.errors import WorkspaceError
from lianhu_analysis.written import Code, Day, Filled, Truth, Whole, read_written, shape

__all__ = [
    "CONFIG_NAME",
    "LANGUAGES",
    "NATION",
    "CensusBreak",
    "Provenance",
    "Region",
    "Workspace",
    "find_workspace",
    "load_workspace",
    "locate_workspace",
    "readable",
]

CONFIG_NAME = "lianhu.toml"
# The code of the whole country.
NATION = "100000"
Language = Literal["zh", "en"]
LANGUAGES = get_args(Language)
PathName = Literal["raw", "processed", "reports", "targets", "layouts", "record"]
Provenance = Literal["official", "published_fact", "second_hand", "simulated"]


@shape
class Region:
    """An administrative area: its GB/T 2260 code, its names, and whose part it is if known."""

    code: Code
    name_zh: Filled
    name_en: str = ""
    parent: str = ""


@shape
class CensusBreak:
    """From this day on, published levels stand on a new census base."""

    day: Day
    name: Filled


@shape
class _Catalogue:
    file: str = ""
    counts: dict[str, Whole] = field(default_factory=dict)


@shape
class _Report:
    language: Language = "zh"
    sensitive: Truth = False


@shape
class _Forecast:
    provenance: tuple[Provenance, ...] = ("official",)
    outlier_years: tuple[Whole, ...] = ()


@shape
class _File:
    region: Region
    parents: tuple[Region, ...] = ()
    peers: tuple[Region, ...] = ()
    paths: dict[PathName, Filled] = field(default_factory=dict)
    catalogue: _Catalogue = field(default_factory=_Catalogue)
    report: _Report = _Report()
    forecast: _Forecast = _Forecast()
    census_breaks: tuple[CensusBreak, ...] = ()


@dataclass(frozen=True)
class Workspace:
    """What ``lianhu.toml`` declares, with every path made absolute.

    Attributes
    ----------
    region, parents, peers
        The workspace's own region; the ones above it, nearest first; and others
        whose figures are stored for comparison and never forecast.
    catalogue
        CSV of indicators; ``None`` means the built-in Lianhu proposal.
    expected_counts
        Number of indicators by tier that the catalogue must have, or empty.
    forecast_provenance
        The provenances whose rows may feed a forecast.
    census_breaks
        Days on which the base of published levels changed, in order.
    outlier_years
        Years that the models treat as missing (documented in docs/method.md).
    language
        Of reports, where none is asked for.
    tells_sensitive
        Whether public reports may show what the catalogue marks sensitive.
    layouts
        Folder of layout descriptions of the workspace's own.
    record_folder
        Where verdicts are kept, if not under the reports.
    """

    root: Path
    region: Region
    parents: tuple[Region, ...]
    raw: Path
    processed: Path
    reports: Path
    catalogue: Path | None
    targets: Path
    layouts: Path
    expected_counts: dict[str, int]
    language: str
    forecast_provenance: tuple[str, ...]
    census_breaks: tuple[CensusBreak, ...]
    outlier_years: tuple[int, ...]
    record_folder: Path | None = None
    peers: tuple[Region, ...] = ()
    tells_sensitive: bool = False

    @property
    def regions(self) -> dict[str, Region]:
        """Every region whose figures are taken, by code, the own one first."""
        return {item.code: item for item in (self.region, *self.parents, *self.peers)}

    @property
    def record(self) -> Path:
        """Folder of the verdicts issued: not made again from anything else."""
        return self.record_folder or self.reports / "record"

    @property
    def simulated(self) -> bool:
        """Whether simulated rows may feed this workspace's forecasts."""
        return "simulated" in self.forecast_provenance

    def relative(self, path: Path) -> str:
        """Path as the workspace's users know it, with forward slashes.

        What lies under the raw folder is told by its path there, wherever the folder
        itself lies or links to: it is the file's identity.
        """
        below = self.below_raw(path)
        if below is None:
            return readable(_below(path, self.root) or PurePath(path.name))
        return readable((_below(self.raw, self.root) or PurePath(self.raw.name)) / below)

    def below_raw(self, path: Path) -> PurePath | None:
        """Return the part of a path below the raw folder; ``None`` if it lies elsewhere."""
        return _below(path, self.raw)


def _below(path: Path, base: Path) -> PurePath | None:
    """Return a path relative to a folder, as written or else with its links followed."""
    for follow in (os.path.abspath, os.path.realpath):
        with suppress(ValueError):
            return PurePath(follow(path)).relative_to(follow(base))
    return None


def readable(path: PurePath) -> str:
    """Return a path with forward slashes that UTF-8 can hold.

    Names in bytes of another encoding, which Python keeps as surrogates, are read as GB 18030.
    """
    text = path.as_posix()
    if text.isprintable() or not any("\ud800" <= char <= "\udfff" for char in text):
        return text
    parts = (os.fsencode(part).decode("gb18030", "backslashreplace") for part in text.split("/"))
    return "/".join(parts)


def find_workspace(start: Path) -> Workspace:
    """Load the nearest workspace at or above ``start``.

    Raises
    ------
    WorkspaceError
        If no folder upwards has a ``lianhu.toml``, or that file is wrong.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / CONFIG_NAME).is_file():
            return load_workspace(folder)
    raise WorkspaceError(
        f"{start} 及其上级文件夹中都没有 {CONFIG_NAME}。"
        "请进入工作区文件夹，或用 --workspace 指定，或用 lianhu init 新建一个"
    )


def locate_workspace(text: str) -> Workspace:
    """Return the workspace of a folder, also relative to the nearest one; empty for that one."""
    if not text:
        return find_workspace(Path.cwd())
    path = Path(text)
    if not path.is_absolute() and not path.is_dir():
        path = find_workspace(Path.cwd()).root / path
    return load_workspace(path)


def load_workspace(root: Path) -> Workspace:
    """Read ``lianhu.toml`` of one folder.

    Raises
    ------
    WorkspaceError
        Naming the file and each field, if it is absent, not TOML, incomplete or wrong; or if
        the folder's name cannot be told in UTF-8, as the store and notebooks have to.
    """
    root = root.resolve()
    config = root / CONFIG_NAME
    if readable(root) != root.as_posix():
        raise WorkspaceError(
            f"{readable(root)} 的文件夹名读不出来（不是 UTF-8，或本机的文件名编码是 {sys.getfilesystemencoding()}）。"
            "请给文件夹改名；名称没有错的，请设环境变量 PYTHONUTF8=1 后重试"
        )
    if not config.is_file():
        raise WorkspaceError(f"{root} 不是工作区：缺少 {CONFIG_NAME}。可用 lianhu init 新建")
    return _of_file(root, read_written(config, _File, partial(_refuse, config)))


def _refuse(config: Path, faults: Sequence[str]) -> WorkspaceError:
    lines = "".join(f"\n  - {fault}" for fault in faults)
    return WorkspaceError(f"{config} 写得不对，请对照 docs/workspace.md 改正：{lines}")


def _of_file(root: Path, file: _File) -> Workspace:
    named = [item.code for item in (file.region, *file.parents, *file.peers)]
    if twice := sorted({code for code in named if named.count(code) > 1}):
        told = f"地区代码 {'、'.join(twice)} 写了不止一次。请只留一处"
        raise _refuse(root / CONFIG_NAME, [told])
    paths = file.paths
    return Workspace(
        root=root,
        region=file.region,
        parents=file.parents,
        peers=file.peers,
        raw=root / paths.get("raw", "data/raw"),
        processed=root / paths.get("processed", "data/processed"),
        reports=root / paths.get("reports", "reports"),
        catalogue=root / file.catalogue.file if file.catalogue.file else None,
        targets=root / paths.get("targets", "targets.toml"),
        layouts=root / paths.get("layouts", "layouts"),
        expected_counts=file.catalogue.counts,
        language=file.report.language,
        tells_sensitive=file.report.sensitive,
        forecast_provenance=file.forecast.provenance,
        census_breaks=tuple(sorted(file.census_breaks, key=lambda item: item.day)),
        outlier_years=file.forecast.outlier_years,
        record_folder=root / paths["record"] if "record" in paths else None,
    )
