"""Office packages that say nothing of the clock: the same report is the same bytes."""

from __future__ import annotations

import io
import re
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

__all__ = ["without_clock"]

# The first day that the format can name.
EPOCH = (1980, 1, 1, 0, 0, 0)
CORE = "docProps/core.xml"
STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def without_clock(package: bytes) -> bytes:
    """Return a package whose members and properties carry one fixed time."""
    buffer = io.BytesIO()
    with ZipFile(io.BytesIO(package)) as source, ZipFile(buffer, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == CORE:
                content = STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z", content)
            member = ZipInfo(name, EPOCH)
            member.compress_type = ZIP_DEFLATED
            target.writestr(member, content)
    return buffer.getvalue()
