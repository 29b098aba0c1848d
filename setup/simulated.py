"""Keep data/raw/simulated as data/simulation writes it, and the store in step with it.

    python setup/simulated.py

What a delivered file once gave stays in the store when the file is changed. The simulation
is the exception: where its programme changed, what the old files gave is withdrawn first.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from lianhu_analysis.errors import LianhuError
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.workspace import load_workspace

__all__ = ["main", "refresh"]

ROOT = Path(__file__).resolve().parent.parent
FOLDER = "data/raw/simulated"
STAMP = ".stamps/simulated"
PROGRAMME = (".py", ".csv", ".toml")


def refresh(root: Path, simulate: Callable[[], None]) -> bool:
    """Simulate unless the files stand as the present programme wrote them.

    Parameters
    ----------
    root
        The workspace.
    simulate
        Writes the files of ``data/raw/simulated``.

    Returns
    -------
    Whether anything was written.
    """
    stamp = root / STAMP
    stamp.parent.mkdir(exist_ok=True)
    with FileLock(stamp.with_name("simulated.lock")):
        if _recorded(stamp) == _present(root):
            return False
        stamp.unlink(missing_ok=True)
        shutil.rmtree(root / FOLDER, ignore_errors=True)
        simulate()
        _withdraw_what_changed(root)
        new = stamp.with_suffix(".new")
        new.write_text(json.dumps(_present(root)), encoding="utf-8")
        new.replace(stamp)
    return True


def _digests(folder: Path, suffixes: tuple[str, ...] = ()) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if not suffixes or path.suffix in suffixes
    }


def _present(root: Path) -> dict[str, dict[str, str]]:
    return {
        "programme": _digests(root / "data/simulation", PROGRAMME),
        "files": _digests(root / FOLDER),
    }


def _recorded(stamp: Path) -> dict[str, dict[str, str]] | None:
    try:
        return json.loads(stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _withdraw_what_changed(root: Path) -> None:
    store = VintageStore(load_workspace(root).processed)
    written = _digests(root / FOLDER)
    with store.writing() as writer:
        for path, entry in store.ledger().items():
            name = path.removeprefix(f"{FOLDER}/")
            if name != path and written.get(name) != entry.sha256:
                writer.remove(path)


def _simulate() -> None:
    subprocess.run([sys.executable, "-m", "data.simulation"], cwd=ROOT, check=True)


def main() -> int:
    """Refresh the checkout's own simulated deliveries; return the exit status."""
    try:
        refresh(ROOT, _simulate)
    except LianhuError as error:
        sys.stderr.write(f"{error}\n")
        return 3
    except subprocess.CalledProcessError as error:
        sys.stderr.write(
            f"模拟程序没有完成（退出码 {error.returncode}，原因见上），没有写入数据；请改正后重试。\n"
            "The simulation failed, see above; nothing counts as written. Mend it and try again.\n"
        )
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
