"""Rules, matrix, movers, advice and the dossier's right column in a browser, with purchases behind them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from segmentation.models import Advice, Expectation, Forecast, Rules
from segmentation.nightly_expectations import expect_team
from segmentation.scores import score_everything
from tests.browser.axe import faults, runs_off, violations
from tests.browser.conftest import PHONE
from tests.factories import make_dossier, make_entry, make_purchase

NARROW = {"width": 320, "height": 640}


@pytest.fixture
def kessler(live_server, team, nino, lead):
    """A VIP with a rhythm of 30 days, spoken with 12 days ago, among customers of every group."""
    today = nino.today()
    Rules.objects.create(team=team, one_time_after=100, lost_after=100, vip_from=4)
    Advice.objects.create(team=team, group="vip", contact_every=30, should="Call on Fridays")
    place = make_dossier(owner=nino, name="Weingut Kessler & Sohn", person="Barbara", due_on=today)
    story = {place.customer: range(53, 400, 60)}
    for days in ((3,), (3, 90), (400,), (300, 400), (3, 300, 400), (150, 210), (95, 155)):
        story[make_dossier(owner=nino, due_on=today).customer] = days
    for customer, days in story.items():
        for n in days:
            make_purchase(customer=customer, bought_on=today - timedelta(n), amount="410.50")
    spoken = timezone.now() - timedelta(12)
    make_entry(customer=place.customer, kind="call", outcome="agreed", happened_at=spoken)
    score_everything(team, as_of=today)
    expect_team(team, on=today)
    Forecast.objects.update(missing_weeks=0, missing_buyers=0, kind="table")
    Expectation.objects.update(p14=0.31, p28=0.5, cases=412)
    return place


def pages(place):
    names = ("matrix", "movers", "advice", "rules")
    return [reverse(f"segmentation:{name}") for name in names] + [place.customer.get_absolute_url()]


def test_pages_with_customers_in_every_group(open_as, kessler, lead):
    page = open_as(lead, "/segments/matrix/", PHONE, reduced_motion="reduce")
    for address in pages(kessler):
        page.set_viewport_size(NARROW)
        page.goto(address)
        assert (address, runs_off(page)) == (address, False)
        page.set_viewport_size(PHONE)
        page.evaluate("document.querySelectorAll('main .rb-more').forEach(details => details.open = true)")
        assert (address, faults(page)) == (address, {})


def test_while_a_limit_is_written_the_page_says_what_it_would_do(open_as, kessler, lead):
    page = open_as(lead, "/segments/rules/", {"width": 1440, "height": 900})
    outcome = page.locator("#outcome")
    page.fill("#id_lost_after", "30")
    outcome.get_by_text("customers would change the group").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="back to our proposal").nth(1).click()
    expect(page.locator("#id_lost_after")).to_have_value("")
    page.fill("#id_vip_from", "1")
    outcome.get_by_text("cannot be used yet").wait_for()
    page.fill("#id_vip_from", "2")
    page.fill("#id_lost_after", "30")
    outcome.get_by_text("would change the group").wait_for()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("What you changed").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Taken back.").wait_for()
    assert Rules.objects.get().lost_after == 100


def test_who_was_not_reached_gets_another_date_of_the_rhythm(open_as, kessler, nino):
    page = open_as(nino, kessler.customer.get_absolute_url(), {"width": 1440, "height": 900})
    named = page.locator("[name=named]")
    today = nino.today()
    expect(named).to_have_value(nino.calendar.next_working(today + timedelta(30)).isoformat())
    page.select_option("#outcome", "missed")
    other = nino.calendar.next_working(today + timedelta(18)).isoformat()
    page.locator(f"[name=named][value='{other}']").wait_for(state="attached")
    page.select_option("#outcome", "agreed")
    again = nino.calendar.next_working(today + timedelta(30)).isoformat()
    page.locator(f"[name=named][value='{again}']").wait_for(state="attached")


def test_the_kind_of_relationship_is_set_by_a_press(open_as, kessler, nino):
    page = open_as(nino, kessler.customer.get_absolute_url(), {"width": 1440, "height": 900})
    page.get_by_role("button", name="Loyal buyer").click()
    page.get_by_text("Set to “loyal” by Nino Beridze").wait_for()
    expect(page.locator("#h-rel")).to_be_focused()
    assert violations(page) == []
    page.get_by_role("button", name="Leave it to behaviour").click()
    page.locator("[aria-pressed=true]", has_text="Seeker").wait_for()
