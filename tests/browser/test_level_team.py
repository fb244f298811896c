"""Levelling a team by keyboard, by thumb and by plain forms; a weekday of its own and days off in the settings."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from followups.levelling_team import TeamLevelling
from followups.models import FollowUp
from tests.browser.axe import runs_off, violations
from tests.browser.conftest import PHONE
from tests.factories import make_dossier

NAMES = ("Anton", "Berta", "Cäsar")


@pytest.fixture
def days(live_server, lead, nino):
    """The team's days, of which the first holds three of Nino's where there is room for one."""
    nino.own_capacity = 1
    nino.save()
    days = TeamLevelling(lead, now=timezone.now()).days_of[nino.pk]
    for name in NAMES:
        make_dossier(owner=nino, due_on=days[0], name=name)
    return days


def on(owner, day):
    return sorted(FollowUp.objects.of(owner).open().due(on=day).values_list("customer__name", flat=True))


def test_a_lead_levels_the_team_and_takes_it_back_by_one_key(open_as, lead, nino, days):
    page = open_as(lead, "/binder/open/")
    page.get_by_role("link", name="Level the coming days").press("Enter")
    expect(page.locator("#loads")).to_contain_text("3 → 1")
    page.wait_for_load_state()  # only now a choice is heard
    page.get_by_label("Berta").select_option(days[0].isoformat())
    expect(page.locator("#loads")).to_contain_text("3 → 2")
    expect(page.locator("#loads")).to_contain_text("1 day would still be too full.")
    page.get_by_role("button", name="Move 1 dossier").press("Enter")
    expect(page.locator(".rb-message--success")).to_contain_text("1 dossier moved to")
    assert on(nino, days[0]) == ["Anton", "Berta"]
    page.wait_for_load_state()
    page.keyboard.press("u")
    expect(page.locator(".rb-message--success")).to_contain_text("Taken back: 1 dossier lies where it lay.")
    assert on(nino, days[0]) == list(NAMES)


def test_the_same_by_plain_forms_on_a_phone(open_as, lead, nino, days):
    page = open_as(lead, "/binder/level/", PHONE, java_script_enabled=False)
    page.get_by_label("Cäsar").select_option(days[0].isoformat())
    page.get_by_role("button", name="Show what that would mean").click()
    expect(page.locator("#loads")).to_contain_text("3 → 2")
    page.get_by_role("button", name="Move 1 dossier").click()
    expect(page.locator(".rb-message--success")).to_contain_text("1 dossier moved to")
    assert on(nino, days[0]) == ["Anton", "Cäsar"]


def test_dates_as_tabs_are_chosen_and_opened_on_a_phone_and_by_number(open_as, nino):
    page = open_as(nino, "/settings/", PHONE, java_script_enabled=False, reduced_motion="reduce")
    assert not runs_off(page)
    page.get_by_label("Day tabs").select_option("3")
    page.get_by_role("spinbutton", name="Fri").fill("8")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".rb-message--success")).to_be_visible()
    nino.refresh_from_db()
    assert (nino.tabs, nino.own_weekday_capacity) == (3, {"5": 8})
    page = open_as(nino, "/binder/", PHONE, reduced_motion="reduce")
    assert (violations(page), runs_off(page)) == ([], False)
    page.set_viewport_size({"width": 1366, "height": 768})
    assert (violations(page), runs_off(page)) == ([], False)
    last = page.locator("#day-tabs a").last
    address = last.get_attribute("href")
    last.click()
    page.wait_for_url(f"**{address}")
    expect(page.locator("#day-tabs [aria-current]")).to_be_in_viewport()
