"""The whole round: a mail becomes a ticket, is answered, closed and rated, and what was bad is put right."""

# ruff: noqa: F811 - fixtures of other folders

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from crm.mail import rounds
from crm.mail.models import OutgoingMail
from feedback import saying
from feedback.mailbox import collect
from feedback.models import Invitation, Rating, Ticket
from tests.browser.conftest import PHONE
from tests.factories import make_dossier, make_legal_basis, make_sender
from tests.feedback.conftest import folder, ticket_box  # noqa: F401
from tests.feedback.letters import make_letter
from tests.feedback.makers import make_rules
from tests.mail.conftest import _server, dovecot, inbox  # noqa: F401

LINK = re.compile(r'href="http://[^"/]+(/r/[^"]+v=bad)"')


@pytest.fixture
def kessler(team, nino, lead):
    """Lies under a day to come, in Nino's binder; may be asked, and is asked at once."""
    make_sender(team=team)
    make_rules(team=team, email="service@carton.example", ask_after=0)
    later = nino.today() + timedelta(days=20)
    dossier = make_dossier(
        owner=nino, name="Weingut Kessler", email="b@kessler.example", due_on=later, language="en"
    )
    make_legal_basis(customers=[dossier.customer])
    return dossier.customer


def deliver() -> None:
    """Let the outbox send all that waits, by the clock of a day on which it may."""
    last = OutgoingMail.objects.waiting().order_by("not_before").last()
    rounds.drain(clock=lambda: last.not_before + timedelta(minutes=1))


def test_from_the_first_mail_to_what_was_done(
    open_as,
    live_server,
    ticket_box,
    inbox,
    kessler,
    nino,
    lead,
    monkeypatch,
):
    monkeypatch.setattr(saying, "TOO_FAST", timedelta(0))  # a test may rate as fast as it can
    ticket_box.put(make_letter("12 of 400 cartons are creased."))
    collect(timezone.now())
    ticket = Ticket.objects.get()
    assert (ticket.customer, ticket.assignee) == (kessler, nino)

    page = open_as(nino, "/tickets/")
    page.get_by_role("link", name=ticket.subject).click()
    expect(page.locator("main")).to_contain_text("12 of 400 cartons are creased.")
    page.locator("#id_text").fill("We send twelve new ones today.")
    page.get_by_role("button", name="Send and close").click()
    expect(page.locator("#h-closed")).to_be_visible()
    deliver()
    answer, question = inbox.mails
    assert answer["To"] == "b@kessler.example" or "b@kessler.example" in answer["To"]
    assert "We send twelve new ones today." in answer.get_body(["plain"]).get_content()
    assert "List-Unsubscribe" in question

    # So long ago that nobody takes the customer for a machine.
    Invitation.objects.update(asked_at=timezone.now() - timedelta(hours=1))
    link = LINK.search(question.get_body(["html"]).get_content())[1].replace("&amp;", "&")
    customer = open_as(None, link, PHONE, java_script_enabled=False)
    expect(customer.get_by_label("Bad")).to_be_checked()
    customer.get_by_role("button", name="Send rating").click()
    expect(customer.locator("h1")).to_contain_text("Thank you")
    rating = Rating.objects.counted().get()
    assert (rating.value, rating.employee) == ("bad", nino)

    page.goto("/binder/")
    expect(page.locator(".rb-stack")).to_contain_text("Weingut Kessler")
    expect(page.locator(".rb-stack")).to_contain_text(f"ticket {ticket.number}")
    deliver()
    told = inbox.mails[-1]
    assert lead.email in told["To"]
    assert rating.get_absolute_url() in told.get_body(["plain"]).get_content()

    page.goto("/ratings/open/")
    page.get_by_role("link", name=re.compile("Weingut Kessler")).first.click()
    page.locator("textarea[name=text]").fill("Called: twelve new ones, and an apology.")
    page.get_by_role("button", name="Write it down").click()
    expect(page.locator("main")).to_contain_text("Called: twelve new ones, and an apology.")
    page.goto("/ratings/open/")
    expect(page.locator("main")).not_to_contain_text("Weingut Kessler")
    page.goto(kessler.get_absolute_url())
    expect(page.locator(".rb-tl").first).to_contain_text("Called: twelve new ones, and an apology.")
