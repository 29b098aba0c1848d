"""One delivered file, read by itself."""

from __future__ import annotations

from pathlib import Path

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.intake.deliveries import DeliveryReader, read_sidecar
from lianhu_analysis.intake.reading.figures import Reading
from lianhu_analysis.workspace import Workspace


def read_file(workspace: Workspace, catalogue: Catalogue, file: Path) -> Reading:
    """Return what a file under data/raw holds, with what its ``delivery.toml`` says."""
    sidecar = read_sidecar(file, workspace)
    return DeliveryReader(workspace, catalogue).read(file, file.read_bytes(), sidecar)
