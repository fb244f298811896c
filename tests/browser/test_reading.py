"""Reading ratings in the browser: plain links and forms do all of it, and on paper it can be read, too."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from feedback.reading.award import award_all
from tests.browser.conftest import PHONE
from tests.feedback.said import rate


@pytest.fixture
def world(team, nino, levan, lead):
    now = timezone.now()
    last_month = now.replace(day=1) - timedelta(5)
    for n in range(12):
        rate(nino, good=1, at=now, comment=f"word {n}.")
    rate(levan, good=10, bad=2, at=last_month)
    award_all(now)


def test_a_lead_turns_back_a_month_and_reads_on(open_as, world, lead):
    page = open_as(lead, "/ratings/", java_script_enabled=False)
    expect(page.get_by_role("row", name="Nino Beridze")).to_have_count(1)
    page.get_by_role("link", name="Older").click()
    expect(page.locator(".rb-words li")).to_have_count(2)
    page.locator(".rb-turn a").first.click()
    expect(page.get_by_role("row", name="Levan Gelashvili").get_by_text("83 %")).to_be_visible()
    page.get_by_role("link", name="Week", exact=True).click()
    expect(page.locator(".rb-spans [aria-current]")).to_have_text("Week")


def test_the_trend_is_a_drawing_and_a_table(open_as, world, lead):
    page = open_as(lead, "/ratings/")
    page.get_by_text("As a table").click()
    table = page.get_by_role("region", name="Table: ratings and reply time")
    expect(table.get_by_role("row")).to_have_count(13)


def test_a_lead_changes_the_rule_on_a_phone(open_as, world, lead):
    page = open_as(lead, "/ratings/month/", PHONE)
    page.fill("[name=good]", "70")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").get_by_text("they come to 110")).to_be_visible()
    page.fill("[name=in_time]", "15")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved. The rule holds for this month and those to come.").wait_for()


def test_on_paper_nothing_is_left_to_press(open_as, world, lead):
    page = open_as(lead, "/ratings/")
    page.emulate_media(media="print")
    shown = page.evaluate(
        "[...document.querySelectorAll('a.btn, button, nav')].filter(e => e.offsetParent).length"
    )
    assert shown == 0
    expect(page.get_by_role("table").first).to_be_visible()
