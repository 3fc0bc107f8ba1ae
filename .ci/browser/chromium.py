"""A headless Chromium that is driven over a pipe (DevTools protocol), with the standard library only."""
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PATIENCE = 30


class Browser:
    """One page in a fresh browser; whatever it logs or asks for from elsewhere is kept."""

    def __init__(self, downloads):
        self.profile = tempfile.mkdtemp()
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()

        def pipes():
            os.dup2(theirs_in, 33)
            os.dup2(theirs_out, 34)
            os.dup2(33, 3)
            os.dup2(34, 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run",
             "--disable-dev-shm-usage", "--disable-background-networking", "--enable-precise-memory-info",
             f"--user-data-dir={self.profile}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=(3, 4), preexec_fn=pipes)
        os.close(theirs_in)
        os.close(theirs_out)
        self.reader, self.writer, self.buffer, self.number = ours_in, ours_out, b"", 0
        self.errors, self.requests = [], []
        target = self.call("Target.createTarget", url="about:blank", session=None)["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True, session=None)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Performance"):
            self.call(domain + ".enable")
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        self.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=downloads, session=None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close", session=None)
            self.process.wait(10)
        except (OSError, RuntimeError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.reader)
        os.close(self.writer)
        shutil.rmtree(self.profile, ignore_errors=True)

    def message(self, patience):
        """The next message, or None where none comes in time."""
        end = time.monotonic() + patience
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.reader], [], [], max(0, end - time.monotonic()))
            if not ready:
                return None
            part = os.read(self.reader, 1 << 20)
            if not part:
                raise RuntimeError("the browser went away")
            self.buffer += part
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def note(self, message):
        method, said = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.errors.append(said["exceptionDetails"].get("exception", {}).get("description") or str(said))
        elif method == "Runtime.consoleAPICalled" and said["type"] in ("error", "warning", "assert"):
            self.errors.append(str(said["args"]))
        elif method == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning"):
            self.errors.append(said["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])

    def call(self, method, session=True, **params):
        self.number += 1
        asked = {"id": self.number, "method": method, "params": params}
        if session:
            asked["sessionId"] = self.session
        os.write(self.writer, json.dumps(asked).encode() + b"\0")
        while True:
            message = self.message(PATIENCE)
            if message is None:
                raise RuntimeError(f"no answer to {method}")
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.note(message)

    def run(self, script):
        """The value of a script, which may be a promise."""
        done = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in done:
            raise RuntimeError(f"{script}: {done['exceptionDetails']['exception'].get('description')}")
        return done["result"].get("value")

    def wait(self, script, what):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                value = self.run(f"Boolean({script})")
            except RuntimeError as error:
                if "context" not in str(error):
                    raise
                value = None
            if value:
                return value
            time.sleep(0.02)
        raise AssertionError(f"it never came: {what}")

    def open(self, url):
        """Loads a page afresh, and waits until all of it is there."""
        for address in ("about:blank", url):
            self.call("Page.navigate", url=address)
            self.wait(f"location.href.split('#')[0] === {address.split('#')[0]!r} && document.readyState === 'complete'", address)

    def size(self, width, height=900):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def dark(self, is_dark):
        value = "dark" if is_dark else "light"
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": value}])

    KEYS = {"Enter": 13, "Escape": 27, "Tab": 9, "ArrowDown": 40, "ArrowUp": 38, "ArrowRight": 39, "ArrowLeft": 37, "End": 35,
            "Home": 36, "PageDown": 34}

    def key(self, name):
        code = self.KEYS[name]
        more = {"text": "\r"} if name == "Enter" else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=name, code=name, windowsVirtualKeyCode=code, **more)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=name, code=name, windowsVirtualKeyCode=code)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def memory(self):
        """Bytes that the page's own process holds."""
        own = [0]
        for process in self.call("SystemInfo.getProcessInfo", session=None)["processInfo"]:
            if process["type"] == "renderer":
                with open(f"/proc/{process['id']}/status", encoding="utf-8") as status:
                    lines = dict(line.split(":", 1) for line in status if ":" in line)
                own.append(int(lines["VmHWM"].split()[0]) * 1024)
        return max(own)
