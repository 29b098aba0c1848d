"""JupyterLab in a workspace: in Chinese, and without asking the internet for anything."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

__all__ = ["lab_command", "lab_environment"]

FIRST = Path("notebooks") / "00_start_here.ipynb"


def lab_command(root: Path, extra: Sequence[str] = ()) -> list[str]:
    """Return the command that opens JupyterLab with ``root`` as its folder, at its first page."""
    first = FIRST if (root / FIRST).is_file() else None
    opened = [f"--LabApp.default_url=/lab/tree/{first.as_posix()}"] if first else []
    return [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}", *opened, *extra]


def lab_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with our settings put before the user's own paths.

    JupyterLab reads ``labconfig/default_setting_overrides.json`` of every
    Jupyter configuration path; what the user chose in the menus still wins.
    """
    settings = str(resources.files("lianhu_analysis.render") / "lab_settings")
    known = environment.get("JUPYTER_CONFIG_PATH", "")
    paths = os.pathsep.join(part for part in (settings, known) if part)
    return {**environment, "JUPYTER_CONFIG_PATH": paths}
