"""Faults in the kernel of a report, at any of its cells: nothing half-made is published.

    python -m benchmarks.faults.partial [--count N] [--quick] [--seed N]

A report is made of a template that imports little, in a small workspace; a fault drawn by seed
stands in one of its cells: the kernel killed, ended with status 0, hung, stopped, out of memory,
raising, flooding, or tampering with what a report hands over.  Cells have 8 seconds here, the
whole 25.  Bar: no page, no manifest entry, another exit status than 0, the reason in words, and
the report of before as it was.  Control: a run whose check for wholeness is switched off.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import nbformat

from benchmarks.faults.house import ROOT, Tally, end, options, patched, run_command, small_workspace
from benchmarks.faults.writing import forked
from lianhu_analysis.pipeline import reports
from lianhu_analysis.pipeline.session import Session
from lianhu_analysis.render.publishing import notebook
from lianhu_analysis.render.publishing.kernels import forked_kernel
from lianhu_analysis.workspace import Workspace

__all__ = ["FAULTS", "main", "write_template"]

NAME = "610199-2024Q3-2024-10-20"
FIRST = 'workspace = ""\nquarter = ""\nas_of = ""\nrun_token = ""'
LAST = (
    "from lianhu_analysis.render.register import FigureRegister\n"
    "from lianhu_analysis.render.publishing.notebook import finish\n"
    "finish(FigureRegister(), run_token)"
)
FAULTS = {
    "killed": "import os; os.kill(os.getpid(), 9)",
    "terminated": "import os; os.kill(os.getpid(), 15)",
    "aborted": "import os; os.abort()",
    "segmentation fault": "import ctypes; ctypes.string_at(0)",
    "_exit(0)": "import os; os._exit(0)",
    "sys.exit(0)": "import sys; sys.exit(0)",
    "exit()": "exit()",
    "quit()": "quit()",
    "SystemExit": "raise SystemExit",
    "asked to exit": "get_ipython().ask_exit()",
    "hang": "import time; time.sleep(10_000)",
    "busy": "while True: pass",
    "stopped": "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    "interrupted": "import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(3)",
    "waits for input": "input()",
    "no memory": (
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (2 * 10**9,) * 2)\n"
        "kept = [bytes(10**8) for _ in range(1000)]"
    ),
    "MemoryError": "raise MemoryError",
    "exception": "1 / 0",
    "base exception": "raise BaseException('x')",
    "exception without text": "class E(Exception):\n    def __str__(self): 1 / 0\nraise E",
    "syntax": "for",
    "recursion": "def f(): return f()\nf()",
    "assertion": "assert False",
    "missing import": "import no_such_module_at_all",
    "warning as error": "import warnings; warnings.simplefilter('error'); warnings.warn('x')",
    "thread": "import threading\nt = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()",
    "thread kills later": (
        "import os, threading\nthreading.Timer(0.3, lambda: os.kill(os.getpid(), 9)).start()\n"
        "import time; time.sleep(1)"
    ),
    "flood": "while True: print('x' * 100_000)",
    "flood of errors": "import sys\nwhile True: print('x' * 100_000, file=sys.stderr)",
    "flood of displays": "while True: display('x' * 100_000)",
    "50 MB at once": "print('x' * 50_000_000)",
    "closed output": "import sys; sys.stdout = None; sys.displayhook = None; 1 / 0",
    "another program": "import os, sys; os.execv(sys.executable, [sys.executable, '-c', ''])",
    "no token": "run_token = ''",
    "another token": "run_token = 'a' * 32",
    "early end": LAST + "\nraise ValueError",
    "figures gone": (
        "from pathlib import Path\nfrom lianhu_analysis.render import register\n"
        "register.FigureRegister.save = lambda *_: None"
    ),
    "figures torn": (
        "from pathlib import Path\nfrom lianhu_analysis.render import register\n"
        "register.FigureRegister.save = lambda *_: Path('figures.json').write_text('[{')"
    ),
    "verdicts torn": (
        "from pathlib import Path\nimport json\njson.dumps = lambda *a, **k: '{\"title\": '"
    ),
    "error in words": "import sys; print('Traceback (most recent call last)', file=sys.stderr)",
    "a number of nowhere": "from IPython.display import HTML, display\ndisplay(HTML('<p>增长 7.7%</p>'))",
    "folder gone": "import os, shutil; shutil.rmtree(os.getcwd())",
}  # fmt: skip


# A kernel may finish what it was asked before it goes: then the report is whole all the same.
POLITE = ("exit()", "quit()", "asked to exit")


def write_template(path: Path, fault: str = "", place: int = 0, cells: int = 3) -> None:
    """Write a template with a fault in one of its cells; none for a sound one."""
    bodies = ["x = 1"] * cells
    if fault:
        bodies[place] = fault
    every = [nbformat.v4.new_code_cell(text) for text in (FIRST, *bodies, LAST)]
    every[0].metadata["tags"] = ["parameters"]
    every[-1].metadata["tags"] = ["end-marker"]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path.parent.mkdir(parents=True, exist_ok=True)
    made = nbformat.v4.new_notebook(cells=every, metadata={"kernelspec": kernel})
    nbformat.write(made, path)


def published(reports: Path) -> dict[str, bytes]:
    """Return everything that readers see, and what vouches for it."""
    kinds = (".html", ".docx", ".xlsx", ".json")
    files = [file for file in reports.rglob("*") if file.suffix in kinds]
    return {str(file.relative_to(reports)): file.read_bytes() for file in files}


def make_report(space: Workspace) -> tuple[int, str]:
    """Make the report in a process and with a kernel of its own, as ``lianhu report`` does."""

    def work() -> str:
        asked = Session(space)
        plan = reports.plan_report(asked, "2024Q3", {}, ["html"])
        with forked_kernel():
            return reports.publish(asked, plan).error

    status, told = forked(work)
    return (1 if status == 0 and told else status), told


def run_faults(names: Sequence[str], seed: int) -> Tally:
    """Run reports with faults, every second one over a whole report of before."""
    draw, tally = random.Random(seed), Tally()
    with tempfile.TemporaryDirectory() as folder:
        space = small_workspace(Path(folder) / "space")
        template = space.root / "notebooks" / "reports" / "quarterly.ipynb"
        run_command(["--workspace", str(space.root), "ingest"])
        write_template(template)
        status, told = make_report(space)
        page = published(space.reports).get(f"{NAME}.html")
        tally.expect(status == 0 and page is not None, f"sound: {told[-300:]}")
        shutil.rmtree(space.reports)
        sound: dict[str, bytes] = {}
        for number, name in enumerate(names):
            if number == len(names) // 2:
                write_template(template)
                status, told = make_report(space)
                sound = published(space.reports)
                tally.expect(status == 0 and f"{NAME}.html" in sound, f"sound: {told[-300:]}")
            write_template(template, FAULTS[name], draw.randrange(3))
            status, told = make_report(space)
            now = {
                path: data
                for path, data in published(space.reports).items()
                if "failed" not in path
            }
            if status == 0 and name in POLITE and now.get(f"{NAME}.html") == page:
                tally.expect(True, name)
                sound = now
                continue
            wrong = [
                *([f"status {status}"] if status != 1 else []),
                *(["published"] if now != sound else []),
                *(["no reason"] if not re.search("未发布：.|不能发布：.", told, re.DOTALL) else []),
                *(["traceback"] if "Traceback (most recent call last):\n  File" in told else []),
            ]
            tally.expect(not wrong, f"{name}: {'; '.join(wrong)}\n    {told[-300:]!r}")
    return tally


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and its control."""
    chosen = options(__doc__, 200, 2).parse_args(arguments)
    os.environ["PYTHONPATH"] = str(ROOT)  # for the kernels
    draw = random.Random(chosen.seed)
    names = draw.sample(list(FAULTS), len(FAULTS)) * (1 + chosen.count // len(FAULTS))
    short = partial(notebook.execute, cell_timeout=8, run_timeout=25)
    with patched(notebook, "execute", short):
        tally = run_faults(names[: chosen.count], chosen.seed)
        with patched(notebook, "verify", lambda *_: None):
            control = run_faults(["error in words"], chosen.seed)
    return end(
        f"{len(tally.missed)} of {tally.trials} broken runs published or unnamed", tally, control
    )


if __name__ == "__main__":
    sys.exit(main())
