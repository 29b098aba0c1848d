"""Does a reader of the standard take the export, and find the same figures in it?

    pip install "pysdmx[data]" into an environment of its own, then
    python -m benchmarks.sdmx_reader

The national workspace is read into a folder of its own, exported, and read by pysdmx, which is no
dependency of the project.  The last line is how many of the observations came out the same.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from lianhu_analysis import pipeline
from lianhu_analysis.pipeline import answers
from lianhu_analysis.pipeline.session import Session
from lianhu_analysis.workspace import load_workspace

__all__ = ["main"]

NATIONAL = Path(__file__).parents[1] / "examples" / "national"


def main() -> int:
    """Export, read again, compare; return the exit status."""
    from pysdmx.io.csv.sdmx20.reader import read  # type: ignore[import-not-found]

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "national"
        left = shutil.ignore_patterns("processed", "reports")
        space = load_workspace(shutil.copytree(NATIONAL, root, ignore=left))
        pipeline.ingest(space)
        session = Session(space)
        written, _ = answers.export(session, root / "export.csv")
        text = (root / "export.csv").read_text(encoding="utf-8")
    (dataset,) = read(text)
    found = pd.to_numeric(dataset.data["OBS_VALUE"]).to_numpy()
    kept = session.assured.frame["value"].to_numpy()
    same = int(np.isclose(found, kept, rtol=0, atol=0, equal_nan=True).sum())
    sys.stdout.write(f"{dataset.structure}: {same} of {written} observations the same\n")
    return 0 if same == written == len(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
