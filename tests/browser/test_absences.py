"""Absences and the look back, as one meets them: at the desk, on a phone, and without JavaScript."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from contacts.models import Entry
from crm.team.models import Split
from followups.models import FollowUp
from tests.browser.axe import faults
from tests.browser.conftest import PHONE
from tests.factories import make_absence, make_dossier, make_user


@pytest.fixture
def stack(live_server, nino):
    """Four dossiers of Nino under today."""
    return [make_dossier(owner=nino, due_on=nino.today(), name=f"Dossier {n}") for n in range(4)]


def test_a_stand_in_works_in_the_lent_binder_and_the_owner_reads_of_it(open_as, nino, levan, stack):
    today = nino.today()
    absence = make_absence(user=nino, stand_in=levan, starts_on=today, ends_on=today)
    page = open_as(levan, "/binder/", java_script_enabled=False)
    page.get_by_role("link", name="Nino’s").click()
    page.get_by_role("link", name="Dossier 1").click()
    page.fill("#note", "Wants 600")
    page.fill("#when", "in 3 weeks")
    page.click("[data-file]")
    expect(page.locator("[name=named]")).not_to_have_value("")
    page.click("[data-file]")
    expect(page.locator("#filed .rb-filed")).to_contain_text("Dossier 1 filed under")
    assert Entry.objects.get().on_behalf_of == nino

    absence.starts_on = absence.ends_on = today - timedelta(1)
    absence.save()
    Entry.objects.update(happened_at=Entry.objects.get().happened_at - timedelta(1))
    page = open_as(nino, "/binder/", PHONE, java_script_enabled=False)
    page.get_by_role("link", name="What was done meanwhile").click()
    expect(page.locator("main")).to_contain_text("Levan for Nino")
    page.go_back()
    page.get_by_role("button", name="Put aside").click()
    expect(page.locator("main")).not_to_contain_text("You were away")


@pytest.mark.parametrize("script", [True, False])
def test_a_lead_splits_a_binder_and_takes_it_back(open_as, lead, nino, levan, team, stack, script):
    today = nino.today()
    make_user(team=team, name="Giorgi Kiknadze")
    absence = make_absence(user=nino, starts_on=today, ends_on=today + timedelta(4))
    page = open_as(lead, "/binder/", PHONE, java_script_enabled=script)
    page.get_by_role("link", name="Split the binder").click()
    expect(page.locator(".rb-split__plan")).to_contain_text("4 dossiers")
    if script:
        page.locator("summary", has_text="Who gets which").click()
        assert faults(page) == {}
    page.get_by_role("button", name="Lend 4 dossiers").click()
    expect(page.locator(".rb-messages")).to_contain_text("4 dossiers of Nino Beridze are shared out.")
    assert Split.objects.get().absence == absence
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".rb-messages")).to_contain_text("in one hand again")
    assert not Split.objects.exists()


def test_the_day_ends_with_a_look_back(open_as, nino, stack):
    FollowUp.objects.exclude(pk=stack[0].pk).delete()
    page = open_as(nino, "/binder/")
    page.fill("#note", "Agreed on the phone")
    page.fill("#when", "in 3 weeks")
    expect(page.locator("[name=named]")).not_to_have_value("")
    page.click("[data-file]")
    page.get_by_role("link", name="The day is done: look back at it").click()
    expect(page.locator("h2").first).to_have_text("1 done, 0 still to do")
    page.get_by_role("link", name="Month").click()
    expect(page.locator("h2").first).to_have_text("1 done, 0 stayed")
    assert faults(page) == {}
