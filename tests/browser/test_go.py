"""The command box on Ctrl+K, and its page for those without it."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from followups.models import FollowUp
from tests.browser.axe import runs_off, violations
from tests.browser.conftest import PHONE
from tests.factories import make_dossier


@pytest.fixture
def dossiers(live_server, nino):
    """Three under today; the first is open on the board."""
    return [make_dossier(owner=nino, due_on=nino.today(), name=name) for name in ("Anton", "Kessler", "Maas")]


def ask(page, text):
    page.keyboard.press("Control+k")
    expect(page.locator("#go")).to_be_focused()
    page.keyboard.type(text)
    expect(page.locator("#go-hits [data-for]")).to_have_attribute("data-for", text)


def chosen(page):
    """What a screen reader says to be chosen."""
    return page.locator(f"#{page.locator('#go').get_attribute('aria-activedescendant')}")


def test_a_dossier_by_its_name_and_the_field_is_a_combobox(open_as, nino, dossiers):
    make_dossier(owner=nino, name="Anker")
    page = open_as(nino, "/segments/")
    ask(page, "an")
    field = page.get_by_role("combobox", name="A dossier, a day, or a movement")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("option")).to_have_text(
        [re.compile("Anker"), re.compile("Anton"), re.compile("New")]
    )
    assert violations(page) == []
    for key, name in (("ArrowUp", "New dossier"), ("ArrowDown", "Anker"), ("ArrowDown", "Anton")):
        page.keyboard.press(key)
        expect(chosen(page)).to_contain_text(name)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{dossiers[0].customer_id}/")


def test_a_tab_by_its_number_also_while_one_writes_a_note(open_as, nino, dossiers):
    tomorrow = nino.today() + timedelta(1)
    page = open_as(nino, "/binder/")
    page.locator("#note").fill("Begun")
    ask(page, str(tomorrow.day))
    page.keyboard.press("Escape")
    expect(page.locator("#note")).to_be_focused()
    page.locator("#note").fill("")
    ask(page, str(tomorrow.day))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/binder/{nino.pk}/{tomorrow}/")


def test_the_sign_moves_the_dossier_that_lies_open_and_u_takes_it_back(open_as, nino, dossiers):
    day = nino.today() + timedelta(14)
    page = open_as(nino, "/binder/")
    page.keyboard.press("j")
    expect(page.locator("#dossier-title")).to_have_text("Kessler")
    ask(page, f"> {day}")
    expect(chosen(page)).to_contain_text("Move Kessler to")
    assert FollowUp.objects.open().due(on=nino.today()).count() == 3
    page.keyboard.press("Enter")
    expect(page.locator("#filed .rb-filed")).to_contain_text("Kessler moved to")
    assert FollowUp.objects.open().get(due_on=day).customer.name == "Kessler"
    page.keyboard.press("u")
    expect(page.locator("#dossier-title")).to_have_text("Kessler")
    assert FollowUp.objects.open().due(on=nino.today()).count() == 3


def test_on_a_dossiers_page_it_moves_that_one_and_stays(open_as, nino, dossiers):
    page = open_as(nino, f"/customers/{dossiers[2].customer_id}/")
    ask(page, "> in 2 weeks")
    page.keyboard.press("Enter")
    expect(page.locator("#filed .rb-filed")).to_contain_text("Maas moved to")
    page.wait_for_url(f"**/customers/{dossiers[2].customer_id}/?placed=*")


def test_a_new_dossier_begins_with_what_was_written(open_as, nino, dossiers):
    page = open_as(nino, "/customers/")
    ask(page, "Kontor Lübeck")
    page.keyboard.press("Enter")
    expect(page.locator("#id_name")).to_have_value("Kontor Lübeck")


def test_an_early_enter_shows_the_page_with_what_may_be_meant(open_as, nino, dossiers):
    page = open_as(nino, "/customers/")
    page.keyboard.press("Control+k")
    page.evaluate("document.querySelector('#go').value = 'kess > 8'")
    page.keyboard.press("Enter")
    page.wait_for_url("**/go/?q=*")
    expect(chosen(page)).to_contain_text("Move Kessler to")


def test_it_rests_for_those_who_switched_the_keys_off(open_as, nino, dossiers):
    nino.keys_enabled = False
    nino.save()
    page = open_as(nino, "/customers/")
    page.keyboard.press("Control+k")
    expect(page.locator("#go")).to_be_hidden()


def test_without_javascript_the_page_in_the_menu_does_the_same(open_as, nino, dossiers):
    page = open_as(nino, "/customers/", java_script_enabled=False)
    page.locator(".rb-top__me summary").click()
    page.get_by_role("link", name="Go to…").first.click()
    page.fill("#go", "kess > in 3 weeks")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Move Kessler to").first.click()
    expect(page.locator("#filed .rb-filed")).to_contain_text("Kessler moved to")


def test_on_a_phone_the_page_fits(open_as, nino, dossiers):
    page = open_as(nino, "/go/?q=a", PHONE)
    box = page.locator(".rb-go__hit").first.bounding_box()
    assert (box["height"] >= 44, runs_off(page)) == (True, False)
