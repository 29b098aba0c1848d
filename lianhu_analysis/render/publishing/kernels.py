"""The kernels of reports: forked from a process that has imported everything, or plain ones.

Importing takes longer than computing.  Where processes can be forked, a kernel is forked before
anything runs that a fork must not copy (threads, sockets, locks), and waits for what jupyter
would have started it with.  It says what a plain kernel says: tests/render/test_kernels.py.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from multiprocessing import Pipe, get_context
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

import numpy as np
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

__all__ = ["forked_kernel", "report_kernels"]

NAME = "lianhu-report"
# Of the process that all are forked from: neither the user's folder nor the command's is in it.
IMPORT_PATH = tuple(path for path in sys.path if path)


class WaitingKernel:
    """A forked process that becomes a kernel when told to; to jupyter a ``Popen``."""

    stdin = stdout = stderr = None

    def __init__(self) -> None:
        self._here, self._there = Pipe()
        self._process = get_context("fork").Process(target=self._become_kernel)
        self._process.start()
        self._there.close()
        self.pid: int = self._process.pid or 0
        self.kill, self.terminate = self._process.kill, self._process.terminate

    def launch(self, arguments: list[str], folder: str, environment: dict[str, str]) -> None:
        """Let it start; when this returns it leads a process group of its own."""
        self._here.send((arguments, folder, environment))
        self._here.recv()

    def poll(self) -> int | None:
        """Return the exit status; ``None`` while it runs."""
        return self._process.exitcode

    def wait(self) -> int | None:
        """Return the exit status once it has ended."""
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def _become_kernel(self) -> None:
        self._here.close()
        os.setsid()  # what interrupts the command line is no business of a kernel
        try:
            arguments, folder, environment = self._there.recv()
            self._there.send("launched")
        except EOFError:
            return
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        null = os.open(os.devnull, os.O_RDWR)
        for standard in range(3):
            os.dup2(null, standard)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        sys.stdin = os.fdopen(0)
        sys.path[:] = IMPORT_PATH
        np.random.seed()  # or every kernel would draw the same numbers

        from ipykernel.kernelapp import IPKernelApp

        # It ends with whoever forked it.
        IPKernelApp.launch_instance([*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])


_waiting: list[WaitingKernel] = []


@contextmanager
def forked_kernel() -> Iterator[None]:
    """Fork a kernel for the first report that is made inside, before there are threads."""
    kernel = WaitingKernel()
    _waiting.append(kernel)
    try:
        yield
    finally:
        _waiting.clear()
        kernel.kill()  # it waits still, or was left over
        kernel.wait()


class ReportKernel(LocalProvisioner):
    """Gives jupyter the waiting kernel, or starts one; neither writes on the terminal."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Launch a kernel with a command, in the folder and environment given."""
        if not _waiting:
            return await super().launch_kernel(cmd, **kwargs, stdout=DEVNULL, stderr=DEVNULL)
        kernel = _waiting.pop()
        # The command is: python -m ipykernel_launcher, then what it is to be told.
        kernel.launch(cmd[3:], str(kwargs.get("cwd") or Path.cwd()), kwargs["env"])
        self.process: Any = kernel
        self.pid = self.pgid = kernel.pid
        return self.connection_info


@contextmanager
def report_kernels() -> Iterator[None]:
    """Let jupyter start kernels of ours only, whatever its settings say."""
    factory = KernelProvisionerFactory.instance()
    place = f"{ReportKernel.__module__}:{ReportKernel.__name__}"
    factory.provisioners[NAME] = EntryPoint(NAME, place, factory.GROUP_NAME)
    said, factory.default_provisioner_name = factory.default_provisioner_name, NAME
    try:
        yield
    finally:
        factory.default_provisioner_name = said
