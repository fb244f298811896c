"""Pages of ratings: nothing bars anybody, nothing runs off, and a bad one is put right by keyboard."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from feedback.actions_rating import make_signature, print_sheet
from feedback.models import OpenWord, Rating
from feedback.saying import say
from tests.browser.axe import faults
from tests.browser.conftest import PHONE
from tests.factories import make_dossier, make_sender
from tests.feedback.makers import make_invitation, make_ticket

PRAISE = "Nino rang back within the hour, and the new ones came the next morning"


def rated(customer, value, *, comment="", read_for=20):
    now = timezone.now()
    asked_at = now - timedelta(hours=1)
    ticket = make_ticket(customer=customer, opened_at=asked_at - timedelta(days=1), closed_at=asked_at)
    invitation = make_invitation(ticket=ticket, asked_at=asked_at)
    page_at = now - timedelta(seconds=read_for)
    say(invitation=invitation, value=value, comment=comment, page_at=page_at, now=now)
    return Rating.objects.get(invitation=invitation)


@pytest.fixture
def world(live_server, team, nino):
    make_sender(team=team)
    customer = make_dossier(owner=nino, name="Weingut Kessler", email="b@kessler.example").customer
    make_signature(user=nino, now=timezone.now())
    OpenWord.objects.create(user=nino, value="good", comment="Always there")
    bad = rated(customer, "bad", comment="Creased again")
    print_sheet(ticket=bad.ticket, now=timezone.now())
    return {
        "bad": bad,
        "praise": rated(customer, "good", comment=PRAISE),
        "doubted": rated(customer, "neutral", read_for=1),
    }


def test_axe_finds_nothing_and_nothing_runs_off(open_as, world, lead):
    addresses = {name: rating.get_absolute_url() for name, rating in world.items()}
    addresses |= {name: reverse(f"feedback:{name}") for name in ("to_put_right", "signature")}
    addresses["sheet"] = reverse("feedback:sheet", args=[world["bad"].ticket_id])
    addresses["no sheet yet"] = reverse("feedback:sheet", args=[world["praise"].ticket_id])
    doubted = make_invitation(customer=world["bad"].customer, asked_at=timezone.now())
    say(invitation=doubted, score=9, comment="Always there", page_at=None, now=timezone.now())
    addresses["recommendation"] = reverse("feedback:recommendation", args=[doubted.pk])
    page = open_as(lead, addresses["to_put_right"], PHONE, reduced_motion="reduce")
    found = {}
    for name, address in addresses.items():
        page.goto(address)
        for summary in page.locator("main summary").all():
            summary.click()
        found[name] = faults(page)
    assert found == {name: {} for name in addresses}


def test_the_sheet_prints_alone_on_one_page(open_as, world, nino):
    page = open_as(nino, reverse("feedback:sheet", args=[world["bad"].ticket_id]))
    page.emulate_media(media="print")
    expect(page.locator("main")).to_be_hidden()
    expect(page.locator(".rb-qrsheet")).to_be_visible()
    pages = re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))
    assert len(pages) == 1


def test_from_the_slip_to_what_was_done_by_keyboard(open_as, world, nino):
    place = world["bad"].customer.followups.open().get()
    page = open_as(nino, f"/binder/{nino.pk}/{place.due_on}/{place.customer_id}/")
    page.get_by_role("link", name="is to be put right").press("Enter")
    expect(page.get_by_role("button", name="Write it down")).to_be_visible()
    page.get_by_label("called").press("Space")
    page.get_by_label("In your words").fill("New ones leave tomorrow.")
    page.get_by_role("button", name="Write it down").press("Enter")
    expect(page.locator(".rb-message--success")).to_contain_text("Written down")
    world["bad"].refresh_from_db()
    assert world["bad"].answer == "Called. New ones leave tomorrow."


def test_a_lead_counts_what_was_doubted_without_a_script(open_as, world, lead):
    page = open_as(lead, reverse("feedback:to_put_right"), PHONE, java_script_enabled=False)
    page.locator("#h-doubted").locator("xpath=ancestor::section").get_by_role("link").click()
    page.get_by_text("Let it count").click()
    page.get_by_label("Why").fill("He said so on the telephone")
    page.get_by_role("button", name="Count it").click()
    expect(page.locator(".rb-said--history")).to_contain_text("counts “Neutral”: He said so on the telephone")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".rb-rating")).to_contain_text("It does not count")
