"""Tickets: found and answered by keyboard, without a script, on a phone; nobody's words are lost."""

from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from crm.mail.models import OutgoingMail
from feedback import actions
from feedback.models import Message, Ticket
from tests.browser.axe import faults, runs_off
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import make_dossier, make_sender
from tests.feedback.makers import make_message, make_script

LIST = "/tickets/"


@pytest.fixture
def ticket(live_server, team, nino, levan):
    """Two open tickets of one customer; the first is the one that was opened first."""
    make_sender(team=team)
    customer = make_dossier(
        owner=nino, name="Weingut Kessler", person="Barbara Kessler", email="office@kessler.example",
        phone="+49 69 90009 142", language="en",
    ).customer  # fmt: skip
    now = timezone.now()
    ask = {"team": team, "customer": customer, "person": customer.main_person, "from_email": customer.email}
    ask |= {"kind": "complaint", "channel": "mail", "text": "12 of 400 have creases on the lid."}
    first = actions.open_ticket(subject="Creases", now=now, **ask)
    actions.open_ticket(subject="Invoice", now=now, **ask)
    return first


def test_by_keyboard_from_the_list_to_the_answer_and_the_next(open_as, nino, ticket):
    page = open_as(nino, LIST)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Invoice")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Creases")
    page.wait_for_load_state()  # only now it hears keys
    page.keyboard.press("n")
    expect(page.locator("#id_text")).to_be_focused()
    page.keyboard.type("We replace them.")
    page.get_by_role("button", name="Send answer").press("Enter")
    expect(page.locator(".rb-message--success")).to_contain_text(
        "The answer to Barbara Kessler leaves in a moment."
    )
    assert "Dear Barbara Kessler,\n\nWe replace them." in OutgoingMail.objects.get().text
    expect(page.locator(".rb-talk__e").first).to_contain_text("waiting")
    page.goto(f"{ticket.get_absolute_url()}?in=mine")
    page.keyboard.press("k" if page.locator("[data-step=previous]").count() else "j")
    expect(page.locator("h1")).to_contain_text("Invoice")


def test_the_list_follows_what_is_typed(open_as, nino, ticket):
    page = open_as(nino, LIST)
    page.locator("#ticket-q").press_sequentially("invoi")
    expect(page.locator(".rb-tickets tbody tr")).to_have_count(1)
    expect(page.locator("#ticket-q")).to_be_focused()
    page.locator("#ticket-q").fill("zzz")
    expect(page.get_by_text("No such ticket says “zzz”.")).to_be_visible()


def test_without_a_script_on_a_phone_it_is_answered_taken_back_closed_and_reopened(open_as, nino, ticket):
    page = open_as(nino, LIST, PHONE, java_script_enabled=False)
    page.get_by_role("link", name="Creases").click()
    expect(page.locator("#id_text")).to_be_hidden()
    page.get_by_role("link", name="Answer", exact=True).click()
    page.fill("#id_text", "We replace them.")
    page.get_by_role("button", name="Send and close").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#id_text")).to_have_value("We replace them.")
    page.get_by_role("button", name="Send and close").click()
    expect(page.locator(".rb-message--success")).to_contain_text("is closed.")
    assert Ticket.objects.get(pk=ticket.pk).closed_at
    page.locator(".rb-message--success").get_by_role("button", name="Reopen").click()
    expect(page.locator(".rb-message--success")).to_contain_text("It is open again.")


@pytest.mark.parametrize("scripted", [True, False])
def test_a_promise_is_named_before_it_is_kept(open_as, nino, ticket, scripted):
    page = open_as(nino, ticket.get_absolute_url(), java_script_enabled=scripted)
    page.get_by_text("Promise a day").click()
    page.fill("#promise_when", "tomorrow")
    if not scripted:
        page.locator("#promise-button button").click()
    page.get_by_role("button", name="Promised for tomorrow").click()
    expect(page.locator(".rb-message--success")).to_contain_text("The promise is kept in mind.")
    expect(page.get_by_text("Answer promised for tomorrow")).to_be_visible()


def test_words_of_a_script_join_what_was_typed(open_as, team, nino, ticket):
    make_script(team=team, name="Damaged", text="{greeting}\n\nwe replace it, {name}.")
    page = open_as(nino, ticket.get_absolute_url())
    page.fill("#id_text", "Thank you.")
    page.select_option("#id_script", label="Damaged")
    page.locator(".rb-answer__script button").press("Enter")
    expect(page.locator("#id_text")).to_have_value("Thank you.\n\nwe replace it, Barbara Kessler.")
    expect(page.locator("#id_text")).to_be_focused()
    page.wait_for_load_state()
    page.get_by_text("As the customer sees it").click()
    letter = page.frame_locator(".rb-answer iframe")
    expect(letter.locator("body")).to_contain_text("we replace it, Barbara Kessler.")
    assert not Message.objects.filter(kind="out").exists()


def test_what_a_colleague_said_meanwhile_is_seen_before_sending(open_as, nino, levan, ticket):
    page = open_as(nino, ticket.get_absolute_url())
    page.fill("#id_text", "We replace them.")
    actions.note(ticket=ticket, text="I have rung her already.", by=levan, now=timezone.now(), token=uuid4())
    page.get_by_role("button", name="Send answer").press("Enter")
    expect(page.locator(".rb-answer__news")).to_contain_text("I have rung her already.")
    expect(page.locator("#id_text")).to_have_value("We replace them.")
    page.get_by_role("button", name="Send all the same").press("Enter")
    expect(page.locator(".rb-message--success")).to_be_visible()
    assert OutgoingMail.objects.count() == 1


def test_a_ticket_is_taken_down_while_the_customer_speaks(open_as, nino, ticket):
    page = open_as(nino, f"/tickets/new/?customer={ticket.customer_id}")
    expect(page.locator("#id_subject")).to_be_focused()
    page.keyboard.type("Saturday delivery?")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Saturday delivery?")


def test_what_was_typed_is_not_left_without_a_question(open_as, nino, ticket):
    page = open_as(nino, ticket.get_absolute_url())
    page.locator("#id_text").press_sequentially("We repl")
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()


def test_on_a_narrow_page_and_at_twice_the_size_nothing_runs_off(open_as, lead, ticket):
    narrow, twice_the_size = {"width": 320, "height": 640}, {"width": 720, "height": 450}
    page = open_as(lead, LIST, narrow)
    paths = [f"{LIST}?show=open", ticket.get_absolute_url(), "/tickets/service/", "/tickets/rules/"]
    for path in [*paths, f"/tickets/new/?customer={ticket.customer_id}"]:
        page.goto(path)
        for viewport in (twice_the_size, narrow):
            page.set_viewport_size(viewport)
            assert (path, viewport, runs_off(page)) == (path, viewport, False)


def test_no_barrier_on_any_page_of_tickets(open_as, team, nino, lead, ticket):
    now = timezone.now()
    script = make_script(team=team)
    make_message(ticket=ticket, kind="note", text="Ask the workshop", author=nino)
    actions.escalate(ticket=ticket, text="She is furious", by=nino, now=now)
    unknown = actions.open_ticket(
        team=team, kind="question", subject="Offer?", text="Please", channel="mail", now=now, from_name="Grete Harms",
        from_email="grete@kontor.example",
    )  # fmt: skip
    closed = Ticket.objects.exclude(pk__in=[ticket.pk, unknown.pk]).get()
    actions.close(ticket=closed, done="Credited", by=nino, now=now)
    at = ticket.get_absolute_url()
    paths = [
        f"{LIST}?show=open", f"{LIST}?show=late", f"{LIST}?q=zzz", at, closed.get_absolute_url(),
        unknown.get_absolute_url(), f"{at}merge/", f"{unknown.get_absolute_url()}file/", "/tickets/new/?q=kess",
        f"/tickets/new/?customer={ticket.customer_id}", "/tickets/scripts/", f"/tickets/scripts/{script.pk}/",
        f"/tickets/scripts/{script.pk}/delete/", "/tickets/rules/", "/tickets/service/",
    ]  # fmt: skip
    page = open_as(lead, LIST, PHONE, reduced_motion="reduce")
    for path in paths:
        page.goto(path)
        assert (path, faults(page)) == (path, {})
    page.set_viewport_size(DESKTOP)
    page.goto(f"{at}#answer")
    for summary in page.locator(".rb-ticket__side summary").all():
        summary.click()
    page.set_viewport_size(PHONE)
    assert faults(page) == {}
