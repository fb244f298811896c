"""How many queries a request takes, and what the whole board weighs."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.team.models import User
from tests.load.steps import Desk
from tests.load.web import Browser

STATIC = re.compile(r'(?:href|src)="(/static/[^"#]+)')


@dataclass(frozen=True)
class Reply:
    status: int
    text: str


class CountingBrowser:
    """Django's own test client in the clothes of web.Browser; `queries` are those of the last request."""

    def __init__(self, user: User) -> None:
        self.client = Client(SERVER_NAME="localhost")
        self.client.force_login(user)
        self.queries = 0

    def get(self, path: str, *, target: str = "") -> Reply:
        return self._count(lambda: self.client.get(path, headers=_htmx(target)))

    def post(self, path: str, fields: dict[str, object], *, target: str = "") -> Reply:
        return self._count(lambda: self.client.post(path, fields, headers=_htmx(target)))

    def _count(self, ask: Callable[[], HttpResponse]) -> Reply:
        with CaptureQueriesContext(connection) as captured:
            response = ask()
        self.queries = len(captured)
        return Reply(response.status_code, response.content.decode())


def _htmx(target: str) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Target": target} if target else {}


def count_queries(desk: Desk, *, rounds: int) -> dict[str, int]:
    """By step, the most queries it took in so many rounds. What is filed meanwhile is taken back."""
    most: dict[str, int] = {}
    with transaction.atomic():
        browser = CountingBrowser(desk.user)
        browser.get("/trivial/")
        for _ in range(rounds):
            for step in desk.steps():
                answer = step.ask(browser)
                most[step.name] = max(most.get(step.name, 0), browser.queries)
                step.after(browser, answer)
        transaction.set_rollback(True)
    return most


def weigh(desk: Desk, browser: Browser) -> dict[str, int]:
    """Bytes as they are sent, gzipped, for the board and for each style, script and drawing on it."""
    board = desk.board(browser)
    paths = sorted(set(STATIC.findall(board.text)))
    return {"board": board.size} | {path.removeprefix("/static/"): browser.get(path).size for path in paths}
