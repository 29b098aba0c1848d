"""A region's folder: where its files are and what it declares about its data."""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from lianhu_analysis.errors import WorkspaceError

__all__ = [
    "LANGUAGES",
    "CensusBreak",
    "Region",
    "Workspace",
    "find_workspace",
    "load_workspace",
    "locate_workspace",
    "readable",
]

CONFIG_NAME = "lianhu.toml"
# Of reports.
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Region:
    """An administrative area: its GB/T 2260 code, its names, and whose part it is if known."""

    code: str
    name_zh: str
    name_en: str = ""
    parent: str = ""


@dataclass(frozen=True)
class CensusBreak:
    """From this day on, published levels stand on a new census base."""

    day: dt.date
    name: str


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
        try:
            return PurePath(follow(path)).relative_to(follow(base))
        except ValueError:
            continue
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
        Naming the file and field, if it is absent, not TOML, or incomplete.
    """
    root = root.resolve()
    config = root / CONFIG_NAME
    if not config.is_file():
        raise WorkspaceError(f"{root} 不是工作区：缺少 {CONFIG_NAME}。可用 lianhu init 新建")
    try:
        table = tomllib.loads(config.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WorkspaceError(f"{config} 不是有效的 TOML：{error}。请改正后重试") from error
    return _from_table(root, config, table)


def _from_table(root: Path, config: Path, table: dict[str, Any]) -> Workspace:
    known = {
        "region",
        "parents",
        "peers",
        "paths",
        "catalogue",
        "report",
        "forecast",
        "census_breaks",
    }
    if unknown := sorted(set(table) - known):
        raise WorkspaceError(f"{config}：不认识的字段 {'、'.join(unknown)}。请删除或改正")
    try:
        paths = table.get("paths", {})
        catalogue = table.get("catalogue", {})
        forecast, report = table.get("forecast", {}), table.get("report", {})
        file = catalogue.get("file")
        for name in ("code", "name_zh"):
            if name not in table["region"]:
                raise KeyError(f"region.{name}")
        workspace = Workspace(
            root=root,
            region=Region(**table["region"]),
            parents=tuple(Region(**parent) for parent in table.get("parents", [])),
            peers=tuple(Region(**peer) for peer in table.get("peers", [])),
            raw=root / paths.get("raw", "data/raw"),
            processed=root / paths.get("processed", "data/processed"),
            reports=root / paths.get("reports", "reports"),
            catalogue=root / file if file else None,
            targets=root / paths.get("targets", "targets.toml"),
            layouts=root / paths.get("layouts", "layouts"),
            expected_counts=dict(catalogue.get("counts", {})),
            language=report.get("language", "zh"),
            tells_sensitive=report.get("sensitive", False),
            forecast_provenance=tuple(forecast.get("provenance", ["official"])),
            census_breaks=tuple(
                sorted(
                    (CensusBreak(**item) for item in table.get("census_breaks", [])),
                    key=lambda item: item.day,
                )
            ),
            outlier_years=tuple(forecast.get("outlier_years", [])),
            record_folder=root / paths["record"] if "record" in paths else None,
        )
    except KeyError as error:
        raise WorkspaceError(f"{config}：缺少字段 {error.args[0]}。请补上后重试") from error
    except (TypeError, AttributeError) as error:
        raise WorkspaceError(
            f"{config}：字段的写法不对（{error}）。请对照 docs/workspace.md 改正"
        ) from error
    if workspace.language not in LANGUAGES:
        told = f"[report] language = {workspace.language!r} 不行，目前可填 {'、'.join(LANGUAGES)}"
        raise WorkspaceError(f"{config}：{told}。请改正")
    if other := sorted(set(report) - {"language", "sensitive"}):
        raise WorkspaceError(f"{config}：[report] 中不认识的 {'、'.join(other)}。请删除或改正")
    if not isinstance(workspace.tells_sensitive, bool):
        raise WorkspaceError(f"{config}：[report] sensitive 只能是 true 或 false，不加引号。请改正")
    named = (workspace.region, *workspace.parents, *workspace.peers)
    if len(workspace.regions) < len(named):
        codes = [item.code for item in named]
        twice = "、".join(sorted({code for code in codes if codes.count(code) > 1}))
        raise WorkspaceError(f"{config}：地区代码 {twice} 写了不止一次。请只留一处")
    return workspace
