"""The first start in five steps, and the front door."""

import pytest
from playwright.sync_api import expect

from crm.team.models import Team, User
from tests.browser.conftest import PHONE
from tests.factories import PASSWORD, make_user


@pytest.mark.parametrize("scripts", [True, False])
def test_five_steps_lead_to_an_empty_binder_and_the_offer_to_import(open_as, live_server, db, scripts):
    page = open_as(None, "/", java_script_enabled=scripts)
    page.wait_for_url("**/start/")
    step = page.locator(".rb-slip__about")
    expect(step).to_have_text("Step 1 of 5: Team")
    page.fill("#id_0-name", "Carton & Co")
    page.keyboard.press("Enter")
    expect(step).to_contain_text("Step 2 of 5")
    page.select_option("#id_1-country", "AT")
    page.select_option("#id_1-time_zone", "Europe/Vienna")
    press_next(page)
    expect(step).to_contain_text("Step 3 of 5")
    page.select_option("#id_2-region", label="Tirol")
    press_next(page)
    expect(step).to_contain_text("Step 4 of 5")
    page.fill("[name='3-day_capacity']", "20")
    press_next(page)
    expect(step).to_contain_text("Step 5 of 5")
    assert Team.objects.count() == 0
    page.fill("[name='4-name']", "Lena Vogt")
    page.fill("[name='4-email']", "lena@carton.example")
    page.fill("[name='4-password']", PASSWORD)
    page.get_by_role("button", name="Open the binder").click()
    page.wait_for_url("**/binder/**")
    user = User.objects.get()
    assert page.url.endswith(f"/binder/{user.pk}/{user.today().isoformat()}/")
    assert (user.role, user.team.country, user.team.region, user.capacity) == ("admin", "AT", "7", 20)
    expect(page.locator("#stack")).to_contain_text("The binder is empty.")
    page.get_by_role("link", name="Import customers").click()
    expect(page.locator("h1")).to_have_text("Import customers")


def press_next(page):
    page.get_by_role("button", name="Next").click()


def test_one_may_go_back_and_finds_what_was_filled_in(open_as, live_server, db):
    page = open_as(None, "/start/", PHONE)
    page.fill("#id_0-name", "Carton & Co")
    press_next(page)
    page.get_by_role("button", name="Back").click()
    expect(page.locator("#id_0-name")).to_have_value("Carton & Co")


def test_after_the_first_start_the_door_is_closed(open_as, nino):
    page = open_as(None, "/start/")
    expect(page.locator("h1")).not_to_have_text("Open your binder")
    page.goto("/")
    page.wait_for_url("**/account/login/**")


@pytest.mark.parametrize("scripts", [True, False])
def test_one_logs_in_and_out(open_as, team, scripts):
    user = make_user(team=team, name="Nino Beridze", password=PASSWORD)
    page = open_as(None, "/customers/", java_script_enabled=scripts)
    expect(page.locator("[name=login]")).to_be_focused()
    page.keyboard.type(user.email)
    page.fill("[name=password]", "wrong")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("not correct")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/")
    page.locator(".rb-top__me summary").click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/account/login/")
    page.goto("/customers/")
    page.wait_for_url("**/account/login/**")
