"""The parts of an .xlsx or .docx: a zip archive of XML, opened within limits."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree

from lianhu_analysis.intake.grids.refusals import corrupt, too_large

__all__ = ["LIMIT_CODES", "Package", "explained", "local_name"]

MAX_UNPACKED_BYTES = 200_000_000
# libxml2's own: no memory, and a text or a nesting beyond what it takes from strangers.
LIMIT_CODES = {etree.ErrorTypes.ERR_NO_MEMORY, etree.ErrorTypes.ERR_RESOURCE_LIMIT}
RAISED = (etree.LxmlError, zipfile.BadZipFile, zlib.error, EOFError, OSError)
SAFELY: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "remove_comments": True,
    "remove_pis": True,
}


def local_name(name: Any) -> str:
    """Return the name of an element or attribute without its namespace."""
    return str(name).rpartition("}")[2]


class Package:
    """One archive; parts are found in any case and with either slash.

    Raises
    ------
    IntakeError
        If it is damaged, or too large by what its directory declares.
    """

    def __init__(self, data: bytes) -> None:
        with explained():
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        items = self._archive.infolist()
        unpacked = sum(item.file_size for item in items)
        if unpacked > MAX_UNPACKED_BYTES:
            raise too_large(f"{unpacked / 1e6:.0f} MB")
        self._names = {item.filename.lower().replace("\\", "/"): item for item in items}
        if len(self._names) < len(items):
            raise corrupt("two parts of one name")

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._names

    def root(self, part: str) -> Any:
        """Return the root element of a part; an empty one if there is none."""
        if part not in self:
            return etree.Element("none")
        with explained(part):
            tree = etree.parse(self._open(part), etree.XMLParser(**SAFELY))
        return _without_dtd(tree.getroot(), part)

    def elements(self, part: str, *tags: str) -> Iterator[Any]:
        """Yield each element of some names as it ends, without holding the whole part.

        What is wrong with the part is for the caller to have `explained`.
        """
        found = etree.iterparse(self._open(part), tag=tags, **SAFELY)
        for _, element in found:
            yield element
            element.clear()
        _without_dtd(found.root, part)

    def _open(self, part: str) -> Any:
        return self._archive.open(self._names[part.lower()])

    def targets(self, part: str) -> dict[str, str]:
        """Return the parts that a part refers to, by id and by kind."""
        folder, name = posixpath.split(part)
        found = {}
        for item in self.root(f"{folder}/_rels/{name}.rels".lstrip("/")):
            target = posixpath.join(f"/{folder}", item.get("Target", ""))
            place = posixpath.normpath(target).lstrip("/")
            found[item.get("Id", "")] = found[posixpath.basename(item.get("Type", ""))] = place
        return found


def _without_dtd(root: Any, part: str) -> Any:
    if root.getroottree().docinfo.internalDTD is not None:
        raise corrupt(f"{part}: DTD")
    return root


@contextmanager
def explained(part: str = "") -> Iterator[None]:
    """Turn what the libraries raise on a damaged or overlarge file into a refusal.

    Raises
    ------
    IntakeError
        Naming the part concerned.
    """
    try:
        yield
    # A RuntimeError: a part with a password of its own.
    except (*RAISED, KeyError, ValueError, RuntimeError) as error:
        if getattr(error, "code", None) in LIMIT_CODES:
            raise too_large() from error
        raise corrupt(f"{part}: {error}".removeprefix(": ")) from error
