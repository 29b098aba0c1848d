"""Raw files as delivered: finding them, their sidecars, and reading one of them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import fields
from functools import cache, cached_property, partial
from pathlib import Path, PurePath
from typing import Any, Literal

from lianhu_analysis import __version__
from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.catalog.ledgers import Ledger, load_ledgers
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.cases import read_ledgers
from lianhu_analysis.intake.grids.csv_grid import read_csv_grid
from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.grids.refusals import refusal_of
from lianhu_analysis.intake.grids.workbook import FILES, read_workbook
from lianhu_analysis.intake.observations import PeriodCode, Provenance, Span, join_source
from lianhu_analysis.intake.raw_files import SIDECAR_NAME
from lianhu_analysis.intake.reading.figures import Delivery, Reading
from lianhu_analysis.intake.reading.series import SeriesLayout, choose_layout, load_layouts
from lianhu_analysis.intake.reading.statements import stated_day
from lianhu_analysis.intake.reading.tidy import grammar_of, read_grids
from lianhu_analysis.intake.reading.words import Vocabulary, is_unit, load_vocabulary
from lianhu_analysis.intake.records import is_tidy, parquet_grid, read_records
from lianhu_analysis.workspace import Workspace, readable
from lianhu_analysis.written import Day, read_written, shape

__all__ = [
    "DeliveryReader",
    "Sidecar",
    "read_sidecar",
]

WORDS_NAME = "words.toml"
LOCK_PREFIX = "~$"
UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp")
ZIP_START, ZIP_END = b"PK\x03\x04", b"PK\x05\x06"
ZIP_TAIL = 22 + 65_535
# The files of the package that a reading depends on, beside layouts and catalogue.
READS = (
    "catalog/*.py",
    "catalog/data/units.toml",
    "intake/cases.py",
    "intake/deliveries.py",
    "intake/observations.py",
    "intake/records.py",
    "intake/same_figures.py",
    "intake/grids/*.py",
    "intake/reading/*.*",
    "written.py",
)


@shape
class Sidecar:
    """What ``delivery.toml`` says of the files of its folder; what is empty, one above may say."""

    published: Day | None = None
    provenance: Provenance | Literal[""] = ""
    region: str = ""
    layout: str = ""
    period: PeriodCode = ""
    span: Span | Literal[""] = ""
    unit: str = ""
    title: str = ""
    url: str = ""
    notes: str = ""


def read_sidecar(path: Path, workspace: Workspace) -> Sidecar:
    """Read each ``delivery.toml`` at or above a raw file, up to ``data/raw``: the nearest first.

    Raises
    ------
    IntakeError
        Naming the field that is unknown or wrong.
    """
    below = workspace.below_raw(path)
    said: dict[str, Any] = {}
    for folder in () if below is None else below.parents:
        # A link to nowhere is one, too: its figures would pass for official.
        if os.path.lexists(file := workspace.raw / folder / SIDECAR_NAME):
            above = vars(_parse_sidecar(file, workspace))
            said = {name: value for name, value in above.items() if value} | said
    return Sidecar(**said)


def _parse_sidecar(file: Path, workspace: Workspace) -> Sidecar:
    def refuse(faults: Sequence[str]) -> IntakeError:
        cure = f"可用的字段：{'、'.join(field.name for field in fields(Sidecar))}"
        return IntakeError(f"{workspace.relative(file)}：{'；'.join(faults)}", cure)

    sidecar = read_written(file, Sidecar, refuse)
    if sidecar.region and sidecar.region not in workspace.regions:
        known = "、".join(f"{code} {item.name_zh}" for code, item in workspace.regions.items())
        raise refuse([f"region = {sidecar.region!r} 不属于本工作区，可填 {known}"])
    if sidecar.unit and not is_unit(sidecar.unit):
        raise refuse([f"unit = {sidecar.unit!r} 不是已知的单位，请照 units.toml 的写法"])
    return sidecar


class DeliveryReader:
    """Reads the raw files of one workspace; what they have in common is looked up once."""

    def __init__(self, workspace: Workspace, catalogue: Catalogue) -> None:
        self._workspace = workspace
        self._catalogue = catalogue

    def begin(
        self,
        path: Path,
        data: bytes,
        sidecar: Sidecar,
        submit: Callable[[bytes], Future[tuple[Grid, ...]]],
    ) -> Callable[[], Reading]:
        """Begin to read a file; the call that is returned waits for what `read` returns.

        Parameters
        ----------
        submit
            Begins to turn the bytes of a workbook, document or page into grids.
        """
        temporary = path.name.startswith(LOCK_PREFIX)
        if path.suffix.lower() not in FILES or temporary or _is_half_copied(path, data):
            return partial(self.read, path, data, sidecar)
        grids = submit(data)
        return partial(self.read, path, data, sidecar, lambda _: grids.result())

    def read(
        self,
        path: Path,
        data: bytes,
        sidecar: Sidecar,
        read: Callable[[bytes], tuple[Grid, ...]] = read_workbook,
    ) -> Reading:
        """Read one raw file: the cases of its ledgers if it has any, or else its figures.

        Parameters
        ----------
        read
            Turns the bytes of a workbook, document or page into grids: a process a file,
            or a pool.

        Raises
        ------
        IntakeError
            If nothing of it can be read.
        """
        suffix = path.suffix.lower()
        if path.name.startswith(LOCK_PREFIX):
            cure = "请关闭正在编辑的工作簿并确认已保存；临时文件会自动消失，也可以删去"
            raise IntakeError("这是 Excel/WPS 打开文件时的临时文件，没有读", cure)
        delivery = self.delivery(path, sidecar)
        if suffix == ".parquet":
            return read_records(parquet_grid(data), self._catalogue, delivery)
        if suffix in UNFINISHED:
            why = f"{suffix} 是没有下载或拷贝完的文件，没有读"
            raise IntakeError(why, "请等它完成；完成后会恢复原来的扩展名")
        if suffix not in (*FILES, ".csv"):
            raise refusal_of(path.suffix)
        if _is_half_copied(path, data):
            cure = "请等拷贝完成后再运行；仍是这样的，请重新拷贝"
            raise IntakeError("文件没有结尾，像是还没有拷贝完", cure)
        grids = (read_csv_grid(data),) if suffix == ".csv" else read(data)
        if suffix == ".csv" and is_tidy(grids[0]):
            return read_records(grids[0], self._catalogue, delivery)
        grammar = grammar_of(self.vocabulary, self._catalogue, (*delivery.regions, *delivery.peers))
        cases = read_ledgers(grids, self._ledgers, delivery, grammar)
        if cases is not None:
            return cases
        named = sidecar.layout
        pinned = choose_layout(self._layouts, named, self._workspace) if named else None
        return read_grids(grids, self.vocabulary, self._catalogue, delivery, self._layouts, pinned)

    def fingerprint(self, sha256: str, sidecar: Sidecar) -> str:
        """Return one hash of everything that the reading of a file depends on."""
        parts = (sha256, repr(sidecar), self._surroundings)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def would_read_alike(self, file: Path, sha256: str, fingerprint: str) -> bool:
        """Whether the reading of a file would depend on the same as before."""
        try:
            sidecar = read_sidecar(file, self._workspace)
        except IntakeError:
            return False
        return self.fingerprint(sha256, sidecar) == fingerprint

    @cached_property
    def _layouts(self) -> tuple[SeriesLayout, ...]:
        return load_layouts(self._workspace)

    @cached_property
    def _ledgers(self) -> Mapping[str, Ledger]:
        return load_ledgers(self._workspace.root)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Return the built-in words with the workspace's own."""
        return load_vocabulary(self._workspace.root / WORDS_NAME)

    @cached_property
    def _surroundings(self) -> str:
        """Everything that the reading of every file depends on."""
        parts = (
            repr(self._layouts),
            repr(self._ledgers),
            self.vocabulary.text,
            repr(tuple(self._catalogue)),
            repr(self._workspace.regions),
            __version__,
            _code_digest(),
        )
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def delivery(self, path: Path, sidecar: Sidecar) -> Delivery:
        """Return what is known of a file beside its cells."""
        below = self._workspace.below_raw(path) or PurePath(path.name)
        file = readable(PurePath(path.stem))
        folders = tuple(map(readable, map(PurePath, below.parent.parts)))[::-1]
        return Delivery(
            source=join_source(self._workspace.relative(path), sidecar.title, sidecar.url),
            region=self._workspace.regions[sidecar.region or self._workspace.region.code],
            regions=(self._workspace.region, *self._workspace.parents),
            peers=self._workspace.peers,
            provenance=sidecar.provenance or "official",
            published=sidecar.published,
            period=Period.parse(sidecar.period) if sidecar.period else None,
            file=file,
            folders=folders,
            pinned=bool(sidecar.region),
            day=next(filter(None, map(stated_day, (file, *folders))), None),
            span=sidecar.span,
            unit=sidecar.unit,
        )


def _is_half_copied(path: Path, data: bytes) -> bool:
    """Whether a zip lost its end: the table of contents is written there, last."""
    zipped = path.suffix.lower() in FILES and data.startswith(ZIP_START)
    return zipped and ZIP_END not in data[-ZIP_TAIL:]


@cache
def _code_digest() -> str:
    """Hash the code that reads, so that a corrected reader reads again."""
    package = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for name in READS:
        for file in sorted(package.glob(name)):
            digest.update(file.relative_to(package).as_posix().encode())
            digest.update(b"\0" + file.read_bytes())
    return digest.hexdigest()
