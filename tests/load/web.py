"""The web server as it runs in production, and a browser of few words that stays logged in."""

import gzip
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30  # seconds


@contextmanager
def web_server(*, workers: int) -> Iterator[int]:
    """Gunicorn with the environment's database while the block runs; gives its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = os.environ | {"PORT": str(port), "HOST": "127.0.0.1", "WEB_CONCURRENCY": str(workers)}
    program = subprocess.Popen([ROOT / "bin" / "web"], env=env)
    try:
        _wait_for(port, program)
        yield port
    finally:
        program.terminate()
        program.wait(PATIENCE)


def _wait_for(port: int, program: subprocess.Popen) -> None:
    until = time.monotonic() + PATIENCE
    while program.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The web server did not start.")


@dataclass(frozen=True)
class Answer:
    """`milliseconds` from the first byte sent to the last one read; `size` in bytes as they were sent."""

    status: int
    headers: dict[str, str]
    body: bytes
    milliseconds: float
    size: int

    @property
    def text(self) -> str:
        packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()


class Browser:
    """One person at one open connection. Follows no redirects, so that every answer is one request."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.cookies: dict[str, str] = {}

    def log_in(self, *, email: str, password: str) -> None:
        self.get("/account/login/")
        answer = self.post("/account/login/", {"login": email, "password": password})
        if answer.status != 302 or "sessionid" not in self.cookies:
            raise SystemExit(f"{email} could not log in: is this a database that bin/bench filled?")

    def get(self, path: str, *, target: str = "") -> Answer:
        """`target`: htmx asks, for the element with this id."""
        return self._ask("GET", path, target=target)

    def post(self, path: str, fields: dict[str, object], *, target: str = "") -> Answer:
        return self._ask("POST", path, body=urlencode(fields).encode(), target=target)

    def _ask(self, method: str, path: str, *, body: bytes | None = None, target: str = "") -> Answer:
        headers = self._headers(method, target)
        started = time.perf_counter()
        response = self._send(method, path, body, headers)
        content = response.read()
        milliseconds = (time.perf_counter() - started) * 1000
        self._keep_cookies(response)
        given = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, given, content, milliseconds, len(content))

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> HTTPResponse:
        if self.connection.sock is None:
            self.connection.connect()
        self.connection.request(method, path, body, headers)
        return self.connection.getresponse()

    def _headers(self, method: str, target: str) -> dict[str, str]:
        headers = {"Accept": "text/html", "Accept-Encoding": "gzip"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if target:
            headers |= {"HX-Request": "true", "HX-Target": target}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["X-CSRFToken"] = self.cookies.get("csrftoken", "")
        return headers

    def _keep_cookies(self, response: HTTPResponse) -> None:
        for line in response.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
