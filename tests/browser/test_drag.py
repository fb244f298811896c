"""Rows are dragged onto tabs, by mouse and by finger; a swipe still scrolls."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from followups.dates import Tab
from followups.models import FollowUp
from tests.browser.conftest import PHONE
from tests.factories import make_dossier


@pytest.fixture
def stack(live_server, nino):
    today = nino.today()
    make_dossier(owner=nino, due_on=today + timedelta(1))
    return [make_dossier(owner=nino, due_on=today, name=f"Dossier {n:02}") for n in range(12)]


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def row(page, number):
    return page.locator("#stack [data-row]").nth(number)


def tab(page, day):
    return page.locator(f"#tab-{day} a")


def names_on(owner, day):
    return sorted(FollowUp.objects.of(owner).open().due(on=day).values_list("customer__name", flat=True))


class Mouse:
    def __init__(self, page):
        self.mouse = page.mouse

    def take(self, locator):
        x, y = middle(locator)
        self.mouse.move(x, y)
        self.mouse.down()
        self.mouse.move(x + 5, y + 12)

    def over(self, locator):
        self.mouse.move(*middle(locator))

    def drop(self):
        self.mouse.up()


class Finger:
    def __init__(self, page):
        self.page, self.session = page, page.context.new_cdp_session(page)

    def touch(self, kind, *points):
        points = [{"x": x, "y": y} for x, y in points]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def take(self, locator):
        self.touch("touchStart", middle(locator))
        expect(self.page.locator(".rb-ghost")).to_be_visible()

    def over(self, locator):
        self.touch("touchMove", middle(locator))

    def drop(self):
        self.touch("touchEnd")


def test_a_row_goes_to_the_day_on_which_it_is_dropped_and_can_be_taken_back(open_as, nino, stack):
    tomorrow = nino.today() + timedelta(1)
    page = open_as(nino, "/binder/")
    mouse = Mouse(page)
    mouse.take(row(page, 3))
    mouse.over(tab(page, tomorrow))
    expect(page.locator(".rb-ghost")).to_contain_text("Dossier 03")
    expect(page.locator(".rb-ghost")).to_contain_text("1 of 16 that day")
    mouse.drop()
    expect(page.locator("#filed .rb-filed")).to_contain_text("Dossier 03 moved to")
    assert "Dossier 03" in names_on(nino, tomorrow)
    page.keyboard.press("u")
    expect(page.locator("#dossier-title")).to_have_text("Dossier 03")
    assert len(names_on(nino, nino.today())) == 12


def test_ticked_rows_go_together_and_another_goes_alone(open_as, nino, stack):
    tomorrow, later = nino.today() + timedelta(1), nino.today() + timedelta(2)
    page = open_as(nino, "/binder/")
    mouse = Mouse(page)
    for number in (1, 2):
        page.locator("[data-row] input[name=f]").nth(number).check(force=True)
    mouse.take(row(page, 5))
    mouse.over(tab(page, later))
    mouse.drop()
    expect(page.locator("#filed .rb-filed")).to_contain_text("Dossier 05 moved to")
    assert names_on(nino, later) == ["Dossier 05"]
    for number in (1, 2):
        page.locator("[data-row] input[name=f]").nth(number).check(force=True)
    mouse.take(row(page, 2))
    expect(page.locator(".rb-ghost")).to_contain_text("Dossier 02 +1")
    mouse.over(tab(page, tomorrow))
    mouse.drop()
    expect(page.locator("#filed .rb-filed")).to_contain_text("2 dossiers moved to")
    assert names_on(nino, tomorrow)[-2:] == ["Dossier 01", "Dossier 02"]


def test_a_month_takes_it_as_a_whole(open_as, nino, stack):
    page = open_as(nino, "/binder/")
    mouse, month = Mouse(page), page.locator(".rb-months a").nth(2)
    mouse.take(row(page, 0))
    mouse.over(month)
    expect(page.locator(".rb-ghost")).to_contain_text("0 dossiers")
    mouse.drop()
    expect(page.locator("#filed .rb-filed")).to_contain_text("Dossier 00 moved to")
    assert FollowUp.objects.open().get(customer=stack[0].customer).precision == "month"


def test_what_was_left_behind_is_dragged_under_today(open_as, nino, stack):
    make_dossier(owner=nino, due_on=nino.today() - timedelta(2), name="Bergmann Optik")
    page = open_as(nino, "/binder/")
    page.keyboard.press("l")
    expect(page.locator(".rb-behind [data-row]")).to_be_visible()
    mouse = Mouse(page)
    mouse.take(page.locator(".rb-behind [data-row]"))
    mouse.over(page.locator("a.rb-tab--today"))
    mouse.drop()
    expect(page.locator(".rb-behind")).to_have_count(0)
    assert "Bergmann Optik" in names_on(nino, nino.today())


@pytest.mark.parametrize("how", ["beside", "where it lies", "escape"])
def test_nothing_moves_beside_the_tabs_or_after_escape(open_as, nino, stack, how):
    page = open_as(nino, "/binder/")
    mouse, url = Mouse(page), page.url
    mouse.take(row(page, 3))
    mouse.over(
        {"beside": row(page, 7), "where it lies": page.locator("a.rb-tab--today")}.get(how, row(page, 7))
    )
    if how == "escape":
        page.keyboard.press("Escape")
        expect(page.locator(".rb-ghost")).to_have_count(0)
        mouse.over(tab(page, nino.today() + timedelta(1)))
    mouse.drop()
    expect(page.locator(".rb-ghost")).to_have_count(0)
    expect(page.locator("#dossier-title")).to_have_text("Dossier 00")
    assert (len(names_on(nino, nino.today())), page.url) == (12, url)


def test_what_a_colleague_was_quicker_with_shows_both_states(open_as, nino, lead, stack):
    page = open_as(nino, "/binder/")
    stack[3].move(to=Tab(nino.today() + timedelta(5)), by=lead, now=timezone.now())
    mouse = Mouse(page)
    mouse.take(row(page, 3))
    mouse.over(tab(page, nino.today() + timedelta(1)))
    mouse.drop()
    expect(page.locator(".rb-conflict")).to_contain_text("Lena put it there")
    assert names_on(nino, nino.today() + timedelta(5)) == ["Dossier 03"]


def test_a_click_is_no_drag(open_as, nino, stack):
    page = open_as(nino, "/binder/")
    row(page, 4).click()
    expect(page.locator("#dossier-title")).to_have_text("Dossier 04")


def test_a_finger_lifts_a_row_by_a_long_press(open_as, nino, stack):
    tomorrow = nino.today() + timedelta(1)
    page = open_as(nino, "/binder/", PHONE, has_touch=True)
    finger = Finger(page)
    finger.take(row(page, 2))
    tab(page, tomorrow).scroll_into_view_if_needed()
    finger.over(tab(page, tomorrow))
    expect(page.locator(".rb-ghost")).to_contain_text("of 16 that day")
    finger.drop()
    expect(page.locator("#filed .rb-filed")).to_contain_text("Dossier 02 moved to")
    assert "Dossier 02" in names_on(nino, tomorrow)


def test_over_the_months_they_open_for_the_finger(open_as, nino, stack):
    page = open_as(nino, "/binder/", PHONE, has_touch=True)
    finger, month = Finger(page), page.locator(".rb-months a").nth(2)
    finger.take(row(page, 2))
    finger.over(page.locator(".rb-rail__more"))
    expect(month).to_be_visible()
    finger.over(month)
    expect(page.locator(".rb-ghost")).to_contain_text("0 dossiers")
    finger.drop()
    expect(page.locator("#filed .rb-filed")).to_contain_text("Dossier 02 moved to")
    expect(page.locator(".rb-months")).to_be_hidden()


def test_a_swipe_scrolls_and_moves_nothing(open_as, nino, stack):
    page = open_as(nino, "/binder/", {"width": 390, "height": 500}, has_touch=True)
    finger = Finger(page)
    x, y = middle(row(page, 2))
    finger.touch("touchStart", (x, y))
    for way in range(20, 200, 20):
        finger.touch("touchMove", (x, y - way))
    finger.touch("touchEnd")
    page.wait_for_function("scrollY > 50")
    expect(page.locator(".rb-ghost")).to_have_count(0)
    assert len(names_on(nino, nino.today())) == 12
