"""What axe finds on a page, by day and by lamp, on a desk and on a phone; and whether anything runs off it."""

from playwright.sync_api import Page

from tests.browser.conftest import DESKTOP, PHONE

# From the test's own server, so that the browser compiles it once and not on every page.
SCRIPT = "/static/axe/axe.min.js"
ALL = {"resultTypes": ["violations"]}  # what is well need not be written down
OF_COLOURS = ALL | {"runOnly": ["color-contrast", "link-in-text-block"]}  # the themes differ in nothing else
# Only what is shown leaves the page: a whole report takes longer to hand over than to make.
FIND_VIOLATIONS = """async options => {
    const { violations } = await axe.run(options);
    return violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(node => node.target)]);
}"""


def violations(page: Page) -> list:
    """By day everything, by lamp what depends on colours."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(url=SCRIPT)
    page.emulate_media(color_scheme="light")
    by_day = page.evaluate(FIND_VIOLATIONS, ALL)
    page.emulate_media(color_scheme="dark")
    return by_day + page.evaluate(FIND_VIOLATIONS, OF_COLOURS)


def runs_off(page: Page) -> bool:
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
