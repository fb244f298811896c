"""From the first dossier of the day to the last without leaving the page."""

from datetime import UTC, datetime, time, timedelta

import pytest
from playwright.sync_api import expect

from contacts.models import Entry
from followups.checks import check_binder
from followups.models import FollowUp
from tests.browser.axe import runs_off, violations
from tests.browser.clock import open_with_clock
from tests.browser.conftest import PHONE
from tests.factories import make_dossier, make_entry

MOST_STROKES = 4  # beyond the typed note and date, for each dossier


class Hand:
    """Counts the keys that are pressed; what is typed into a field does not count."""

    def __init__(self, page):
        self.page = page
        self.strokes = 0

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.strokes += 1

    def type(self, text):
        self.page.keyboard.type(text)


@pytest.fixture
def at_noon(nino):
    """She works every day, and it is about noon, so that today has an hour before and one after."""
    nino.own_working_days, nino.own_country = "1234567", "XX"
    nino.save()
    return datetime.now(nino.zone)


@pytest.fixture
def stack(live_server, nino, at_noon):
    return [make_dossier(owner=nino, due_on=nino.today(), name=f"Dossier {n:02}") for n in range(12)]


def title(page):
    return page.locator("#dossier-title")


def rows(page):
    return page.locator("#stack .rb-row__hit")


def test_each_dossier_takes_few_strokes_and_one_waiting_request(open_as, nino, stack):
    page = open_as(nino, "/binder/")
    hand, posts, loads = Hand(page), [], []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.on("load", lambda _: loads.append(page.url))
    for n in range(4):  # ten in a row: test_board.py
        expect(title(page)).to_have_text(f"Dossier {n:02}")
        before = hand.strokes
        if n % 2:
            hand.press("r", "Space")
            named = page.locator(".rb-date--try input").first.get_attribute("data-key")
        else:
            hand.press("n")
            hand.type(f"Said {n}")
            hand.press("Enter")
            hand.type(f"in {n + 1} weeks")
            named = (nino.today() + timedelta(weeks=n + 1)).isoformat()
        expect(page.locator("[name=named]")).to_have_value(named)
        hand.press("Enter")
        expect(page.locator("#filed .rb-filed")).to_contain_text(f"Dossier {n:02} filed under")
        assert hand.strokes - before <= MOST_STROKES
    expect(title(page)).to_have_text("Dossier 04")
    assert (len(posts), loads) == (4, [])
    assert Entry.objects.filter(outcome="missed").count() == 2
    assert check_binder().astray == []


def test_the_bar_counts_and_after_the_last_one_the_tab_is_worked_through(open_as, nino, at_noon):
    for name in ("Anton", "Berta"):
        make_dossier(owner=nino, due_on=nino.today(), name=name)
    page = open_as(nino, "/binder/")
    for n, name in enumerate(("Anton", "Berta"), 1):
        expect(title(page)).to_have_text(name)
        page.locator("#when").fill("in 3 weeks")
        expect(page.locator("[name=named]")).not_to_have_value("")
        page.locator("[data-file]").click()
        expect(page.locator("#day-head .rb-gauge")).to_contain_text(f"{n} of 2 moved on")
    expect(page.locator("#stack")).to_contain_text("Tab worked through: 2 dossiers moved on.")
    expect(title(page)).to_have_text("No dossier is open")


def test_s_lays_the_dossier_at_the_end_where_it_waits_with_its_note(open_as, nino, stack):
    page = open_as(nino, "/binder/")
    page.locator("#note").fill("Half a sentence")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(title(page)).to_have_text("Dossier 01")
    expect(title(page)).to_be_focused()
    names = [f"Dossier {n:02}" for n in (*range(1, 12), 0)]
    expect(rows(page)).to_have_text(names)
    page.get_by_role("link", name="Dossier 00").click()
    expect(page.locator("#note")).to_have_value("Half a sentence")
    page.evaluate("document.querySelector('#note').value = ''")
    page.locator("#note").press_sequentially(" ")
    page.reload()
    expect(rows(page)).to_have_text(names)
    assert FollowUp.objects.open().due(on=nino.today()).count() == 12


def test_nobody_reached_proposes_and_presses_nothing(open_as, nino, stack):
    for hours in (30, 26):
        make_entry(
            customer=stack[0].customer,
            outcome="missed",
            happened_at=datetime.now(UTC) - timedelta(hours=hours),
        )
    page = open_as(nino, "/binder/")
    tries = page.locator(".rb-date--try")
    expect(tries.first).to_be_hidden()
    page.keyboard.press("r")
    expect(tries).to_contain_text(["Later today", "Tomorrow", "A letter"])
    expect(page.get_by_text("+3 days")).to_be_hidden()
    expect(page.locator("[name=next]:checked")).to_have_count(0)
    expect(page.locator("[name=named]")).to_have_value("")
    page.locator("[data-file]").click()
    expect(page.locator("#file-note")).to_contain_text("Which day was agreed?")
    tries.last.click()
    expect(page.locator("[name=kind]")).to_have_value("letter")
    page.locator("[data-file]").click()
    expect(page.locator("#filed .rb-filed")).to_contain_text("Dossier 00 filed under")
    assert FollowUp.objects.open().get(customer=stack[0].customer).kind == "letter"


def test_after_a_move_by_key_the_next_in_the_stack_opens(open_as, nino, stack):
    make_dossier(owner=nino, due_on=nino.today() - timedelta(3), name="Left behind")
    page = open_as(nino, "/binder/")
    expect(title(page)).to_have_text("Dossier 00")
    page.wait_for_load_state()
    page.keyboard.type("m8")
    expect(title(page)).to_have_text("Dossier 01")


def test_after_ticked_ones_are_moved_the_open_dossier_stays_open(open_as, nino, stack):
    page = open_as(nino, "/binder/")
    page.locator("[data-row] a").nth(2).click()
    expect(title(page)).to_have_text("Dossier 02")
    page.locator("[data-row] input[name=f]").nth(4).check(force=True)
    page.keyboard.type("m8")
    expect(page.locator("#filed .rb-filed")).to_contain_text("Dossier 04")
    expect(title(page)).to_have_text("Dossier 02")


def test_tried_again_later_today_the_row_goes_to_its_hour(open_as, nino, stack):
    make_dossier(owner=nino, due_on=nino.today(), at=time(23, 50), name="Very late")
    page = open_as(nino, "/binder/")
    page.keyboard.press("r")
    page.keyboard.press("Enter")
    expect(page.locator("[data-file]")).to_contain_text("File under")
    expect(title(page)).to_have_text("Dossier 00")
    page.keyboard.press("Enter")
    expect(title(page)).to_have_text("Dossier 01")
    for n, name in enumerate(("Dossier 00", "Very late", "Dossier 01")):
        expect(rows(page).nth(n)).to_have_text(name)


def test_an_agreed_time_speaks_up_when_it_comes(open_as, nino, stack, at_noon):
    soon = (at_noon + timedelta(minutes=40)).time().replace(second=0, microsecond=0)
    make_dossier(owner=nino, due_on=nino.today(), at=soon, name="Weingut Kessler")
    page = open_with_clock(open_as, nino, "/binder/")
    expect(title(page)).to_have_text("Dossier 00")
    line = page.locator("main .rb-now")
    expect(line).to_be_hidden()
    page.clock.fast_forward("45:00")
    expect(line).to_contain_text(f"{soon:%H:%M} Weingut Kessler: its time has come")
    assert violations(page) == []
    line.get_by_role("link", name="Open").click()
    expect(title(page)).to_have_text("Weingut Kessler")
    expect(line).to_have_count(0)


def test_without_javascript_one_skips_and_tries_again(open_as, nino, stack):
    page = open_as(nino, "/binder/", java_script_enabled=False)
    page.get_by_role("button", name="Skip").click()
    expect(title(page)).to_have_text("Dossier 01")
    expect(rows(page).last).to_have_text("Dossier 00")
    page.get_by_text("Not reached").click()
    page.locator(".rb-date--try").last.click()
    page.click("[data-file]")
    expect(page.locator("[data-file]")).to_contain_text(":00")
    page.click("[data-file]")
    expect(page.locator("#filed .rb-filed")).to_contain_text("Dossier 01 filed under")


def test_by_thumb_one_skips_from_the_bar_below_and_sees_how_far_one_is(open_as, nino, stack):
    page = open_as(nino, f"/binder/{nino.pk}/{nino.today()}/{stack[0].customer_id}/", PHONE)
    expect(page.locator("#progress")).to_contain_text("0 of 12 moved on")
    skip = page.locator(".rb-actionbar [data-skip]")
    box = skip.bounding_box()
    assert (box["height"] >= 44, box["width"] >= 44, runs_off(page)) == (True, True, False)
    skip.click()
    expect(title(page)).to_have_text("Dossier 01")
    page.get_by_role("link", name="Result & next date").click()
    page.get_by_text("Not reached").click()
    page.locator(".rb-date--try").last.click()
    assert violations(page) == []
    page.locator("[data-file]").click()
    expect(title(page)).to_have_text("Dossier 02")
    expect(page.locator("#progress")).to_contain_text("1 of 12 moved on")
