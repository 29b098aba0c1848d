"""Read files inside a process that may be killed: pickled bytes in, pickled grids out.

Run by path with ``python -I -S``, so that a broken or hostile file costs a child process
and nothing else.  The first answer says that the process is ready; every file gives one:
its grids, or message and remedy of why there are none.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Sequence
from typing import IO

try:
    import resource
except ImportError:
    resource = None  # type: ignore[assignment]

sys.path += sys.argv[1].split(os.pathsep)

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.grids.package import Package
from lianhu_analysis.intake.grids.refusals import too_large
from lianhu_analysis.intake.grids.xlsx import BOOK, read_xlsx

ZIP_SIGNATURE = b"PK\x03\x04"
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Past these the process ends: memory that one workbook used is rarely all returned.
TIRED_AFTER = 500
TIRED_BYTES = 20_000_000


def read(data: bytes) -> Sequence[Grid]:
    """Read a file as what it is, whatever its name says."""
    if data.startswith(OLE_SIGNATURE):
        from lianhu_analysis.intake.grids.xls import read_xls

        return read_xls(data)
    package = Package(data) if data.startswith(ZIP_SIGNATURE) else None
    if package and BOOK in package:
        return read_xlsx(data, package)
    from lianhu_analysis.intake.grids.document import read_page, read_word

    return read_word(package) if package else read_page(data)


def answer(data: bytes) -> bytes:
    """Return the grids of one file, or why there are none."""
    try:
        return pickle.dumps(read(data))
    except (IntakeError, MemoryError) as error:
        refusal = error if isinstance(error, IntakeError) else too_large()
        return pickle.dumps((refusal.message, refusal.remedy))


def limit_time(seconds: int) -> None:
    """Let the system end us should our parent be gone and this workbook never end."""
    if resource:
        used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used) + seconds + 1, hard))


def main() -> None:
    """Answer until the parent closes its end; any other end is the parent's to explain."""
    memory_bytes, seconds = int(sys.argv[2]), int(sys.argv[3])
    stdin, stdout = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever else prints must not end up among the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    if resource:  # Windows has none
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    _write(stdout, pickle.dumps("ready"))
    served = size = 0
    while served < TIRED_AFTER and size < TIRED_BYTES:
        try:
            data = pickle.load(stdin)
        except EOFError:
            return
        limit_time(seconds)
        body = answer(data)
        _write(stdout, body)
        served, size = served + 1, max(len(data), len(body))


def _write(stream: IO[bytes], body: bytes) -> None:
    stream.write(body)
    stream.flush()


if __name__ == "__main__":
    main()
