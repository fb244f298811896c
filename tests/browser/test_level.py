"""Relieving a day that is too full, and dealing out a month, as one does it: by keyboard, by thumb, by plain forms."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from followups.binder import Binder
from followups.checks import check_binder
from followups.levelling import coming_days
from followups.models import FollowUp
from tests.browser.axe import runs_off, violations
from tests.browser.conftest import PHONE
from tests.factories import make_dossier

NAMES = ("Anton", "Berta", "Cäsar", "Dora", "Emil")


@pytest.fixture
def full(live_server, nino):
    """Today with five dossiers, where there is room for three."""
    nino.own_capacity = 3
    nino.save()
    return [make_dossier(owner=nino, due_on=nino.today(), name=name, plan="Samples?") for name in NAMES]


@pytest.fixture
def month(live_server, nino):
    """The month after the next, with two dossiers as a whole: it begins by itself on no day of the tests."""
    first = (nino.today().replace(day=1) + timedelta(62)).replace(day=1)
    for name in NAMES[:2]:
        make_dossier(owner=nino, due_on=first, precision="month", name=name)
    return first


def days_to_move_to(owner):
    return coming_days(Binder(owner, now=timezone.now()), without=owner.today())


def on(owner, day):
    """Who lies under that day."""
    return sorted(FollowUp.objects.of(owner).open().due(on=day).values_list("customer__name", flat=True))


def test_rows_are_chosen_and_ticked_by_the_keys_of_the_board(open_as, nino, full):
    page = open_as(nino, f"/binder/{nino.pk}/{nino.today()}/move-some/")
    boxes = page.locator("input[name=f]")
    ticked = [box.is_checked() for box in boxes.all()]
    for key, place in (("j", 0), ("j", 1), ("k", 0), ("k", 0)):
        page.keyboard.press(key)
        expect(boxes.nth(place)).to_be_focused()
    page.keyboard.press("x")
    expect(boxes.first).to_be_checked(checked=not ticked[0])
    expect(page.locator("#mv-title")).to_have_text("Move 3 dossiers")
    expect(page.get_by_role("contentinfo", name="Keyboard")).to_contain_text("tick")
    page.keyboard.press("Escape")
    page.wait_for_url(f"**/binder/{nino.pk}/{nino.today()}/")


def test_some_leave_an_overfull_day_by_keyboard_and_come_back_by_one_key(open_as, nino, full):
    page = open_as(nino, "/binder/")
    page.get_by_role("link", name="Move some…").press("Enter")
    expect(page.locator("#mv-title")).to_have_text("Move 2 dossiers")
    page.wait_for_load_state()  # only now a tick is heard
    expect(page.locator("#leave")).to_contain_text("room for 3, 2 too many · 2 leave, 3 stay")
    page.locator(".rb-leave", has_text="Anton").locator("input").press("Space")
    expect(page.locator("#mv-title")).to_have_text("Move 3 dossiers")
    expect(page.locator(".rb-slot").first).to_contain_text("0 → 3")
    page.locator("#note").fill("The day was full")
    page.keyboard.press("Enter")
    expect(page.locator(".rb-message--success")).to_contain_text("3 dossiers moved, each under its own day")
    assert on(nino, nino.today()) == ["Berta", "Cäsar"]
    assert [len(on(nino, day)) for day in days_to_move_to(nino)[:3]] == [1, 1, 1]
    page.wait_for_load_state()
    page.keyboard.press("u")
    expect(page.locator(".rb-message--success")).to_contain_text("Taken back: 3 dossiers lie where they lay.")
    assert on(nino, nino.today()) == list(NAMES)
    assert check_binder().astray == []


def test_all_go_to_the_tab_that_was_chosen_and_a_note_stays_while_one_ticks(open_as, nino, full):
    target = days_to_move_to(nino)[2]
    page = open_as(nino, f"/binder/{nino.pk}/{nino.today()}/move-some/")
    page.locator("#note").fill("Agreed with Levan")
    page.locator(f"input[name=to][value='{target}']").check()
    expect(page.locator(".rb-slot", has=page.locator(f"[value='{target}']"))).to_contain_text("0 → 2")
    page.locator(".rb-leave", has_text="Dora").locator("input").uncheck()
    expect(page.locator("#mv-title")).to_have_text("Move 1 dossier")
    expect(page.locator("#note")).to_have_value("Agreed with Levan")
    page.get_by_role("button", name="Move 1 dossier").click()
    expect(page.locator(".rb-message--success")).to_contain_text("1 dossier moved to")
    assert on(nino, target) == ["Emil"]


def test_escape_leaves_the_day_as_it_is(open_as, nino, full):
    page = open_as(nino, f"/binder/{nino.pk}/{nino.today()}/move-some/")
    page.keyboard.press("Escape")
    expect(page.locator("[data-row]")).to_have_count(5)


def test_some_are_moved_without_javascript(open_as, nino, full):
    target = days_to_move_to(nino)[0]
    page = open_as(nino, f"/binder/{nino.pk}/{nino.today()}/", java_script_enabled=False)
    page.get_by_role("link", name="Move some…").click()
    page.locator(".rb-leave", has_text="Anton").locator("input").check()
    page.locator(f"input[name=to][value='{target}']").check()
    page.get_by_role("button", name="Show what this means").click()
    expect(page.locator("#mv-title")).to_have_text("Move 3 dossiers")
    page.get_by_role("button", name="Move 3 dossiers").click()
    expect(page.locator(".rb-message--success")).to_contain_text("3 dossiers moved to")
    assert on(nino, target) == ["Anton", "Dora", "Emil"]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".rb-message--success")).to_contain_text("Taken back: 3 dossiers lie where they lay.")
    assert on(nino, nino.today()) == list(NAMES)


def test_on_a_phone_an_overfull_day_is_relieved_by_thumb(open_as, nino, full):
    page = open_as(nino, "/binder/", PHONE)
    page.get_by_role("link", name="Move some…").click()
    expect(page.locator("#mv-title")).to_have_text("Move 2 dossiers")
    page.wait_for_load_state()
    box = page.locator(".rb-slot").first.bounding_box()
    assert (box["height"] >= 44, runs_off(page)) == (True, False)
    page.get_by_role("button", name="Move 2 dossiers").click()
    expect(page.locator(".rb-message--success")).to_contain_text("2 dossiers moved")
    assert len(on(nino, nino.today())) == 3


def test_what_was_left_behind_is_spread_by_one_press(open_as, nino, full):
    make_dossier(owner=nino, due_on=nino.today() - timedelta(4), name="Bergmann Optik")
    page = open_as(nino, "/binder/")
    page.keyboard.press("l")
    page.get_by_role("button", name="Spread them").click()
    expect(page.locator(".rb-message--success")).to_contain_text("1 dossier moved to")
    expect(page.locator(".rb-behind")).to_have_count(0)


def test_a_month_is_dealt_out_with_a_day_of_ones_own_and_taken_back(open_as, nino, month):
    page = open_as(nino, f"/binder/{nino.pk}/{month:%Y-%m}/")
    page.get_by_role("link", name="Deal out…").click()
    choice = page.get_by_label("Berta")
    expect(choice).to_be_visible()
    page.wait_for_load_state()
    last = choice.locator("option").last.get_attribute("value")
    choice.select_option(last)
    page.get_by_role("button", name="Deal out 2 dossiers").click()
    expect(page.locator("#dealt-title")).to_have_text("2 were dealt out, and lie there still")
    assert FollowUp.objects.of(nino).open().get(customer__name="Berta").due_on.isoformat() == last
    assert FollowUp.objects.of(nino).open().filter(precision="month").count() == 0
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Deal out 2 dossiers")).to_be_visible()
    assert FollowUp.objects.of(nino).open().filter(precision="month", due_on=month).count() == 2


def test_a_month_is_dealt_out_without_javascript_on_a_phone(open_as, nino, month):
    page = open_as(nino, f"/binder/{nino.pk}/{month:%Y-%m}/deal-out/", PHONE, java_script_enabled=False)
    page.get_by_role("button", name="Deal out 2 dossiers").click()
    expect(page.locator("#dealt-title")).to_have_text("2 were dealt out, and lie there still")
    assert FollowUp.objects.of(nino).open().filter(precision="month").count() == 0


def test_axe_finds_nothing_on_both_pages_and_on_what_they_say_after(open_as, nino, full, month):
    page = open_as(nino, f"/binder/{nino.pk}/{nino.today()}/move-some/", reduced_motion="reduce")
    assert violations(page) == []
    page.get_by_role("button", name="Move 2 dossiers").click()
    page.locator(".rb-message--success").wait_for()
    assert violations(page) == []
    page.goto(f"/binder/{nino.pk}/{month:%Y-%m}/deal-out/")
    page.get_by_role("button", name="Deal out").click()
    page.locator("#dealt-title").wait_for()
    assert violations(page) == []
