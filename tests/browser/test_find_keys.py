"""What the field in the top bar found, without a mouse."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories import make_dossier


@pytest.fixture
def field(open_as, live_server, nino):
    for name in ("Kessler Bau", "Kessler Wein", "Maas"):
        make_dossier(owner=nino, name=name)
    return open_as(nino, "/customers/").locator("#find")


def test_arrows_walk_through_the_hits_and_enter_opens(field):
    page = field.page
    field.fill("kessler")
    expect(page.locator(".rb-hit")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(page.locator(".rb-hit").nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".rb-hit").nth(1)).to_be_focused()
    for _ in range(2):
        page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#d-title")).to_have_text("Kessler Bau")


def test_escape_closes_the_hits_and_keeps_the_text(field):
    page = field.page
    field.fill("kessler")
    expect(page.locator(".rb-hit")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.locator(".rb-hit")).to_have_count(0)
    expect(field).to_be_focused()
    expect(field).to_have_value("kessler")


def test_enter_opens_the_only_hit(field):
    field.fill("maas")
    field.press("Enter")
    field.page.wait_for_url(re.compile(r"/customers/\d+/$"))
