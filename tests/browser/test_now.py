"""Agreed times speak up on whatever page one is, and the server is asked for them rarely."""

from datetime import timedelta
from functools import partial

import pytest
from playwright.sync_api import expect

from followups.models import FollowUp
from tests.browser.axe import faults
from tests.browser.clock import open_with_clock
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_work_through import at_noon  # noqa: F401 - a fixture
from tests.factories import make_dossier


@pytest.fixture
def soon(nino, at_noon):  # noqa: F811
    """In forty minutes."""
    time = (at_noon + timedelta(minutes=40)).time().replace(second=0, microsecond=0)
    return make_dossier(owner=nino, due_on=nino.today(), at=time, name="Weingut Kessler")


@pytest.fixture
def fresh(open_as, nino, soon):
    """A page in a browser that knows nothing yet, and whose clock can be moved."""
    return partial(open_with_clock, open_as, nino)


def test_an_agreed_time_is_told_of_on_any_page(fresh, soon, at_noon):  # noqa: F811
    page = fresh("/customers/", PHONE)
    line = page.locator("[data-now]")
    expect(line.locator("[data-in]")).to_have_count(1)
    expect(line).to_be_hidden()
    # The browser's clock goes on; the server's does not, which is asked when the time comes.
    just = at_noon - timedelta(minutes=1)
    FollowUp.objects.filter(pk=soon.pk).update(at=just.time())
    page.clock.fast_forward("41:00")
    expect(line.get_by_text("Weingut Kessler: its time has come")).to_be_visible()
    expect(line).to_contain_text(f"{just:%H:%M}")
    assert faults(page) == {}
    page.set_viewport_size(DESKTOP)
    expect(line).to_be_visible()
    line.get_by_role("link", name="Open").click()
    expect(page.locator("#dossier-title")).to_have_text("Weingut Kessler")
    expect(line).to_be_hidden()


def test_the_server_is_asked_once_for_several_pages_and_nothing_stays_behind(fresh):
    page = fresh("/customers/")
    expect(page.locator("[data-now] [data-in]")).to_have_count(1)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/binder/now/" in request.url else None)
    for path in ("/settings/", "/tickets/", "/customers/"):
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
    assert asked == []
    assert "Kessler" not in page.evaluate("JSON.stringify(localStorage)")
    page.get_by_label("Account").click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/account/login/")
    assert page.evaluate("localStorage.getItem('appointments')") is None


def test_what_was_filed_is_told_of_no_more(fresh, nino, soon, at_noon):  # noqa: F811
    FollowUp.objects.filter(pk=soon.pk).update(at=(at_noon - timedelta(minutes=1)).time())
    behind = make_dossier(owner=nino, due_on=nino.today() + timedelta(1), name="Tomorrow")
    page = fresh(f"/binder/{nino.pk}/{behind.due_on}/")
    line = page.locator("[data-now]")
    expect(line).to_be_visible()
    soon.refresh_from_db()
    soon.move(to=behind.tab, by=nino, now=at_noon)
    page.fill("#note", "Yes")
    page.fill("#when", "in 3 weeks")
    expect(page.locator("[name=named]")).not_to_have_value("")
    page.click("[data-file]")
    expect(line).to_be_hidden()


def test_other_pages_ask_again_for_what_was_agreed_meanwhile(fresh, nino, soon):
    page = fresh("/customers/")
    expect(page.locator("[data-now] [data-in]")).to_have_count(1)
    time = soon.at.replace(minute=(soon.at.minute + 1) % 60)
    make_dossier(owner=nino, due_on=nino.today(), at=time, name="Molkerei Nord")
    page.clock.fast_forward("06:00")
    expect(page.locator("[data-now] [data-in]")).to_have_count(2)
