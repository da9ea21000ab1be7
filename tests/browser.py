# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium, driven over a pair of pipes by its debugging protocol (chromium
--remote-debugging-pipe): JSON messages, each ended by a zero byte. It needs no port and no library,
and adds nothing to the page."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PROGRAM = "chromium"
MESSAGE_EVENTS = {"Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"}


def is_there():
    return shutil.which(PROGRAM) is not None


class Browser:
    def __init__(self):
        self._folder = tempfile.mkdtemp(prefix="flowtell-browser-")
        from_us, self._to = os.pipe()
        self._from, to_us = os.pipe()
        # The protocol is read from descriptor 3 and written to 4.
        shell = f'exec "$@" 3<&{from_us} 4>&{to_us}'
        self._process = subprocess.Popen(
            ["/bin/bash", "-c", shell, "browser", PROGRAM, "--headless", "--no-sandbox",
             "--disable-gpu", "--disable-background-networking", "--hide-scrollbars",
             f"--user-data-dir={self._folder}", "--remote-debugging-pipe", "about:blank"],
            pass_fds=(from_us, to_us), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(from_us)
        os.close(to_us)
        self._rest = b""
        self._number = 0
        self._messages = []
        self._seen = set()  # events, by name
        self._session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self._to)
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._from)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _receive(self, deadline):
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._from], [], [], max(0, deadline - time.monotonic()))
            piece = os.read(self._from, 1 << 16) if ready else b""
            if not piece:
                raise RuntimeError("the browser does not respond" if not ready else "the browser ended")
            self._rest += piece
        message, self._rest = self._rest.split(b"\0", 1)
        message = json.loads(message)
        method = message.get("method", "")
        self._seen.add(method)
        if method in MESSAGE_EVENTS:
            self._messages.append(json.dumps(message["params"]))
        if method == "Network.requestWillBeSent":
            self._note_request(message["params"]["request"]["url"])
        return message

    def _note_request(self, url):
        if not url.startswith(("file:", "about:")):
            self._messages.append(f"requested {url}")

    def call(self, method, seconds=60, **params):
        """Returns the result of a command; raises on an error."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._to, data):]
        deadline = time.monotonic() + seconds
        while True:
            answer = self._receive(deadline)
            if answer.get("id") != self._number:
                continue
            if "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']['message']}")
            return answer["result"]

    def look(self, scheme="light", width=1200, height=1000):
        """Sets the colour scheme ('light' or 'dark') and the window size."""
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)

    def open(self, path, seconds=60):
        self._seen.discard("Page.loadEventFired")
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        deadline = time.monotonic() + seconds
        while "Page.loadEventFired" not in self._seen:
            self._receive(deadline)

    def value(self, expression):
        """The value of a script expression in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def messages(self):
        """Returns and clears the page's console messages, errors and requests to load other
        resources."""
        self.value("0")
        messages, self._messages = self._messages, []
        return messages

    def screenshot(self, path):
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def pdf(self):
        return base64.b64decode(self.call("Page.printToPDF", printBackground=False)["data"])
