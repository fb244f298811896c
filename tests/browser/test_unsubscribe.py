"""The page behind "no more such letters", on the smallest telephone and without scripts."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from crm.mail.models import Suppression
from crm.mail.tokens import UNSUBSCRIBE, token_for
from tests.browser.axe import runs_off, violations
from tests.factories import make_mail, make_sender

SMALL = {"width": 320, "height": 568}
COMPANY = "Donaudampfschifffahrtskartonagenfabrik Niederrheinhausen GmbH"


def link(mail):
    return reverse("mail:unsubscribe", args=[token_for(mail.public_id, purpose=UNSUBSCRIBE)])


@pytest.fixture
def mail(team):
    make_sender(team=team, name=COMPANY)
    return make_mail(team=team, to_email=f"barbara@{'sehr-lange-' * 4}weinhandlung.example", language="de")


def test_out_and_back_without_scripts_and_cookies(open_as, mail):
    page = open_as(None, link(mail), SMALL, java_script_enabled=False)
    for shown, holds in (("asked", True), ("out", False), ("back", True)):
        button = page.get_by_role("button")
        expect(button).to_have_count(1)
        box = button.bounding_box()
        assert (shown, box["height"] >= 48, box["x"] >= 0, box["x"] + box["width"] <= 320) == (
            shown,
            True,
            True,
            True,
        )
        assert Suppression.objects.exists() != holds
        with page.expect_navigation():
            button.click()
    assert Suppression.objects.exists()
    assert page.context.cookies() == []


def test_axe_finds_nothing_and_nothing_runs_off(open_as, mail):
    page = open_as(None, link(mail), SMALL, reduced_motion="reduce")
    found = {}
    for state in ("asked", "out", "back"):
        found[state] = (violations(page), runs_off(page))
        with page.expect_navigation():
            page.get_by_role("button").click()
    page.goto("/u/unknown/")
    found["unknown"] = (violations(page), runs_off(page))
    assert found == dict.fromkeys(found, ([], False))


def test_the_keyboard_is_enough(open_as, mail):
    page = open_as(None, link(mail), SMALL)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button")).to_have_attribute("name", "undo")
    assert Suppression.objects.count() == 1
