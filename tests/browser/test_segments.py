"""Filing those who are due: with keys alone, and without a script."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from followups.models import FollowUp
from tests.browser.conftest import PHONE
from tests.segmentation.buyers import make_buyer, make_scoring
from tests.segmentation.test_lists import now_of


@pytest.fixture
def due(live_server, nino):
    """Three who are due soon, in the order of the list; the second lies far too late."""
    today = nino.today()
    make_scoring(nino.team, as_of=today)
    return [
        make_buyer(owner=nino, name=name, person="Barbara Kessler", due=days, due_on=today + timedelta(lies))
        for name, days, lies in [("Adjara Honey", -4, 1), ("Metekhi Books", 5, 80), ("Pages & Co", 9, 2)]
    ]


def lies(page):
    return page.locator("tbody tr").filter(has_text="Metekhi Books").locator("td").last


def test_the_due_list_is_filed_and_taken_back_with_keys_alone(open_as, nino, due):
    page = open_as(nino, "/segments/due/")
    expect(lies(page)).to_contain_text("too late")
    page.get_by_label("Choose Metekhi Books").focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-ticked]")).to_have_text("1 chosen")
    page.locator("#to").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    file = page.get_by_role("button", name="File 1 dossier")
    expect(page.get_by_role("row").filter(has_text=nino.name)).to_contain_text("1 of 16")
    file.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".rb-moved")).to_contain_text("1 dossier moved to")
    expect(lies(page)).not_to_contain_text("too late")
    assert now_of(due[1]).due_on == nino.calendar.next_working(nino.today() + timedelta(5))
    page.wait_for_load_state()  # only now it hears keys
    page.keyboard.press("u")
    expect(page.get_by_role("status").filter(has_text="lies again where it lay")).to_be_visible()
    assert now_of(due[1]).pk == due[1].pk


@pytest.mark.parametrize("path", ["/segments/", "/segments/due/"])
def test_everything_works_without_a_script(open_as, nino, due, path):
    in_3_weeks = nino.today() + timedelta(21)
    page = open_as(nino, path, java_script_enabled=False)
    page.check("[aria-label='Choose Metekhi Books']")
    page.fill("#when", "in 3 weeks")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_role("row").filter(has_text=nino.name)).to_contain_text("1 of 16")
    is_working = nino.calendar.next_working(in_3_weeks) == in_3_weeks
    (
        page.get_by_role("button", name="File 1 dossier")
        if is_working
        else page.locator("button[name=instead]")
    ).click()
    expect(page.locator(".rb-moved")).to_contain_text("1 dossier moved to")
    assert now_of(due[1]).due_on == nino.calendar.next_working(in_3_weeks)
    page.click("text=Undo")
    expect(page.get_by_role("status").filter(has_text="lies again where it lay")).to_be_visible()
    assert now_of(due[1]).pk == due[1].pk


def test_one_tick_chooses_a_page_and_a_full_day_is_shown_first(open_as, nino, due):
    nino.own_capacity = 1
    nino.save()
    page = open_as(nino, "/segments/due/")
    page.check("[data-tick-all]")
    expect(page.locator("[data-ticked]")).to_have_text("3 chosen")
    page.uncheck("[aria-label='Choose Metekhi Books']")
    assert page.locator("[data-tick-all]").evaluate("box => box.indeterminate")
    page.fill("#when", str(nino.calendar.next_working(nino.today() + timedelta(60))))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("File 2 dossiers under")
    expect(page.locator("tbody")).to_contain_text("2 of 1, too full")
    assert FollowUp.objects.count() == 3
    page.get_by_role("button", name="File 2 dossiers").click()
    expect(page.locator(".rb-moved")).to_contain_text("2 dossiers moved to")


def test_the_chance_says_why_when_it_is_pressed(open_as, nino, due):
    page = open_as(nino, "/segments/", PHONE)
    why = page.locator(".rb-why").first
    why.locator("summary").press("Enter")
    expect(why.locator("p")).to_contain_text("31 % bought within two weeks (of 412).")


def test_a_cell_and_a_group_open_their_lists(open_as, nino, due):
    page = open_as(nino, "/segments/")
    page.locator(".rb-heat a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recency 4, frequency 3")
    expect(page.locator("tbody tr")).to_have_count(3)
    page.go_back()
    page.locator(".rb-seglist").get_by_text("Growing").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Growing")
