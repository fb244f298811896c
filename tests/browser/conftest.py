"""The real page in Chromium. `bin/test` installs the browser and names it in CHROMIUM."""

import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import sessions

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PATIENCE = 20_000  # ms; the machine is shared

# Playwright's loop runs in the thread of the test, which also makes rows.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    names = ("chromium-headless-shell", "chromium", "google-chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=quiet)
        yield browser
        browser.close()


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

    The test fails on any error in the browser's console and on any request that leaves this machine.
    """
    contexts: list[tuple[list, BrowserContext]] = []
    complaints: list[str] = []

    def open_page(user: object, path: str, viewport: dict = DESKTOP, **options: object) -> Page:
        idle = idle_contexts[repr(sorted(options.items()))]
        context = idle.pop() if idle else chromium.new_context(base_url=live_server.url, **options)
        contexts.append((idle, context))
        if user:
            context.add_cookies([session_of(user)])
        page = context.new_page()
        page.set_viewport_size(viewport)
        page.set_default_timeout(PATIENCE)
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
        for page in context.pages:
            page.close()
        context.clear_cookies()
        idle.append(context)
    assert complaints == []
