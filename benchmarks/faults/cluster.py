"""A dask cluster that breaks while it makes reports: all whole, none twice, none half.

    python -m benchmarks.faults.cluster [--count N] [--quick] [--seed N]

Each trial makes two quarters of two copies of the national workspace by one ``lianhu report
--workspaces --scheduler`` on a real cluster on loopback: a scheduler and two workers, each a
process of its own, workers started again when they end.  Three faults in turn, at moments drawn by
seed: a worker killed (SIGKILL) and not replaced; the scheduler killed and started again; a worker
whose disk for temporary files is full (400 kB; where no file system can be mounted, files cannot
grow beyond some 200 kB).  Bar: exit status 0, every report vouched for by the manifest and the
same byte for byte as one made without a cluster, no file that no entry vouches for, none published
twice.  Control: a full disk without a second try.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.faults.house import ROOT, Tally, end, options, run_command
from lianhu_analysis.pipeline import apart
from lianhu_analysis.render.publishing.publish import orphans, read_manifest
from lianhu_analysis.workspace import load_workspace

__all__ = ["Cluster", "dask_setup", "main"]

QUARTERS = ("2024Q2", "2024Q3")
PUBLISHED = "published.log"
NOTED = "LIANHU_BENCH_NOTES_WHAT_IS_PUBLISHED"
SMALL = 400_000  # bytes
SPACES = 2
SMALL_DISK = f'mount -t tmpfs -o size={SMALL} tmpfs "$TMPDIR" && exec "$@"'
ON_SMALL_DISK = ["unshare", "--map-root-user", "--mount", "sh", "-c", SMALL_DISK, "sh"]
SMALL_FILES = ["sh", "-c", 'ulimit -f 400 && exec "$@"', "sh"]
WITHOUT_RETRY = """
import sys
from lianhu_analysis import cli
from lianhu_analysis.pipeline import cluster
cluster.TRIES = 1
cli.main(sys.argv[1:])
"""


def dask_setup(worker: object) -> None:
    """Let the processes of a worker's tasks be forked from one that has imported this module."""
    del worker
    apart.PRELOADED.append(__name__)


def note_published() -> None:
    """Note each report that is put in place, beside it."""
    from lianhu_analysis.pipeline import reports

    put_in_place = reports.put_in_place

    def noted(private: Path, folder: Path, entry: Any) -> Any:
        whole = put_in_place(private, folder, entry)
        with (folder / PUBLISHED).open("a", encoding="utf-8") as log:
            log.write(f"{entry.name}\n")
        return whole

    reports.put_in_place = noted


if os.environ.get(NOTED):
    note_published()


class Cluster:
    """A scheduler and two workers on loopback, with what each of them says."""

    def __init__(self, folder: Path, full: str = "") -> None:
        folder.mkdir()
        self.folder, self.full = folder, full
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.kept = {"one", "other"}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        for name in ("scheduler", "one", "other"):
            self.start(name)
        # A fault is no fault while the worker that has it is not there.
        while any("Registered" not in self.told(name) for name in self.kept):
            time.sleep(0.1)

    def start(self, name: str) -> None:
        """Start the scheduler or a worker."""
        scratch = self.folder / f"{name}-tmp"
        scratch.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "dask"]
        if name == "scheduler":
            command += ["scheduler", "--port", str(self.port), "--no-dashboard"]
        else:
            command += ["worker", self.address, "--nthreads", "1", "--no-nanny"]
            command += ["--no-dashboard", "--preload", __name__]
            command += ["--local-directory", str(self.folder)]
        command += ["--host", "127.0.0.1"]
        if name == self.full:
            command = [*(ON_SMALL_DISK if can_mount() else SMALL_FILES), *command]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(scratch), NOTED: "1"}
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, env=environment, stdout=log, stderr=log
            )

    def told(self, name: str) -> str:
        """Return what a process wrote so far."""
        return (self.folder / f"{name}.log").read_text(encoding="utf-8")

    def keep(self) -> None:
        """Start again the workers that ended, as whoever runs a cluster does."""
        for name in self.kept:
            if self.processes[name].poll() is not None:
                self.start(name)

    def kill(self, name: str) -> None:
        """Kill a process as a loss of power would."""
        self.kept.discard(name)
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    def end(self) -> None:
        """Kill all."""
        for name in list(self.processes):
            self.kill(name)


def can_mount() -> bool:
    """Return whether a small file system can be had for one process."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*ON_SMALL_DISK, "true"]
        told = {**os.environ, "TMPDIR": folder}
        try:
            done = subprocess.run(command, env=told, capture_output=True, check=False)
        except OSError:
            return False
        return done.returncode == 0


def kill_worker(cluster: Cluster) -> None:
    """Kill a worker for good."""
    cluster.kill("one")


def restart_scheduler(cluster: Cluster) -> None:
    """Kill the scheduler; it is back after some seconds."""
    cluster.kill("scheduler")
    time.sleep(3)
    cluster.start("scheduler")


def leave_alone(cluster: Cluster) -> None:
    """Do nothing: the fault is there from the beginning."""


FAULTS: dict[str, tuple[str, Callable[[Cluster], None]]] = {
    "a worker killed": ("", kill_worker),
    "the scheduler restarted": ("", restart_scheduler),
    "a full disk": ("one", leave_alone),
}


def lianhu(arguments: Sequence[str], *program: str) -> Any:
    """Start the command line, or another program that takes its arguments."""
    return subprocess.Popen(
        [sys.executable, *(program or ("-m", "lianhu_analysis")), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def trial(base: Path, folder: Path, fault: str, seconds: float, tally: Tally, *program: str) -> int:
    """Make the reports of copies of a workspace under a fault, and judge.

    Parameters
    ----------
    seconds
        Between the beginning of the first task and the fault.
    program
        What is run instead of the command line.

    Returns
    -------
    How many tasks were under way when the fault came.
    """
    spaces = [folder / f"region{number}" for number in range(SPACES)]
    for space in spaces:
        shutil.copytree(base, space, ignore=shutil.ignore_patterns("reports", "past_runs"))
    full, disturb = FAULTS[fault]
    cluster = Cluster(folder / "cluster", full)
    asked = ["report", *QUARTERS, "--workspaces", str(folder / "region*"), "--format", "html"]
    try:
        run = lianhu([*asked, "--scheduler", cluster.address], *program)
        while run.poll() is None and not under_way(folder):
            time.sleep(0.1)
        time.sleep(seconds)
        disturbed = under_way(folder)
        disturb(cluster)
        while run.poll() is None:
            cluster.keep()
            time.sleep(0.2)
        told = run.stdout.read()
    finally:
        cluster.end()
    tally.expect(run.returncode == 0, f"{fault}: status {run.returncode}\n{told[-1000:]}")
    for space in spaces:
        for name, wrong in faults_of(space, base):
            tally.expect(not wrong, f"{fault}, {space.name} {name}: {wrong}")
    return disturbed


def under_way(folder: Path) -> int:
    """Count the tasks that are being done: each holds the lock of its workspace."""
    return len(list(folder.glob("region*/.cluster.lock.holder")))


def faults_of(space: Path, base: Path) -> list[tuple[str, str]]:
    """Name each report that a workspace should have, with what is wrong with it."""
    reports, sound = load_workspace(space).reports, load_workspace(base).reports
    vouched = {entry.name: entry for entry in read_manifest(reports)}
    log = reports / PUBLISHED
    times = Counter(log.read_text(encoding="utf-8").split() if log.exists() else [])
    found = []
    for entry in read_manifest(sound):
        wrong = [f"published {times[entry.name]} times"] if times[entry.name] > 1 else []
        if entry.name not in vouched:
            wrong.append("not there")
        elif vouched[entry.name].outputs != entry.outputs:
            wrong.append("other bytes")
        found.append((entry.name, "; ".join(wrong)))
    return [*found, ("files", "; ".join(f"stray {name}" for name in orphans(reports)))]


def make_base(folder: Path) -> Path:
    """Make a workspace with figures, and the reports that it should have without a cluster."""
    base = folder / "base"
    made = shutil.ignore_patterns("processed", "reports")
    shutil.copytree(ROOT / "examples" / "national", base, ignore=made)
    run_command(["--workspace", str(base), "ingest"])
    run = lianhu(["--workspace", str(base), "report", *QUARTERS, "--format", "html"])
    told, _ = run.communicate()
    if run.returncode:
        raise SystemExit(f"lianhu report ended with {run.returncode}:\n{told}")
    return base


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and its control."""
    chosen = options(__doc__, 12, 3).parse_args(arguments)
    draw, tally, control, disturbed = random.Random(chosen.seed), Tally(), Tally(), 0
    with tempfile.TemporaryDirectory() as name:
        base = make_base(Path(name))
        for number in range(chosen.count):
            folder = Path(name) / f"trial{number}"
            folder.mkdir()
            fault = list(FAULTS)[number % len(FAULTS)]
            disturbed += trial(base, folder, fault, draw.uniform(1, 15), tally)
        folder = Path(name) / "control"
        folder.mkdir()
        trial(base, folder, "a full disk", 0, control, "-c", WITHOUT_RETRY)
    reports = chosen.count * SPACES * len(QUARTERS)
    figure = (
        f"{len(tally.missed)} lost, half, other or twice of {reports} reports on"
        f" {chosen.count} broken clusters ({disturbed} reports under way as the faults came)"
    )
    return end(figure, tally, control)


if __name__ == "__main__":
    sys.exit(main())
