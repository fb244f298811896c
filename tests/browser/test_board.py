"""A day's work at the board, as one does it: by keyboard, by thumb, and without JavaScript."""

import re
from datetime import time, timedelta

import pytest
from playwright.sync_api import expect

from contacts.models import Entry
from followups.checks import check_binder
from followups.models import FollowUp
from tests.browser.conftest import PHONE
from tests.factories import make_dossier


@pytest.fixture
def stack(live_server, nino):
    """Twelve dossiers under today, named in working order."""
    return [
        make_dossier(
            owner=nino,
            due_on=nino.today(),
            at=time(0, n),  # come already, at whatever hour the tests run
            name=f"Dossier {n:02}",
            phone=f"+49 69 90009 {n}10",
        )
        for n in range(12)
    ]


def open_title(page):
    return page.locator("#dossier-title")


def press_at_once(page, keys):
    """Keys without the pauses of a busy machine between them: after 350 ms a number ends."""
    page.evaluate(
        """keys => [...keys].forEach(key =>
            document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true})))""",
        keys,
    )


def test_ten_dossiers_are_filed_by_keyboard_one_waiting_request_each(open_as, nino, stack):
    page = open_as(nino, "/binder/")
    posts = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.keyboard.press("n")
    for n in range(10):
        expect(open_title(page)).to_have_text(f"Dossier {n:02}")
        if n:
            page.keyboard.press("n")
        page.keyboard.type(f"Said {n}")
        page.keyboard.press("Enter")
        page.keyboard.type(f"in {n + 1} weeks")
        expect(page.locator("[name=named]")).to_have_value(
            (nino.today() + timedelta(weeks=n + 1)).isoformat()
        )
        page.keyboard.press("Enter")
    expect(open_title(page)).to_have_text("Dossier 10")
    assert len(posts) == 10
    page.reload()
    expect(page.locator("[data-row]")).to_have_count(2)
    placed = FollowUp.objects.open().exclude(due_on=nino.today()).order_by("customer__name")
    assert [f.due_on for f in placed] == [nino.today() + timedelta(weeks=n + 1) for n in range(10)]
    assert [f.entry_id is None for f in placed] == [True] * 10
    assert sorted(entry.text for entry in Entry.objects.all()) == [f"Said {n}" for n in range(10)]
    assert check_binder().astray == []


def test_the_focus_lands_on_the_next_sheets_heading(open_as, nino, stack):
    page = open_as(nino, "/binder/")
    page.keyboard.press("j")
    expect(open_title(page)).to_have_text("Dossier 01")
    expect(open_title(page)).to_be_focused()
    expect(page.locator("[data-row][aria-current]")).to_have_count(1)
    page.keyboard.press("k")
    expect(open_title(page)).to_have_text("Dossier 00")
    expect(page).to_have_url(re.compile(f"/{stack[0].customer_id}/$"))


def test_filing_can_be_undone_by_key(open_as, nino, stack):
    page = open_as(nino, "/binder/")
    page.keyboard.press("n")
    page.keyboard.type("A slip of the pen")
    page.locator("label", has_text="+1 week").click()
    expect(page.locator("[data-file]")).not_to_contain_text("…")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#filed .rb-filed")).to_contain_text("Dossier 00 filed under")
    page.keyboard.press("u")
    expect(open_title(page)).to_have_text("Dossier 00")
    assert FollowUp.objects.open().due(on=nino.today()).count() == 12
    assert Entry.objects.count() == 0


def test_number_keys_open_a_tab_and_t_returns_to_today(open_as, nino, stack):
    tomorrow = nino.today() + timedelta(1)
    page = open_as(nino, "/binder/")
    press_at_once(page, str(tomorrow.day))
    page.wait_for_url(f"**/{tomorrow.isoformat()}/")
    page.keyboard.press("t")
    page.wait_for_url(f"**/{nino.today().isoformat()}/")


def test_m_and_a_number_move_the_open_dossier_and_x_several(open_as, nino, stack):
    tomorrow = nino.today() + timedelta(1)
    page = open_as(nino, "/binder/")
    press_at_once(page, f"m{tomorrow.day}")
    expect(page.locator("#filed .rb-filed")).to_contain_text("Dossier 00 moved to")
    expect(open_title(page)).to_have_text("Dossier 01")
    page.keyboard.press("x")
    expect(page.locator("[data-ticks-count]")).to_have_text("1")
    page.keyboard.press("j")
    expect(open_title(page)).to_have_text("Dossier 02")
    page.keyboard.press("x")
    expect(page.locator("[data-ticks-count]")).to_have_text("2")
    press_at_once(page, f"m{tomorrow.day}")
    expect(page.locator("#filed .rb-filed")).to_contain_text("2 dossiers moved to")
    assert FollowUp.objects.open().due(on=tomorrow).count() == 3


def test_l_shows_what_was_left_behind(open_as, nino, stack):
    make_dossier(owner=nino, due_on=nino.today() - timedelta(2), name="Bergmann Optik")
    page = open_as(nino, "/binder/")
    expect(page.get_by_text("Bergmann Optik", exact=True)).not_to_be_visible()
    page.keyboard.press("l")
    expect(page.get_by_role("link", name="Bergmann Optik")).to_be_focused()
    page.get_by_role("button", name="Bring it under today").click()
    expect(page.locator(".rb-behind")).to_have_count(0)
    assert FollowUp.objects.open().due(on=nino.today()).count() == 13


def test_keys_are_silent_while_one_types_and_for_those_who_switched_them_off(open_as, nino, stack):
    page = open_as(nino, "/binder/")
    page.locator("#note").fill("")
    page.locator("#note").press_sequentially("jump 12 ml?")
    expect(page.locator("#note")).to_have_value("jump 12 ml?")
    expect(open_title(page)).to_have_text("Dossier 00")
    nino.keys_enabled = False
    nino.save()
    page.goto("/binder/")
    page.keyboard.press("n")
    expect(page.locator("#note")).not_to_be_focused()


def test_the_question_mark_shows_all_keys_and_enter_opens_the_dossier(open_as, nino, stack):
    page = open_as(nino, "/binder/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("left behind")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{stack[0].customer_id}/")


def test_a_date_that_cannot_be_read_says_so_while_one_writes(open_as, nino, stack):
    page = open_as(nino, "/binder/")
    page.locator("#when").fill("whenever")
    expect(page.locator("#file-note")).to_contain_text("is no date we know")
    page.locator("#when").fill("in 3 weeks")
    expect(page.locator("[data-file]")).to_contain_text("File under")


def test_a_rest_day_offers_the_next_working_day_at_one_press(open_as, nino, stack):
    sunday = nino.today() + timedelta(13 - nino.today().weekday())
    offer = nino.calendar.next_working(sunday)
    page = open_as(nino, "/binder/")
    page.locator("#when").fill(sunday.isoformat())
    page.get_by_role("button", name=f"Take {offer:%a}").click()
    expect(page.locator("[name=named]")).to_have_value(offer.isoformat())


def test_an_early_enter_waits_for_the_date_and_the_next_one_files(open_as, nino, stack):
    page = open_as(nino, "/binder/")
    page.locator("#note").fill("Quick fingers")
    page.locator("#when").fill("in 3 weeks")
    page.locator("#when").press("Enter")
    expect(page.locator("[data-file]")).to_be_focused()
    assert FollowUp.objects.open().due(on=nino.today()).count() == 12
    page.keyboard.press("Enter")
    expect(page.locator("#filed .rb-filed")).to_contain_text("Dossier 00 filed under")


def test_a_date_that_bounces_keeps_the_hand_in_its_field(open_as, nino, stack):
    page = open_as(nino, "/binder/")
    page.locator("#note").fill("Stays here")
    page.locator("#when").fill("asdf")
    page.locator("#when").press("Enter")
    expect(page.locator("#file-note .rb-ask")).to_be_visible()
    expect(page.locator("#when")).to_be_focused()
    expect(page.locator("#note")).to_have_value("Stays here")


def test_a_note_begun_on_one_dossier_waits_there(open_as, nino, stack):
    page = open_as(nino, "/binder/")
    page.locator("#note").fill("Half a sent")
    page.get_by_role("link", name="Dossier 03").click()
    expect(open_title(page)).to_have_text("Dossier 03")
    expect(page.locator("#note")).to_have_value("")
    page.get_by_role("link", name="Dossier 00").click()
    expect(open_title(page)).to_have_text("Dossier 00")
    expect(page.locator("#note")).to_have_value("Half a sent")


def test_on_the_dossiers_page_a_number_opens_the_tab_and_m_moves(open_as, nino, stack):
    tomorrow = nino.today() + timedelta(1)
    page = open_as(nino, f"/customers/{stack[0].customer_id}/")
    press_at_once(page, f"m{tomorrow.day}")
    expect(page.locator("#filed .rb-filed")).to_contain_text("moved to")
    assert FollowUp.objects.open().get(customer=stack[0].customer).due_on == tomorrow
    page.wait_for_load_state()  # it is the page anew, and only now hears keys
    press_at_once(page, str(tomorrow.day))
    page.wait_for_url(f"**/binder/{nino.pk}/{tomorrow.isoformat()}/")
    assert FollowUp.objects.open().due(on=tomorrow).count() == 1


def test_who_was_logged_out_is_told_and_his_note_stays(open_as, nino, stack):
    page = open_as(nino, "/binder/")
    page.locator("#note").fill("An hour of talk")
    page.locator("#when").fill("in 3 weeks")
    expect(page.locator("[name=named]")).not_to_have_value("")
    page.context.clear_cookies()
    page.locator("[data-file]").click()
    expect(page.get_by_role("alert").filter(has_text="logged out")).to_be_visible()
    expect(page.locator("#note")).to_have_value("An hour of talk")
    assert FollowUp.objects.open().due(on=nino.today()).count() == 12


def test_two_people_at_one_dossier_the_second_sees_both_states(open_as, nino, levan, stack):
    mine, his = open_as(nino, "/binder/"), open_as(levan, f"/binder/{nino.pk}/{nino.today()}/")
    for page, note, day in ((his, "Levan was first", "in 2 weeks"), (mine, "Nino was second", "in 3 weeks")):
        page.locator("#note").fill(note)
        page.locator("#when").fill(day)
        expect(page.locator("[name=named]")).not_to_have_value("")
        page.locator("[data-file]").click()
        expect(page.locator("#filed .rb-filed, .rb-conflict")).to_be_visible()
    expect(mine.locator(".rb-conflict")).to_contain_text("Levan was first")
    expect(mine.locator(".rb-conflict textarea")).to_have_value("Nino was second")
    expect(mine.locator(".rb-top")).to_have_count(1)
    expect(open_title(mine)).to_be_focused()
    mine.get_by_role("button", name="all the same").click()
    expect(mine.locator("#filed .rb-filed")).to_contain_text("filed under")
    assert FollowUp.objects.open().get(customer=stack[0].customer).due_on == nino.today() + timedelta(weeks=3)


def test_the_whole_day_works_without_javascript(open_as, nino, stack):
    page = open_as(nino, "/binder/", java_script_enabled=False)
    page.get_by_role("link", name="Dossier 03").click()
    page.fill("#note", "Agreed on the phone")
    page.fill("#when", "in 3 weeks")
    page.click("[data-file]")
    named = nino.today() + timedelta(weeks=3)
    expect(page.locator("[data-file]")).to_contain_text(f"{named:%a} {named.day} {named:%b}")
    expect(page.locator("#note")).to_have_value("Agreed on the phone")
    assert FollowUp.objects.open().due(on=nino.today()).count() == 12
    page.click("[data-file]")
    expect(page.locator("#filed .rb-filed")).to_contain_text("Dossier 03 filed under")
    page.click("text=Undo")
    expect(open_title(page)).to_have_text("Dossier 03")
    page.check("[data-row] input[name=f] >> nth=0", force=True)
    page.fill("#ticks-when", "tomorrow")
    page.click(".rb-ticks button")
    expect(page.locator("#ticks-note")).to_contain_text("of 16 that day")
    page.click(".rb-ticks button[type=submit] >> nth=0")
    expect(page.locator("#filed .rb-filed")).to_contain_text("moved to")


def test_on_a_phone_the_result_slip_comes_up_from_below(open_as, nino, stack):
    page = open_as(nino, "/binder/", PHONE)
    expect(page.locator(".rb-sheet--right")).not_to_be_visible()
    page.get_by_role("link", name="Dossier 04").click()
    expect(open_title(page)).to_have_text("Dossier 04")
    page.wait_for_load_state()  # it is a page of its own, and only now hears what is chosen
    expect(page.locator(".rb-sheet--left")).not_to_be_visible()
    page.get_by_role("link", name="Result & next date").click()
    page.fill("#note", "By thumb")
    page.locator("label", has_text="+1 week").click()
    expect(page.locator("[name=named]")).not_to_have_value("")
    page.locator("[data-file]").click()
    expect(open_title(page)).to_have_text("Dossier 05")
    assert FollowUp.objects.open().due(on=nino.today()).count() == 11
    page.locator(".rb-filed-here").get_by_role("button", name="Undo").click()
    expect(open_title(page)).to_have_text("Dossier 04")
    assert FollowUp.objects.open().due(on=nino.today()).count() == 12


def test_on_a_phone_call_buttons_are_big_enough_for_a_thumb(open_as, nino, stack):
    page = open_as(nino, "/binder/", PHONE)
    box = page.locator("[data-row] .rb-tel").first.bounding_box()
    assert (box["width"] >= 44, box["height"] >= 44) == (True, True)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_one_logs_in_through_the_front_door(open_as, nino):
    nino.set_password("rings-and-tabs-31")
    nino.save()
    page = open_as(None, "/")
    page.fill("[name=login]", nino.email)
    page.fill("[name=password]", "rings-and-tabs-31")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/binder/{nino.pk}/{nino.today().isoformat()}/")
