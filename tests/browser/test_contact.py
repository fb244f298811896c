"""The public contact page, on the smallest telephone and without scripts."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from feedback import contact
from feedback.models import Ticket
from tests.browser.axe import runs_off, violations
from tests.browser.test_unsubscribe import COMPANY, SMALL
from tests.factories import make_sender
from tests.feedback.makers import make_rules

GERMAN = {"locale": "de-DE"}


@pytest.fixture
def address(team):
    make_sender(team=team, name=COMPANY)
    return reverse("feedback:contact", args=[make_rules(team=team, has_contact_page=True).slug])


def write(page):
    page.get_by_label("Ihre Nachricht").fill("Zwölf von 400 sind verknickt.")
    page.get_by_label("Ihr Name").fill("Barbara Kessler")
    page.get_by_label("Telefon").fill("069 12345")


def test_a_call_is_asked_for_without_scripts_and_cookies(open_as, address):
    page = open_as(None, address, SMALL, java_script_enabled=False, **GERMAN)
    expect(page.get_by_label("Uhrzeit")).to_be_hidden()
    page.get_by_label("Bitte rufen Sie mich zurück").check()
    page.get_by_label("Tag").select_option(index=3)
    page.get_by_label("Uhrzeit").select_option("11:00")
    write(page)
    page.wait_for_timeout(2100)  # as long as nobody writes faster
    page.get_by_role("button", name="Senden").click()
    expect(page.get_by_role("heading", name="Danke, wir haben es")).to_be_visible()
    ticket = Ticket.objects.get()
    assert (ticket.kind, ticket.call_at is not None, page.context.cookies()) == ("callback", True, [])


@pytest.fixture
def everybody_is_fast(monkeypatch):
    """Also where a busy machine takes longer than a person."""
    monkeypatch.setattr(contact, "FASTEST", timedelta(minutes=1))


def test_who_is_too_fast_presses_once_more(open_as, address, everybody_is_fast):
    page = open_as(None, address, SMALL, java_script_enabled=False, **GERMAN)
    write(page)
    page.get_by_role("button", name="Senden").click()
    expect(page.get_by_text("Zwölf von 400 sind verknickt.")).to_be_visible()
    page.get_by_role("button", name="Etwas ändern").click()
    page.get_by_label("Ihre Nachricht").fill("Dreizehn.\nNicht zwölf.")
    page.get_by_role("button", name="Senden").click()
    page.get_by_role("button", name="Ja, absenden").click()
    expect(page.get_by_role("heading", name="Danke, wir haben es")).to_be_visible()
    assert Ticket.objects.get().messages.get().text == "Dreizehn.\nNicht zwölf."


def test_axe_finds_nothing_and_nothing_runs_off(open_as, address, everybody_is_fast):
    page, found = open_as(None, address, SMALL, reduced_motion="reduce", **GERMAN), {}
    found["asked"] = (violations(page), runs_off(page))
    page.evaluate("document.querySelector('form').noValidate = true")
    page.get_by_label("Bitte rufen Sie mich zurück").check()
    page.get_by_role("button", name="Senden").click()
    expect(page.locator(".rb-errors, [aria-invalid=true]").first).to_be_visible()
    found["missing"] = (violations(page), runs_off(page))
    page.goto(address)
    write(page)
    page.get_by_role("button", name="Senden").click()
    expect(page.get_by_role("button", name="Ja, absenden")).to_be_visible()
    found["again"] = (violations(page), runs_off(page))
    page.get_by_role("button", name="Ja, absenden").click()
    expect(page.get_by_role("heading", name="Danke, wir haben es")).to_be_visible()
    found["thanks"] = (violations(page), runs_off(page))
    assert found == dict.fromkeys(found, ([], False))


def test_the_keyboard_is_enough_and_never_meets_the_field_for_machines(open_as, address):
    page = open_as(None, address, SMALL)
    met = []
    while "BUTTON" not in met and len(met) < 20:
        page.keyboard.press("Tab")
        met.append(page.evaluate("document.activeElement.name || document.activeElement.tagName"))
    assert met == ["kind", "about", "message", "name", "email", "phone", "BUTTON"]
