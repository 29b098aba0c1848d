"""A forked kernel says what a plain one says, and inherits nothing that could tell them apart."""

import os
import signal
import sys
from pathlib import Path

import nbformat
import pytest

from lianhu_analysis.pipeline.apart import can_fork, run_apart
from lianhu_analysis.render.publishing import kernels
from lianhu_analysis.render.publishing.notebook import execute

pytestmark = pytest.mark.skipif(not can_fork(), reason="no fork here")

ROOT = Path(__file__).parents[2]
WORKED = Path(__file__).with_name("worked_report.ipynb")
# What a fork could have copied.  Descriptors: standard ones, and what this kernel opened itself.
INHERITED = """
import os, random, sys, threading
import matplotlib, numpy as np
print(matplotlib.rcParams["backend"], matplotlib.rcParams["font.size"])
print(os.getcwd() == os.path.realpath(os.environ["HERE"]), os.getpgid(0) == os.getpid())
print(sorted(k for k in os.environ if k.startswith(("LIANHU", "OMP", "MPL"))))
print(np.random.random(), random.random())
print([path for path in sys.path if path])
print(sorted(os.readlink(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd")
             if os.path.exists(f"/proc/self/fd/{n}") and int(n) > 2
             and os.path.isfile(f"/proc/self/fd/{n}")))
"""


def outputs(notebook):
    cells = nbformat.read(notebook, as_version=4).cells
    return [
        {key: value for key, value in output.items() if key != "execution_count"}
        for cell in cells
        if "end-marker" not in cell.metadata.get("tags", [])
        for output in cell.get("outputs", [])
    ]


def run_forked(template, parameters, folder):
    with kernels.forked_kernel():
        assert len(kernels._waiting) == 1
        execute(template, parameters, folder)
        assert not kernels._waiting  # it was this one that ran
    return folder


def run_in_fork(template, parameters, folder):
    ((_, result),) = run_apart(run_forked, [(template, parameters, folder)], 1)
    assert result == folder, result
    return folder / f"{template.stem}.ipynb"


def test_a_forked_kernel_says_what_a_plain_one_says(worked, tmp_path):
    forked = run_in_fork(WORKED, {"as_of": "2024-10-25"}, tmp_path)
    plain = worked.executed.notebook
    assert len(outputs(plain)) == 3
    assert outputs(forked) == outputs(plain)
    assert (tmp_path / "figures.json").read_bytes() == worked.executed.figures.read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_forked_kernel_inherits_nothing(importable_kernel, make_template, tmp_path, monkeypatch):
    template = make_template(INHERITED)
    told = []
    for name in ("plain", "one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.setenv("HERE", str(folder))
        monkeypatch.setenv("LIANHU_SAID", name)
        if name == "plain":
            with monkeypatch.context() as pinned:
                for variable in ("OMP", "OPENBLAS", "MKL"):
                    pinned.setenv(f"{variable}_NUM_THREADS", "1")
                file = execute(template, {}, folder).notebook
        else:
            file = run_in_fork(template, {}, folder)
        told.append(outputs(file)[0]["text"].splitlines())
    plain, one, two = told
    # Backend and look, folder, environment.
    assert plain[:3] == one[:3] == two[:3]
    assert one[1] == "True True"
    assert "LIANHU_SAID" in one[2]
    # Each draws its own random numbers.
    assert len({plain[3], one[3], two[3]}) == 3
    # Nothing of the user's folder, nor of the one that the command was given in.
    # (The plain one finds the package under test through its environment: see the fixture.)
    paths = [{*said[4].strip("[]").split(", ")} - {f"'{ROOT}'"} for said in (one, plain)]
    assert paths[0] == paths[1]
    # No file but the kernel's own.
    ours = [line.replace("one", "plain") for line in one[5].strip("[]").split(", ")]
    assert len(ours) == len(plain[5].strip("[]").split(", "))


def test_a_killed_kernel_is_a_refusal_and_leaves_nothing(
    importable_kernel, make_template, tmp_path, capfd
):
    template = make_template("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    ((_, result),) = run_apart(run_forked, [(template, {}, tmp_path)], 1)
    assert "内核中途被终止" in str(result)
    said = capfd.readouterr()
    assert said.out + said.err == ""


def test_a_kernel_that_was_never_wanted_ends():
    with kernels.forked_kernel():
        (kernel,) = kernels._waiting
        assert kernel.poll() is None
    assert kernel.poll() == -signal.SIGKILL
    with pytest.raises(ProcessLookupError):
        os.kill(kernel.pid, 0)
