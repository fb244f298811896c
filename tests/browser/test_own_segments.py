"""Building a segment: by keyboard with the count at one's side, and without a script."""

import pytest
from playwright.sync_api import expect

from segmentation.models import Segment
from tests.browser.conftest import PHONE, hold_back
from tests.factories import make_dossier

NEW = "/segments/own/new/"


@pytest.fixture
def drawer(live_server, nino):
    towns = {"Anker": "Mainz", "Kessler": "Mainz", "Zimt": "Trier"}
    return [make_dossier(owner=nino, name=name, town=town) for name, town in towns.items()]


def test_a_segment_is_built_by_keyboard_while_the_count_follows(open_as, nino, drawer):
    page = open_as(nino, NEW)
    page.locator("#id_r0-condition").focus()
    page.select_option("#id_r0-condition", "town")
    names = page.locator("#id_r0-names")
    names.wait_for()
    expect(page.locator("#id_r0-condition")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(names).to_be_focused()
    page.keyboard.type("mainz")
    expect(page.locator(".rb-found__n")).to_have_text("2 of 3 customers")
    expect(page.locator(".rb-found__names b")).to_have_text(["Anker", "Kessler"])
    expect(names).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#id_r1-condition")).to_be_focused()
    page.select_option("#id_r1-condition", "name")
    page.locator("#id_r1-text").fill("zimt")
    expect(page.locator(".rb-found__n")).to_have_text("0 of 3 customers")
    page.locator("#id_r1-joint").select_option("or")
    expect(page.locator(".rb-found__n")).to_have_text("3 of 3 customers")
    expect(names).to_have_value("mainz")
    page.locator("#id_name").fill("Mainz and Zimt")
    page.get_by_role("button", name="Save the segment").press("Enter")
    expect(page.locator("tbody th b")).to_have_text(["Anker", "Kessler", "Zimt"])
    assert Segment.objects.get().name == "Mainz and Zimt"


def test_a_row_is_removed_and_the_focus_stays_near(open_as, nino, drawer):
    page = open_as(nino, f"{NEW}?example=silent-vips")
    page.get_by_role("button", name="Remove condition 1").click()
    expect(page.locator(".rb-cond")).to_have_count(1)
    expect(page.locator("#id_r0-condition")).to_be_focused()
    expect(page.locator("#id_r0-days")).to_have_value("60")
    expect(page.locator(".rb-found__n")).to_have_text("3 of 3 customers")


def test_a_press_is_not_lost_to_the_count_of_what_was_typed_before(open_as, nino, drawer):
    """The count comes a moment after the last letter, while the press may still be on its way."""
    page = open_as(nino, f"{NEW}?example=silent-vips")
    let_go = hold_back(page, "do=add")
    with page.expect_response(lambda response: "do=count" in (response.request.post_data or "")):
        page.locator("#id_r1-days").fill("61")
        page.locator("#add").press("Enter")
    let_go()
    expect(page.locator("#id_r2-condition")).to_be_focused()
    expect(page.locator("#id_r1-days")).to_have_value("61")


def test_enter_in_a_field_removes_nothing(open_as, nino, drawer):
    page = open_as(nino, f"{NEW}?example=silent-vips")
    page.locator("#id_r1-days").press("Enter")
    page.wait_for_load_state()
    expect(page.locator(".rb-cond")).to_have_count(2)


def test_a_segment_is_built_without_a_script(open_as, nino, drawer):
    page = open_as(nino, NEW, PHONE, java_script_enabled=False)
    page.select_option("#id_r0-condition", "town")
    page.click("text=Show what this gives")
    page.fill("#id_r0-names", "Mainz")
    page.click("text=Add a condition")
    expect(page.locator(".rb-found__n")).to_have_text("2 of 3 customers")
    page.select_option("#id_r1-condition", "kind")
    page.click("text=Show what this gives")
    page.check("text=company")
    page.fill("#id_name", "Companies in Mainz")
    page.click("text=Save the segment")
    expect(page.locator("tbody th b")).to_have_text(["Anker", "Kessler"])


def test_counts_come_by_themselves_or_at_a_press(open_as, nino, drawer):
    filters = [{"condition": "town", "operator": "is", "values": {"names": ["Mainz"]}}]
    Segment.objects.create(team=nino.team, made_by=nino, name="Mainz", filters=filters)
    page = open_as(nino, "/segments/own/")
    expect(page.locator(".rb-own td.num").first).to_have_text("2")
    plain = open_as(nino, "/segments/own/", java_script_enabled=False)
    plain.click("text=Count the customers")
    expect(plain.locator(".rb-own td.num").first).to_have_text("2")
