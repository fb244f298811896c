"""One says what may speak up, and finds what was ignored, on a phone and without a script."""

from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.axe import faults
from tests.browser.conftest import PHONE
from tests.factories import make_dossier, make_slip


def test_what_is_switched_off_no_longer_speaks(open_as, nino):
    customer = make_dossier(owner=nino, due_on=nino.today()).customer
    make_slip(customer=customer, reason="Barbara turns 50", speaks_on=nino.today() - timedelta(9))
    page = open_as(nino, "/binder/slips/", PHONE, java_script_enabled=False)
    page.get_by_text("Barbara turns 50").wait_for()
    page.get_by_role("link", name="What may speak up").click()
    page.get_by_role("group", name="Birthday").get_by_label("off").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    expect(page.get_by_role("group", name="Birthday").get_by_label("off")).to_be_checked()
    for path in ("/binder/slips/", "/binder/"):
        page.goto(path)
        expect(page.get_by_text("Barbara turns 50")).to_have_count(0)


def test_both_pages_have_no_barriers(open_as, lead):
    make_slip(customer=make_dossier(owner=lead).customer, speaks_on=lead.today() - timedelta(9))
    page = open_as(lead, "/binder/slips/", PHONE, reduced_motion="reduce")
    assert faults(page) == {}
    page.goto("/settings/slips/")
    assert faults(page) == {}
