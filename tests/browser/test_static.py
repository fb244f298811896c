"""The page works as well with scripts and styles as a running server sends them."""

from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from playwright.sync_api import Route, expect

from crm.static import SHORTENED
from tests.factories import make_dossier


def shorten(route: Route) -> None:
    path = urlsplit(route.request.url).path.removeprefix("/static/")
    text = (settings.BASE_DIR / "static" / path).read_text()
    folder = Path(path).parts[0]
    route.fulfill(body=SHORTENED[folder](text), content_type=f"text/{KINDS[folder]}")


KINDS = {"css": "css", "js": "javascript"}
OF_OURS = "**/static/{css,js}/**"
LOOKS = "[...document.querySelectorAll('main *')].map(each => each.getBoundingClientRect().toJSON())"


def test_shortened_scripts_hear_keys_and_shortened_styles_look_the_same(open_as, live_server, team, nino):
    for name in ("Anker", "Bergmann"):
        make_dossier(owner=nino, due_on=nino.today(), name=name)
    page = open_as(nino, "/binder/")
    looks = page.evaluate(LOOKS)
    page.route(OF_OURS, shorten)
    page.reload()
    assert page.evaluate(LOOKS) == looks
    page.keyboard.press("j")
    expect(page.locator("#dossier-title")).to_contain_text("Bergmann")
    page.keyboard.press("Control+k")
    expect(page.locator("#go")).to_be_focused()


def test_every_script_can_be_read_when_shortened(open_as, live_server, team, nino):
    page = open_as(nino, "/help/")
    for path in sorted((settings.BASE_DIR / "static/js").glob("*.js")):
        page.evaluate("text => { new Function(text) }", SHORTENED["js"](path.read_text()))
