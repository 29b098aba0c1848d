"""A run of a notebook that ends when it takes too long or writes too much."""

from __future__ import annotations

import time
from typing import Any

from nbclient.exceptions import DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines

from lianhu_analysis.errors import ReportError

__all__ = ["ENGINE"]

ENGINE = "lianhu"
OUTPUT_LIMIT = 20_000_000  # characters of a whole run; the quarterly report writes about a million


class _Client(PapermillNotebookClient):
    written = 0

    def process_message(self, msg: dict[str, Any], *rest: Any) -> Any:
        """Take what the kernel sends, until it is too much."""
        self.written += len(str(msg["content"]))
        if self.written <= OUTPUT_LIMIT:
            return super().process_message(msg, *rest)
        self.km.provisioner.process.kill()  # the client notices it within a second
        return None


class _BoundedEngine(Engine):
    """The engine of papermill, with a time for the whole run and a limit to its output."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        start_timeout: int,
        execution_timeout: int,
        run_timeout: int,
        config: Any,
        extra_arguments: list[str],
        **_: object,
    ) -> None:
        deadline = time.monotonic() + run_timeout
        client = _Client(
            nb_man,
            kernel_name=kernel_name,
            startup_timeout=start_timeout,
            timeout=execution_timeout,
            timeout_func=lambda _: max(1, min(execution_timeout, int(deadline - time.monotonic()))),
            shutdown_kernel="immediate",
            config=config,
            extra_arguments=extra_arguments,
        )
        try:
            client.execute()
        except DeadKernelError as error:
            if client.written > OUTPUT_LIMIT:
                raise ReportError("单元打印的内容太多，已停止，请删去不必要的打印") from error
            raise


papermill_engines.register(ENGINE, _BoundedEngine)
