"""Debian's chromium, headless, over the pipe of its DevTools protocol: no port, no network, a profile of its own."""
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

TIME_S = 60
PROGRAM = next((path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None)


class Chromium:
    """One process; `with Chromium() as browser: page = browser.open(path)`."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="chromium.")
        to_read, self.to = os.pipe()
        self.fro, to_write = os.pipe()
        # The protocol is on file descriptors 3 and 4. Both are moved out of the way first: a pipe may be either.
        high = [os.dup(fd) for fd in (to_read, to_write)]

        def hand_over():
            spare = [os.dup(fd) for fd in (high[0], high[1], high[0], high[1])][2:]
            os.dup2(spare[0], 3)
            os.dup2(spare[1], 4)

        self.process = subprocess.Popen(
            [PROGRAM, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
             "--disable-extensions", "--host-resolver-rules=MAP * ~NOTFOUND", "--user-data-dir=" + self.folder, "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=False,
            preexec_fn=hand_over, pass_fds=())
        for fd in (to_read, to_write, *high):
            os.close(fd)
        self.buffer, self.number, self.events, self.idle = b"", 0, [], []
        return self

    def __exit__(self, *_):
        try:
            self.send("Browser.close")
            self.process.wait(10)
        except (OSError, RuntimeError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def receive(self, deadline):
        while b"\0" not in self.buffer:
            if not select.select([self.fro], [], [], max(0, deadline - time.monotonic()))[0]:
                raise RuntimeError("chromium does not answer")
            read = os.read(self.fro, 1 << 20)
            if not read:
                raise RuntimeError("chromium has ended")
            self.buffer += read
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def send(self, method, session=None, **params):
        """Sends a command and returns its result; events that come meanwhile are kept."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + TIME_S
        while True:
            answer = self.receive(deadline)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def open(self, url, **emulated):
        return Page(self, url, **emulated)


class Page:
    """A tab with one page; `events` has what it logged, threw and requested."""

    def __init__(self, browser, url, width=1280, height=900, scheme="light", script=True):
        self.browser = browser
        self.session = browser.idle.pop() if browser.idle else self.create()
        browser.events = [event for event in browser.events if event.get("sessionId") != self.session]
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.send("Emulation.setScriptExecutionDisabled", value=not script)
        self.send("Emulation.setFocusEmulationEnabled", enabled=True)
        self.script = script
        self.go(url)

    def create(self):
        target = self.browser.send("Target.createTarget", url="about:blank")["targetId"]
        session = self.browser.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.browser.send(domain + ".enable", session)
        return session

    def send(self, method, **params):
        return self.browser.send(method, self.session, **params)

    def taken(self, method):
        return [event["params"] for event in self.browser.events
                if event.get("sessionId") == self.session and event.get("method") == method]

    def go(self, url=None):
        """Loads the page, or the same once more, and waits until it has loaded."""
        before = len(self.taken("Page.loadEventFired"))
        if url is None:
            self.send("Page.reload")
        else:
            self.send("Page.navigate", url=url)
        deadline = time.monotonic() + TIME_S
        while len(self.taken("Page.loadEventFired")) == before:
            self.browser.events.append(self.browser.receive(deadline))

    def run(self, expression):
        """The value of a JavaScript expression, promises waited for."""
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise RuntimeError(details.get("exception", {}).get("description") or details["text"])
        return answer["result"].get("value")

    def frame(self):
        """Waits until what was changed has been drawn."""
        self.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def key(self, key, text="", modifiers=0):
        code = {"ArrowDown": 40, "ArrowUp": 38, "PageDown": 34, "PageUp": 33, "Home": 36, "End": 35, "Enter": 13, "Escape": 27,
                "Tab": 9, " ": 32}.get(key, 0)
        text = text or {"Enter": "\r", " ": " "}.get(key, key if len(key) == 1 else "")
        params = {"key": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        self.send("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **params)
        self.send("Input.dispatchKeyEvent", type="keyUp", **params)

    def type(self, text):
        """Types the text; what follows from it is drawn when this returns."""
        self.send("Input.insertText", text=text)
        self.frame()

    def click(self, selector):
        box = self.run(f"""(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: 'center'}});
            const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; }})()""")
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def picture(self, path, whole=False):
        import base64
        params = {"captureBeyondViewport": whole}
        if whole:
            size = self.send("Page.getLayoutMetrics")["cssContentSize"]
            params["clip"] = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.send("Page.captureScreenshot", **params)["data"]))

    def close(self):
        """The tab is used again: each page begins with a load, and with events of its own."""
        self.send("Emulation.setEmulatedMedia", media="", features=[])
        self.send("Page.navigate", url="about:blank")
        self.browser.idle.append(self.session)
