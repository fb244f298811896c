"""Finding a dossier while one types, and making a new one without a mouse."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from contacts.models import Customer, Person
from followups.models import FollowUp
from tests.browser.conftest import PHONE
from tests.factories import make_dossier

A_DOSSIER = re.compile(r"/customers/\d+/$")


@pytest.fixture
def drawer(live_server, nino):
    """Four dossiers that are told apart by umlauts, another script, and the notation of a phone number."""
    return [
        make_dossier(owner=nino, name="Müller Verpackung", person="Jürgen Groß", town="Köln", phone="+49 221 4710377"),
        make_dossier(owner=nino, name="Castle Mead Brewery", town="Bristol", phone="+44 117 496 0227"),
        make_dossier(owner=nino, name="ყველის სახლი", town="Tbilisi", phone="+995 32 255 01 18", country="GE"),
        make_dossier(owner=nino, name="Bäckerei Sonnentor", town="Wien", email="markus@sonnentor.example"),
    ]  # fmt: skip


# Each finds another than the one before. All that may be typed stands in tests/contacts/test_find.py.
FINDS = {
    "mueller": "Müller Verpackung",
    "ყველის": "ყველის სახლი",
    "0221 / 4710-377": "Müller Verpackung",
    "markus@": "Bäckerei Sonnentor",
    "jürgen groß": "Müller Verpackung",
    "bristol": "Castle Mead Brewery",
}


def test_the_list_follows_what_one_types(open_as, nino, drawer):
    page = open_as(nino, "/customers/")
    names = page.locator("#results tbody th b")
    expect(names).to_have_count(4)
    for text, found in FINDS.items():
        page.locator("#list-q").fill(text)
        expect(page).to_have_url(re.compile(re.escape(f"q={quote(text, safe='')}&")))
        expect(names).to_have_text([found])
    page.locator("#list-q").fill("zzzz")
    expect(page.locator("#results")).to_contain_text("No dossier says “zzzz”.")
    expect(page).to_have_url(re.compile("q=zzzz&owner=$"))
    page.go_back()
    expect(names).to_have_text(["Castle Mead Brewery"])


def test_the_top_bar_finds_a_dossier_by_keyboard_from_any_page(open_as, nino, drawer):
    page = open_as(nino, "/team/")
    page.keyboard.press("/")
    hits = page.locator(".rb-hits .rb-hit > b:first-child")
    for text, found in FINDS.items():
        page.locator("#find").fill("")
        page.keyboard.type(text)
        expect(hits).to_have_text([found])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{drawer[1].customer_id}/")


def test_enter_in_the_top_bar_shows_all_that_match(open_as, nino, drawer):
    page = open_as(nino, "/binder/")
    page.keyboard.press("/")
    page.keyboard.type("b")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/?q=b")
    expect(page.locator("#results tbody th b")).to_have_text(["Bäckerei Sonnentor", "Castle Mead Brewery"])


def test_search_works_without_javascript(open_as, nino, drawer):
    page = open_as(nino, "/customers/", java_script_enabled=False)
    page.fill("#list-q", "0221 4710")
    page.keyboard.press("Enter")
    expect(page.locator("#results tbody th b")).to_have_text(["Müller Verpackung"])


def test_a_new_dossier_is_made_by_keyboard_on_one_page(open_as, nino, drawer):
    page = open_as(nino, "/customers/new/")
    posts = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    expect(page.locator("#id_name")).to_be_focused()
    for text in ("Kontor Lübeck", "Grete Harms", "0451 1234567", "grete@kontor.example", "Lübeck"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.locator("#id_when").focus()
    page.keyboard.type("in 3 weeks")
    named = nino.today() + timedelta(weeks=3)
    expect(page.locator("[name=named]")).to_have_value(named.isoformat())
    expect(page.locator("[data-file]")).to_contain_text(f"File under {named:%a} {named.day} {named:%b}")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(A_DOSSIER)
    assert len(posts) == 1
    made = Customer.objects.get(name="Kontor Lübeck")
    assert (made.phone, made.town, made.owner) == ("+49 451 1234567", "Lübeck", nino)
    assert Person.objects.get(customer=made).name == "Grete Harms"
    assert FollowUp.objects.open().get(customer=made).due_on == named


def test_whoever_is_about_to_make_a_dossier_twice_is_told(open_as, nino, drawer):
    page = open_as(nino, "/customers/new/")
    page.locator("#id_phone").fill("0221 4710377")
    expect(page.locator("#similar")).to_contain_text("Müller Verpackung")


def test_a_new_dossier_without_javascript_names_the_date_first(open_as, nino):
    page = open_as(nino, "/customers/new/", PHONE, java_script_enabled=False)
    page.fill("#id_name", "Kontor Lübeck")
    page.fill("#id_when", "in 3 weeks")
    page.click("[data-file]")
    expect(page.locator("[name=named]")).to_have_value((nino.today() + timedelta(weeks=3)).isoformat())
    assert Customer.objects.count() == 0
    page.click("[data-file]")
    page.wait_for_url(A_DOSSIER)
    expect(page.locator("#d-title")).to_have_text("Kontor Lübeck")
