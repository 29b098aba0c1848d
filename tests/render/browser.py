"""A page looked at in headless Chromium, without network, over its debugging protocol."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from contextlib import closing, contextmanager
from importlib.resources import files
from pathlib import Path

import pytest
from websocket import WebSocketTimeoutException, create_connection

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
WAIT = 120.0
SERIOUS = """axe.run().then(found => found.violations
  .filter(fault => ['serious', 'critical'].includes(fault.impact))
  .map(fault => fault.id + ': ' + fault.nodes[0].html.slice(0, 120)))"""

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="没有 Chromium：网页没有在浏览器里看过（Debian：apt install chromium）"
)


class Page:
    """One page: what it asked for, what went wrong, and what can be measured in it."""

    def __init__(self, connection):
        self._connection, self._number = connection, 0
        self.requests, self.errors = [], []
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        """Send a command and return its result; note what the page does meanwhile."""
        self._number += 1
        text = json.dumps({"id": self._number, "method": method, "params": parameters})
        self._connection.send(text)
        while True:
            answer = json.loads(self._connection.recv())
            self._note(answer)
            if answer.get("id") == self._number:
                return answer.get("result", {})

    def _note(self, event):
        match event.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(event["params"]["request"]["url"])
            case "Runtime.exceptionThrown":
                self.errors.append(event["params"])
            case "Log.entryAdded" if event["params"]["entry"]["level"] == "error":
                self.errors.append(event["params"]["entry"]["text"])

    def open(self, file: Path, *, width: int, media: str = "screen"):
        """Load a file at a width and wait until it is drawn."""
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **metrics)
        self.call("Emulation.setEmulatedMedia", media=media)
        self.call("Page.navigate", url=file.as_uri())
        until = time.monotonic() + WAIT
        while self.ask("document.readyState") != "complete" and time.monotonic() < until:
            time.sleep(0.1)
        self.ask("document.fonts.ready.then(() => true)")

    def axe(self):
        """Return what axe-core holds to be a serious or critical fault for those with aids."""
        script = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
        self.ask(f"{script}; true")
        return self.ask(SERIOUS)

    def ask(self, expression):
        """Return what an expression gives in the page."""
        found = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        return found["result"].get("value")


@contextmanager
def browser(folder: Path):
    """Start Chromium with a profile of its own, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
        f"--user-data-dir={folder}", f"--remote-debugging-port={port}",
        "--remote-allow-origins=*", "--host-resolver-rules=MAP * ~NOTFOUND", "about:blank",
    ]  # fmt: skip
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, start_new_session=True, **quiet)
    try:
        with closing(create_connection(_address(port), timeout=WAIT)) as connection:
            yield Page(connection)
    except WebSocketTimeoutException:
        pytest.skip("Chromium 没有按时回答：网页没有在浏览器里看过")
    finally:
        # With all its helpers: one that lives on writes into the profile while it is removed.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _address(port):
    until = time.monotonic() + WAIT
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=2) as answer:
                pages = [item for item in json.load(answer) if item["type"] == "page"]
                return pages[0]["webSocketDebuggerUrl"]
        except (OSError, IndexError):
            if time.monotonic() > until:
                pytest.skip("Chromium 没有启动：网页没有在浏览器里看过")
            time.sleep(0.2)
