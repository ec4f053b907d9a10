"""A headless Chromium, driven by its DevTools protocol over a pair of pipes: nothing but the browser is needed."""

import base64
import collections
import fcntl
import itertools
import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import time

NAMES = ("chromium-headless-shell", "chromium")
SECONDS = 120

# Keys that tests press: their code and the text that they put in, if any.
KEYS = {
    "Enter": ("Enter", 13, "\r"),
    "Tab": ("Tab", 9, ""),
    "Escape": ("Escape", 27, ""),
    "End": ("End", 35, ""),
}
MODIFIERS = {"Alt": 1, "Control": 2, "Meta": 4, "Shift": 8}


def high_pipe():
    """A pipe whose descriptors are in nobody's way."""
    ends = []
    for low in os.pipe():
        ends.append(fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, 10))
        os.close(low)
    return ends


class Browser:
    """The browser's process. Each page has a context of its own: storage, cache, cookies."""

    def __init__(self):
        program = next(filter(None, map(shutil.which, NAMES)), None)
        assert program, "the page's tests need a Chromium: scripts/setup.sh test"
        self._profile = tempfile.TemporaryDirectory(prefix="goru-page-", ignore_cleanup_errors=True)
        (to_read, self._out), (self._in, to_write) = high_pipe(), high_pipe()
        flags = [
            "--headless",
            "--remote-debugging-pipe",
            "--no-first-run",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--hide-scrollbars",
            f"--user-data-dir={self._profile.name}",
        ]
        if os.getuid() == 0:
            # Its sandbox does not start as root; it loads this project's page only.
            flags.append("--no-sandbox")
        # The protocol's descriptors are 3 and 4, whatever the pipes have.
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{to_read} 4>&{to_write}', "bash", program, *flags],
            pass_fds=(to_read, to_write),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._answers = {}
        self.on_event = {}
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        with os.fdopen(self._in, "rb") as pipe:
            rest = b""
            while piece := pipe.read1(1 << 20):
                *messages, rest = (rest + piece).split(b"\0")
                for message in map(json.loads, messages):
                    if "id" in message:
                        self._answers.pop(message["id"]).put(message)
                    else:
                        self.on_event.get(message.get("sessionId"), lambda message: None)(message)
        for answer in list(self._answers.values()):
            answer.put({"error": {"message": "the browser has ended"}})

    def call(self, method, session=None, **parameters):
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        answer = self._answers[number] = queue.SimpleQueue()
        with self._lock:
            os.write(self._out, json.dumps(message).encode() + b"\0")
        result = answer.get(timeout=SECONDS)
        assert "error" not in result, f"{method}: {result['error']['message']}"
        return result["result"]

    def open(self, url, scheme="light", before=""):
        """A page. `scheme`: light or dark; `before`: a script that runs before the page's own."""
        return Page(self, url, scheme, before)

    def close(self):
        try:
            self.call("Browser.close")
            self._process.wait(SECONDS)
        finally:
            self._process.kill()
            self._process.wait()
            os.close(self._out)
            self._profile.cleanup()


class Page:
    def __init__(self, browser, url, scheme, before):
        self._browser = browser
        self._context = browser.call("Target.createBrowserContext")["browserContextId"]
        target = browser.call("Target.createTarget", url="about:blank", browserContextId=self._context)["targetId"]
        self._session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        # What the browser complains of: errors on the console, exceptions, broken policies.
        self.problems = []
        self.requests = []
        self._loaded = threading.Event()
        browser.on_event[self._session] = self._event
        for domain in ("Page", "Runtime", "Log", "Network", "Audits", "Accessibility"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.resize(1280, 860)
        if before:
            self.call("Page.addScriptToEvaluateOnNewDocument", source=before)
        self.go(url)

    def call(self, method, **parameters):
        return self._browser.call(method, self._session, **parameters)

    def _event(self, message):
        method, parameters = message["method"], message["params"]
        if method == "Page.loadEventFired":
            self._loaded.set()
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.problems.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            self.problems.append(json.dumps(parameters["args"]))
        elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            self.problems.append(parameters["entry"]["text"])
        elif method == "Audits.issueAdded" and parameters["issue"]["code"] == "ContentSecurityPolicyIssue":
            self.problems.append(json.dumps(parameters["issue"]))

    def go(self, url):
        self._loaded.clear()
        self.call("Page.navigate", url=url)
        assert self._loaded.wait(SECONDS), "the page did not load"

    def resize(self, width, height, scale=1):
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False
        )

    def evaluate(self, expression):
        """The value of an expression of JavaScript; a promise is awaited."""
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def wait(self, expression, seconds=SECONDS):
        """Waits until an expression is true; its value."""
        end = time.monotonic() + seconds
        while True:
            value = self.evaluate(expression)
            if value:
                return value
            assert time.monotonic() < end, f"never came true: {expression}\n{self.evaluate('document.body.innerText')}"
            time.sleep(0.02)

    def text(self, selector):
        return self.evaluate(f"document.querySelector({json.dumps(selector)}).textContent")

    def value(self, selector):
        return self.evaluate(f"document.querySelector({json.dumps(selector)}).value")

    def shown(self, selector):
        return self.evaluate(f"document.querySelector({json.dumps(selector)}).checkVisibility()")

    def focus(self):
        """The id of what has the focus."""
        return self.evaluate("document.activeElement.id")

    def click(self, selector):
        """With the mouse, where a person would."""
        x, y = self.evaluate(
            f"""(() => {{
              const element = document.querySelector({json.dumps(selector)});
              element.scrollIntoView({{ block: "nearest" }});
              const box = element.getBoundingClientRect();
              return [box.x + box.width / 2, box.y + box.height / 2];
            }})()"""
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, keys):
        """"Tab", "Control+Enter": one key with what is held down."""
        *held, key = keys.split("+")
        code, number, text = KEYS[key]
        modifiers = sum(MODIFIERS[name] for name in held)
        event = {"key": key, "code": code, "windowsVirtualKeyCode": number, "modifiers": modifiers}
        if modifiers & ~MODIFIERS["Shift"]:
            text = ""
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **event)
        self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    def type(self, text):
        """Into what has the focus."""
        self.call("Input.insertText", text=text)

    def choose(self, selector, value):
        self.evaluate(
            f"""(() => {{
              const select = document.querySelector({json.dumps(selector)});
              select.value = {json.dumps(value)};
              select.dispatchEvent(new Event("input", {{ bubbles: true }}));
              select.dispatchEvent(new Event("change", {{ bubbles: true }}));
            }})()"""
        )

    def write(self, selector, text):
        """In the place of what a field has."""
        self.evaluate(f"{{ const e = document.querySelector({json.dumps(selector)}); e.focus(); e.select(); }}")
        self.type(text)

    def accessible(self):
        """What a screen reader gets: role and name of all that it does not pass over."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        Node = collections.namedtuple("Node", "role name")
        return [
            Node(node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in nodes
            if not node["ignored"] and "role" in node
        ]

    def screenshot(self, path):
        image = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(image))

    def close(self):
        self._browser.call("Target.disposeBrowserContext", browserContextId=self._context)
        self._browser.on_event.pop(self._session)
