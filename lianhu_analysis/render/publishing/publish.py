"""Put a finished report into place, and list what is there: no manifest entry, no report.

The files of a report are several, and a rename is of one.  So they are first written beside their
places, then ``reports/manifest/NAME.json`` says what they are, which is the moment at which the
report is published, and then they are put into place.  After a crash before that moment the old
report stands; after it the next run finishes what the entry promised.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from importlib import metadata
from pathlib import Path

from lianhu_analysis import __version__
from lianhu_analysis.errors import ReportError, UsageError
from lianhu_analysis.intake.whole_files import PARTS, locked, sweep, write_whole
from lianhu_analysis.render.publishing.index import index_page
from lianhu_analysis.render.publishing.manifest import FORMATS, ManifestEntry

__all__ = [
    "INDEX_NAME",
    "MANIFEST_FOLDER",
    "SUFFIXES",
    "ManifestEntry",
    "file_hash",
    "find_published",
    "fingerprint",
    "orphans",
    "publish",
    "read_manifest",
    "refuse_another",
    "safe_name",
    "versions",
]

INDEX_NAME = "index.html"
MANIFEST_FOLDER = "manifest"
LOCK_NAME = ".publish.lock"
SUFFIXES = tuple(f".{kind}" for kind in FORMATS)
# Of a file that is whole and not yet in its place.
PENDING = ".pending"
VERSIONED = "numpy pandas scipy statsmodels matplotlib seaborn papermill nbconvert".split()
# Windows opens a device under these names, whatever the suffix.
RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.I
)
UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
LONGEST_NAME = 120


def safe_name(*parts: str) -> str:
    """Join parts into a file name that stands on every system.

    Raises
    ------
    UsageError
        If a part could leave the folder or is reserved on Windows.
    """
    name = unicodedata.normalize("NFC", "-".join(parts))
    faulty = (
        not all(parts)
        or UNSAFE.search(name)
        or RESERVED.fullmatch(name)
        or name != name.strip(" .")
        or any(unicodedata.category(character) in ("Cc", "Cf") for character in name)
        or len(name.encode("utf-8")) > LONGEST_NAME
    )
    if faulty:
        raise UsageError(f"{name!r} 不能用作文件名，请只用文字、数字、- 与 _，并避开系统保留名")
    return name


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint(
    inputs: Mapping[str, str], parameters: Mapping[str, object], versions: Mapping[str, str]
) -> str:
    """Return one hash for all that a report depends on."""
    told = [dict(inputs), dict(parameters), dict(versions)]
    canonical = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def versions() -> dict[str, str]:
    """Return the versions that a report's numbers and looks depend on."""
    found = {name: metadata.version(name) for name in VERSIONED}
    return {"lianhu-analysis": __version__, "python": sys.version.split()[0], **found}


def publish(private_dir: Path, reports_dir: Path, entry: ManifestEntry) -> ManifestEntry:
    """Publish a finished report whole or not at all, and renew the index.

    Parameters
    ----------
    private_dir
        Folder with ``NAME.html`` and maybe the same as ``.docx`` and ``.xlsx``, complete.

    Returns
    -------
    ManifestEntry
        The entry as written, with the hash of each file.

    Raises
    ------
    ReportError
        If a file is missing or empty, another report differs only in case
        or in the Unicode form of its name, or the folder is another workspace's.
    StoreError
        If another process holds the folder too long, or the disk refuses.
    """
    if safe_name(entry.name) != entry.name:
        raise UsageError(f"报告名 {entry.name!r} 不是规范形式，请用 safe_name 生成")
    sources = [private_dir / f"{entry.name}{suffix}" for suffix in SUFFIXES]
    sources = [sources[0], *filter(Path.exists, sources[1:])]
    for source in sources:
        if not source.is_file() or not source.stat().st_size:
            raise ReportError(f"要发布的 {source.name} 不存在或为空，没有发布任何文件")
    manifest_dir = reports_dir / MANIFEST_FOLDER
    with locked(reports_dir / LOCK_NAME, "报告文件夹"):
        sweep([*reports_dir.glob(PARTS), *manifest_dir.glob(PARTS)])
        _refuse_collision(reports_dir, [source.name for source in sources])
        refuse_another(reports_dir, entry.region, entry.workspace)
        _settle(reports_dir)
        outputs = {}
        for source in sources:
            pending = reports_dir / (source.name + PENDING)
            write_whole(pending, source.read_bytes())
            outputs[source.name] = file_hash(pending)
        whole = replace(entry, outputs=outputs)
        text = json.dumps(asdict(whole), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        write_whole(_entry_path(reports_dir, entry.name), text.encode("utf-8"))
        _settle(reports_dir)
    return whole


def find_published(reports_dir: Path, name: str, fingerprint: str) -> ManifestEntry | None:
    """Return the entry of a report that need not be rendered again, or None.

    What a killed run left to be put into place is put there first.
    """
    if next(reports_dir.glob(f"*{PENDING}"), None):
        with locked(reports_dir / LOCK_NAME, "报告文件夹"):
            _settle(reports_dir)
    entry = _read_entry(_entry_path(reports_dir, name))
    if entry is None or entry.fingerprint != fingerprint or not _is_whole(reports_dir, entry):
        return None
    return entry


def read_manifest(reports_dir: Path) -> tuple[ManifestEntry, ...]:
    """Return the entries whose files are all there, in place or about to be, unchanged."""
    return tuple(entry for entry in _entries(reports_dir) if _is_whole(reports_dir, entry))


def refuse_another(reports_dir: Path, region: str, workspace: str) -> None:
    """Refuse a folder with reports of another workspace on the same region: they have one name.

    Raises
    ------
    ReportError
        Naming the other workspace, as seen from the folder.
    """
    for entry in _entries(reports_dir):
        if entry.region == region and entry.workspace not in ("", workspace):
            raise ReportError(
                f"{reports_dir.name} 文件夹里已有另一个工作区（{entry.workspace}）的 {region} 的报告，会互相覆盖。"
                "请在 lianhu.toml 的 paths.reports 另指文件夹；工作区只是移动过的，请先移走这些报告"
            )


def orphans(reports_dir: Path) -> tuple[str, ...]:
    """Return report files that no entry vouches for; the index does not show them."""
    vouched = {name for entry in read_manifest(reports_dir) for name in entry.outputs}
    found = {file.name for file in reports_dir.glob("*") if file.suffix in SUFFIXES}
    return tuple(sorted(found - vouched - {INDEX_NAME}))


def _entry_path(reports_dir: Path, name: str) -> Path:
    return reports_dir / MANIFEST_FOLDER / f"{name}.json"


def _read_entry(path: Path) -> ManifestEntry | None:
    try:
        return ManifestEntry(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None  # an entry that cannot be read vouches for nothing


def _entries(reports_dir: Path) -> list[ManifestEntry]:
    files = sorted((reports_dir / MANIFEST_FOLDER).glob("*.json"))
    return [entry for file in files if (entry := _read_entry(file))]


def _settle(reports_dir: Path) -> None:
    """Put into place what entries promise, renew the index, drop the rest; under the lock."""
    waiting = sorted(reports_dir.glob(f"*{PENDING}"))
    for pending in waiting:
        name = pending.name.removesuffix(PENDING)
        stem = Path(name).stem
        entry = _read_entry(_entry_path(reports_dir, stem))
        if entry and entry.outputs.get(name) == file_hash(pending):
            write_whole(reports_dir / name, pending.read_bytes())
            # What an earlier edition left in another form says what no longer holds.
            for other in {stem + suffix for suffix in SUFFIXES} - set(entry.outputs):
                (reports_dir / other).unlink(missing_ok=True)
    if waiting:
        document = index_page(read_manifest(reports_dir))
        write_whole(reports_dir / INDEX_NAME, document.encode("utf-8"))
    sweep(waiting)


def _is_whole(reports_dir: Path, entry: ManifestEntry) -> bool:
    return bool(entry.outputs) and all(
        any(
            file.is_file() and file_hash(file) == digest
            for file in (path, Path(f"{path}{PENDING}"))
        )
        for path, digest in ((reports_dir / name, said) for name, said in entry.outputs.items())
    )


def _refuse_collision(reports_dir: Path, files: Sequence[str]) -> None:
    present = {_folded(file.name): file.name for file in reports_dir.glob("*")}
    for name in (*files, INDEX_NAME):
        other = present.get(_folded(name), name)
        if other != name or INDEX_NAME in files:
            raise ReportError(
                f"报告文件 {name} 与已有的 {other} 只差大小写或字形，在其他系统上会互相覆盖。请改名"
            )


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
