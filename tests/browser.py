"""Chromium without a window, driven through its DevTools protocol."""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import websocket

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-dev-shm-usage",
)  # fmt: skip
STARTS_WITHIN = 60.0


class Tab:
    """One tab. Call `until` to wait for what a person would wait to see."""

    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(address, timeout=60, suppress_origin=True)
        self._ids = itertools.count(1)
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self._loaded = False
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command, and return its result."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            came = json.loads(self._socket.recv())
            self._note(came)
            if came.get("id") == number:
                assert "error" not in came, came
                return dict(came["result"])

    def open(self, url: str, *, width: int = 1280, height: int = 900, dark: bool = False) -> None:
        """Open an address in a window of this size, and wait until it has loaded."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self._loaded = False
        self.send("Page.navigate", url=url)
        while not self._loaded:
            self._note(json.loads(self._socket.recv()))

    def value(self, script: str) -> Any:
        """Return what a line of JavaScript gives, as a value of JSON."""
        found = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def text(self, selector: str = "body") -> str:
        """Return the text of an element that a person sees."""
        return str(self.value(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))

    def until(self, script: str, within: float = 60) -> Any:
        """Wait until a line of JavaScript gives something that is true, and return that."""
        deadline = time.monotonic() + within
        while not (found := self.value(script)):
            assert time.monotonic() < deadline, f"after {within} s not yet: {script}\n{self.text()}"
            time.sleep(0.05)
        return found

    def press(self, key: str, code: str = "") -> None:
        """Press a key, as a person does. `code` is its place on the keyboard, such as `KeyH`."""
        self.send("Input.dispatchKeyEvent", type="keyDown", key=key, code=code, text=key)
        self.send("Input.dispatchKeyEvent", type="keyUp", key=key, code=code)

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """Write a picture of the window, or of the whole page, as PNG."""
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot", captureBeyondViewport=whole)["data"]))

    def close(self) -> None:
        """Let go of the tab."""
        self._socket.close()

    def _note(self, came: dict[str, Any]) -> None:
        params = came.get("params", {})
        match came.get("method"):
            case "Runtime.exceptionThrown":
                self.complaints.append(str(params["exceptionDetails"]))
            case "Log.entryAdded":
                self.complaints.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
            case "Page.loadEventFired":
                self._loaded = True
            case "Network.requestWillBeSent":
                self.asked.append(params["request"]["url"])


class Browser:
    """A running browser."""

    def __init__(self, address: str) -> None:
        self._host = address.split("/")[2]
        self._main = Tab.__new__(Tab)
        self._main._socket = websocket.create_connection(address, timeout=60, suppress_origin=True)
        self._main._ids, self._main.complaints, self._main.asked = itertools.count(1), [], []

    @contextmanager
    def tab(self) -> Iterator[Tab]:
        """Open a tab for a while."""
        target = self._main.send("Target.createTarget", url="about:blank")["targetId"]
        tab = Tab(f"ws://{self._host}/devtools/page/{target}")
        try:
            yield tab
        finally:
            tab.close()
            self._main.send("Target.closeTarget", targetId=target)

    def end(self) -> None:
        """Ask the browser to end."""
        with contextlib.suppress(websocket.WebSocketException, OSError):
            self._main.send("Browser.close")
        self._main.close()


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """Run a browser with its profile in an empty folder; at the end, none of its processes is left."""
    words = [f"--user-data-dir={folder}", "--remote-debugging-port=0", "about:blank"]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([str(PROGRAM), *QUIET, *words], **quiet) as process:
        try:
            found = Browser(_address(folder / "DevToolsActivePort", process))
            try:
                yield found
            finally:
                found.end()
            process.wait(30)
        finally:
            process.kill()


def _address(path: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + STARTS_WITHIN
    while not (path.exists() and path.read_text().count("\n") == 1):
        assert process.poll() is None, "the browser has ended"
        assert time.monotonic() < deadline, "the browser doesn't start"
        time.sleep(0.05)
    port, name = path.read_text().split("\n")
    return f"ws://127.0.0.1:{port}{name}"
