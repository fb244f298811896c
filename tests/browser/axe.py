"""What axe finds on a page, by day and by lamp, on a desk and on a phone; and whether anything runs off it."""

from pathlib import Path

from playwright.sync_api import Page

from tests.browser.conftest import DESKTOP, PHONE

# From the test's own server, so that the browser compiles it once and not on every page.
SCRIPT = "/static/axe/axe.min.js"
BEGIN, FIND_VIOLATIONS, FIND_COLOURS = Path(__file__).with_name("axe.js").read_text().split("\n\n")
OF_COLOURS = ["color-contrast", "link-in-text-block"]  # the themes differ in nothing else


def violations(page: Page) -> list:
    """By day everything, by lamp what depends on colours.

    Colours take axe most of its time. Asked again after a change of width, it judges only what looks otherwise.
    """
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(url=SCRIPT)
        page.evaluate(BEGIN)
    found = page.evaluate(FIND_VIOLATIONS, OF_COLOURS)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        found += page.evaluate(FIND_COLOURS, [OF_COLOURS, theme])
    return found


def runs_off(page: Page) -> bool:
    page.wait_for_load_state()  # with its styles
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def faults(page: Page) -> dict[int, tuple[list, bool]]:
    """By the width of a phone and of a desk, what is wrong with the page; {} when all is well.

    It is loaded once, and on a phone: a script there rolls the tabs to the open one.
    So open it with PHONE; the next address is again loaded on one.
    """
    found = {}
    for viewport in (PHONE, DESKTOP):
        page.set_viewport_size(viewport)
        found[viewport["width"]] = violations(page), runs_off(page)
    page.set_viewport_size(PHONE)
    return {width: wrong for width, wrong in found.items() if wrong != ([], False)}
