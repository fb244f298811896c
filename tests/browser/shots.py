"""Pictures of the real pages, for README.md and for the eye: `bin/screenshots` says how."""

import os
import shutil
import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.browser.shrink import shrink
from tests.ops.programs import ROOT, environment, free_port, running, wait_until

SHOTS = ROOT / "docs" / "screenshots"
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
MANAGER, LEAD, PASSWORD = "nino@demo.example", "lead@demo.example", "demo-binder-31"  # as bin/run prints them
FIRST = "Weingut Kessler & Sohn"
NAMED = "[name=named]:not([value=''])"
MOST_BYTES = 250_000


def board(page: Page) -> None:
    """With a result being written, so that the button names a day."""
    page.goto(page.get_by_role("link", name=FIRST).get_attribute("href"))
    page.get_by_role("heading", name=FIRST).wait_for()
    write_result(page, "Board said yes. 640 cartons, matt. Proof goes out tomorrow", "next Tuesday")


def stack(page: Page) -> None:
    page.get_by_role("link", name=FIRST).wait_for()


def result(page: Page) -> None:
    """On a phone the slip comes up over the open dossier."""
    page.get_by_role("link", name=FIRST).click()
    page.get_by_role("link", name="Result & next date").click()
    write_result(page, "Board said yes", "Tuesday in 3 weeks")


def dossier(page: Page) -> None:
    page.get_by_role("link", name=FIRST).click()
    page.get_by_role("heading", name=FIRST).wait_for()
    page.goto(page.locator("a[data-open]").get_attribute("href"))


def customers(page: Page) -> None:
    page.goto("/customers/")


def new(page: Page) -> None:
    page.goto("/customers/new/")
    page.fill("#id_name", "Kontor Lübeck")
    page.fill("#id_person", "Grete Harms")
    page.fill("#id_when", "next Tuesday")
    page.locator(NAMED).wait_for(state="attached")


def import_preview(page: Page) -> None:
    page.goto("/customers/import/")
    page.set_input_files("#id_file", ROOT / "tests" / "data" / "customers.csv")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/customers/import/*-*/")


def team(page: Page) -> None:
    page.goto("/team/")


def segments(page: Page) -> None:
    page.goto("/segments/")


def segment_new(page: Page) -> None:
    page.goto("/segments/own/new/?example=silent-vips")


def matrix(page: Page) -> None:
    page.goto("/segments/matrix/")


def interval(page: Page) -> None:
    page.goto("/segments/interval/")


def as_lead(page: Page, path: str) -> None:
    """The page of somebody who leads the team, in the manager's window."""
    login(page)
    page.fill("[name=login]", LEAD)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/binder/**")
    page.goto(path)


def series(page: Page) -> None:
    as_lead(page, "/segments/reminders/")
    page.get_by_role("link", name="Time to order again").first.click()
    page.get_by_role("heading", name="Next letters").wait_for()


def series_new(page: Page) -> None:
    as_lead(page, "/segments/reminders/new/")


def report(page: Page) -> None:
    series(page)
    page.get_by_role("link", name="Did it help?").click()
    page.get_by_role("heading", name="Bought again").wait_for()


def ratings(page: Page) -> None:
    as_lead(page, "/ratings/")


def figures(page: Page) -> None:
    as_lead(page, "/ratings/figures/")


def tickets(page: Page) -> None:
    page.goto("/tickets/?show=open")


def ticket(page: Page) -> None:
    """An old one: it has a longer story than those of today."""
    tickets(page)
    page.locator("a[data-pick]").first.click()
    page.get_by_role("heading", name="Conversation").wait_for()


def outbox(page: Page) -> None:
    as_lead(page, "/outbox/")


def letters(page: Page) -> None:
    as_lead(page, "/letters/")


def conflict(page: Page) -> None:
    """The lead files a dossier that the manager has open."""
    with logged_in(page.context.browser, LEAD, base=page.url) as colleague:
        colleague.goto(page.url)
        write_result(colleague, "She rang me: both colours, please", "next Thursday")
        colleague.locator("[data-file]").click()
        colleague.locator("#filed .rb-filed").wait_for()
    write_result(page, "Board said yes. 640 cartons, matt", "Tuesday in 3 weeks")
    page.locator("[data-file]").click()
    page.locator(".rb-conflict").wait_for()


def login(page: Page) -> None:
    page.context.clear_cookies()
    page.goto("/account/login/")


# Name of the picture: (how to get there from the manager's board, window, theme). A conflict files something:
# it comes last.
PICTURES: dict[str, tuple[Callable[[Page], None], ViewportSize, str]] = {
    "board": (board, DESKTOP, "light"),
    "board-dark": (board, DESKTOP, "dark"),
    "board-mobile": (stack, PHONE, "light"),
    "board-mobile-dark": (stack, PHONE, "dark"),
    "result-mobile": (result, PHONE, "light"),
    "dossier": (dossier, DESKTOP, "light"),
    "dossier-dark": (dossier, DESKTOP, "dark"),
    "dossier-mobile": (dossier, PHONE, "light"),
    "customers": (customers, DESKTOP, "light"),
    "customers-mobile": (customers, PHONE, "light"),
    "new-dossier": (new, DESKTOP, "light"),
    "import-preview": (import_preview, DESKTOP, "light"),
    "segments": (segments, DESKTOP, "light"),
    "segments-dark": (segments, DESKTOP, "dark"),
    "segments-mobile": (segments, PHONE, "light"),
    "segment-new": (segment_new, DESKTOP, "light"),
    "matrix": (matrix, DESKTOP, "light"),
    "interval": (interval, DESKTOP, "light"),
    "series": (series, DESKTOP, "light"),
    "series-dark": (series, DESKTOP, "dark"),
    "series-mobile": (series, PHONE, "light"),
    "series-new": (series_new, DESKTOP, "light"),
    "did-it-help": (report, DESKTOP, "light"),
    "tickets": (tickets, DESKTOP, "light"),
    "ticket": (ticket, DESKTOP, "light"),
    "ticket-mobile": (ticket, PHONE, "light"),
    "ratings": (ratings, DESKTOP, "light"),
    "ratings-dark": (ratings, DESKTOP, "dark"),
    "ratings-mobile": (ratings, PHONE, "light"),
    "figures": (figures, DESKTOP, "light"),
    "outbox": (outbox, DESKTOP, "light"),
    "letters": (letters, DESKTOP, "light"),
    "team": (team, DESKTOP, "light"),
    "login": (login, DESKTOP, "light"),
    "conflict": (conflict, DESKTOP, "light"),
}


def write_result(page: Page, note: str, when: str) -> None:
    page.fill("#note", note)
    page.fill("#when", when)
    page.locator(NAMED).wait_for(state="attached")


@contextmanager
def logged_in(browser: Browser, email: str, *, base: str, **options: object):
    """A page at somebody's board, in a window of its own."""
    context = browser.new_context(base_url=base, reduced_motion="reduce", locale="en-GB", **options)
    try:
        page = context.new_page()
        page.goto("/account/login/")
        page.fill("[name=login]", email)
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/binder/**")
        yield page
    finally:
        context.close()


def take(browser: Browser, name: str, *, base: str) -> int:
    """Writes the picture; gives its size in bytes."""
    go, viewport, theme = PICTURES[name]
    path = SHOTS / f"{name}.png"
    with logged_in(browser, MANAGER, base=base, viewport=viewport, color_scheme=theme) as page:
        go(page)
        page.wait_for_load_state("networkidle")
        picture = page.screenshot(animations="disabled", caret="hide")
        page.goto("about:blank")
        return path.write_bytes(shrink(picture, page=page))


def chromium() -> str:
    named = os.environ.get("CHROMIUM", "")
    names = (named, "chromium", "chromium-headless-shell", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    return found or sys.exit("Chromium is needed: bin/test installs it, or name one in CHROMIUM.")


def main(names: list[str]) -> None:
    if unknown := set(names) - set(PICTURES):
        sys.exit(f"No such picture: {', '.join(sorted(unknown))}. There are {', '.join(PICTURES)}.")
    browser_path = chromium()
    SHOTS.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="ringbinder-shots-") as var, sync_playwright() as playwright:
        env, log = environment(Path(var), PORT=str(free_port()), REDIS_URL="", HTTPS="0"), Path(var) / "log"
        with running("bin/run", "--demo", env=env, log=log) as program:
            wait_until(lambda: "Ctrl-C closes it." in log.read_text(), program)
            browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
            for name in (name for name in PICTURES if name in (names or PICTURES)):
                size = take(browser, name, base=f"http://127.0.0.1:{env['PORT']}")
                heavy = f", more than {MOST_BYTES // 1000} kB" if size > MOST_BYTES else ""
                sys.stdout.write(f"docs/screenshots/{name}.png  {size // 1000} kB{heavy}\n")
            browser.close()
            program.terminate()
            program.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
