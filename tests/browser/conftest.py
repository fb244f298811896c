"""The real page in Chromium. `bin/test` installs the browser and names it in CHROMIUM."""

import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from crm.team.models import Team
from tests import sessions
from tests.factories import make_team

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PATIENCE = 60_000  # ms; the machine is shared
expect.set_options(timeout=PATIENCE)

# Playwright's loop runs in the thread of the test, which also makes rows.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


def hold_back(page: Page, said: str) -> Callable[[], None]:
    """Keeps requests that say this under way; call what it returns to let one go, when it has come."""
    waiting: list[Route] = []

    def look(route: Route) -> None:
        waiting.append(route) if said in (route.request.post_data or "") else route.continue_()

    def let_go() -> None:
        for _ in range(0, PATIENCE, 20):
            if waiting:
                break
            page.wait_for_timeout(20)
        waiting.pop().continue_()

    page.route("**/*", look)
    return let_go


def wait_for_scripts(page: Page) -> None:
    """Keys wait until the page is loaded: words can be seen before the deferred scripts listen to keys."""
    press = page.keyboard.press

    def press_when_loaded(key: str, **options: float) -> None:
        page.wait_for_load_state()
        press(key, **options)

    page.keyboard.press = press_when_loaded


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    names = ("chromium-headless-shell", "chromium", "google-chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=quiet)
        yield browser
        browser.close()


def zone_at_noon() -> str:
    hours = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"


@pytest.fixture
def team(db) -> Team:
    """It is about noon where they work: no day ends while a test runs, and the first hours have passed."""
    return make_team(time_zone=zone_at_noon())


@pytest.fixture
def session_of(live_server, settings) -> Callable[[object], dict]:
    """The cookie of somebody who is logged in."""

    def cookie(user: object) -> dict:
        return {
            "name": settings.SESSION_COOKIE_NAME,
            "value": sessions.session_of(user),
            "url": live_server.url,
        }

    return cookie


@pytest.fixture(scope="session")
def idle_contexts(chromium) -> dict[str, list[BrowserContext]]:
    """Those that no test uses, by their options: the next one finds styles and scripts in their cache."""
    return defaultdict(list)


@pytest.fixture
def open_as(chromium, idle_contexts, live_server, session_of) -> Iterator[Callable[..., Page]]:
    """Opens a page as a user: open_as(nino, "/binder/", PHONE, color_scheme="dark", java_script_enabled=False).

    With alone=True no other test gets this browser's context afterwards: a moved clock, for one, stays in it.
    The test fails on any error in the browser's console and on any request that leaves this machine.
    """
    contexts: list[tuple[list | None, BrowserContext]] = []
    complaints: list[str] = []

    def open_page(
        user: object, path: str, viewport: dict = DESKTOP, *, alone: bool = False, **options: object
    ) -> Page:
        idle = None if alone else idle_contexts[repr(sorted(options.items()))]
        context = idle.pop() if idle else chromium.new_context(base_url=live_server.url, **options)
        contexts.append((idle, context))
        if user:
            context.add_cookies([session_of(user)])
        page = context.new_page()
        page.set_viewport_size(viewport)
        page.set_default_timeout(PATIENCE)
        wait_for_scripts(page)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: note(message.type, message.text))
        page.on("request", lambda request: note_request(request.url))
        page.goto(path)
        return page

    def note(kind: str, text: str) -> None:
        # Chromium and htmx report every answer of 4xx here; the tests look at those themselves.
        is_refusal = "server responded with a status of 4" in text or "Response Status Error Code 4" in text
        # A page that is left takes its background request along, and a newer reading of a date replaces the one
        # under way: htmx reports both as not sent.
        is_left = text.startswith(("htmx:afterRequest", "htmx:sendError", "htmx:sendAbort"))
        if kind == "error" and not (is_refusal or is_left):
            complaints.append(text)

    def note_request(url: str) -> None:
        if not url.startswith((live_server.url, "data:")):
            complaints.append(f"left this machine: {url}")

    yield open_page
    for idle, context in contexts:
        if idle is None:
            context.close()
            continue
        for page in context.pages:
            page.close()
        context.clear_cookies()
        idle.append(context)
    assert complaints == []
