"""Contenders in processes of their own: one start, one answer, what it took and what it used.

A benchmark module runs a contender as ``python -m benchmarks.NAME --contender ...``; the
child does what it must before the clock starts, calls `ready`, works, and answers with
`answer`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import THREADS

__all__ = ["answer", "load_text", "peak_mb", "ready", "resident_mb", "run_alone", "run_together"]

PINNED = dict.fromkeys(THREADS, "1")


def run_alone(module: str, *arguments: object) -> dict[str, Any]:
    """Run one contender and return its answer.

    Raises
    ------
    RuntimeError
        If it fails, with what it wrote.
    """
    return run_together([(module, *arguments)])[0]


def run_together(contenders: Sequence[tuple[object, ...]]) -> list[dict[str, Any]]:
    """Start contenders, let them work at the same time once all are ready; return answers."""
    children = [_start(*map(str, contender)) for contender in contenders]
    for child in children:
        _await_ready(child)
    for child in children:
        _stream(child.stdin).write("go\n")
        _stream(child.stdin).flush()
    answers = []
    for child in children:
        output, errors = child.communicate()
        if child.returncode:
            raise RuntimeError(f"{child.args}: {errors}")
        answers.append(json.loads(output.splitlines()[-1]))
    return answers


def _start(module: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", module, "--contender", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env={**os.environ, **PINNED}
    )


def _await_ready(child: subprocess.Popen[str]) -> None:
    for line in _stream(child.stdout):
        if line == "ready\n":
            return
    _, errors = child.communicate()
    raise RuntimeError(f"{child.args}: {errors}")


def _stream(stream: Any) -> Any:
    if stream is None:
        raise RuntimeError("a contender was started without pipes")
    return stream


def ready() -> None:
    """Tell the parent that the clock may start, and wait until it says so."""
    print("ready", flush=True)
    sys.stdin.readline()


def answer(**found: object) -> None:
    """Tell the parent what was found."""
    print(json.dumps(found))


def resident_mb() -> float:
    """Return the memory of this process now, in MB; not a number where the system is silent."""
    return _status("VmRSS")


def peak_mb() -> float:
    """Return the largest memory that this process had, in MB.

    ``ru_maxrss`` won't do: a child inherits the figure of the process that started it.
    """
    return _status("VmHWM")


def _status(name: str) -> float:
    file = Path("/proc/self/status")
    if not file.exists():
        return float("nan")
    for line in file.read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return float(line.split()[1]) / 1e3
    return float("nan")


def load_text() -> str:
    """Return how busy the machine is, as it is printed beside measured times."""
    if not hasattr(os, "getloadavg"):
        return "load unknown"
    return (
        f"load average of the last minute {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    )
