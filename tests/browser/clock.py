"""A browser whose clock can be moved: what a page does every few seconds, a test need not wait for."""

from collections.abc import Callable

from playwright.sync_api import Page


def open_with_clock(open_as: Callable[..., Page], user: object, path: str, *viewport: dict) -> Page:
    """Alone, and with nothing remembered; `page.clock.fast_forward` moves it."""
    page = open_as(user, "/worker.js", *viewport, alone=True)
    page.clock.install()
    page.goto(path)
    return page
