"""An answer that has not left is taken back: its words come back, and the ticket stands as it stood before."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.forms.models import model_to_dict
from django.urls import reverse

from contacts.models import Entry
from crm.mail.actions import Content, Recipient
from crm.mail.models import OutgoingMail, State
from crm.mail.models.outgoing import Reason
from feedback import actions
from feedback.models import Invitation, Message, ServiceRules, Ticket
from followups.models import Slip
from tests.factories import NOW, make_dossier, make_legal_basis, make_person, make_sender
from tests.feedback.makers import make_message, make_ticket

LATER = NOW + timedelta(hours=1)
FRIDAY = date(2026, 11, 20)
WORDS = "It leaves **today**, {name}.\n\n* first\n* second"


@pytest.fixture(autouse=True)
def an_hour_later():
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def kessler(nino):
    make_sender(team=nino.team)
    customer = make_dossier(owner=nino, name="Weingut Kessler", email="office@kessler.example").customer
    make_person(customer=customer, name="Barbara Kessler", email="barbara@kessler.example")
    return customer


@pytest.fixture
def ticket(kessler):
    ticket = make_ticket(customer=kessler)
    make_message(ticket=ticket)
    return ticket


def answer(client, ticket, do="send", **fields):
    """Press the button; the answer that was sent."""
    newest = ticket.messages.order_by("pk").last()
    data = {"text": WORDS, "to": "ticket", "token": uuid4(), "seen": newest.pk if newest else "", "do": do}
    response = client.post(reverse("feedback:answer", args=[ticket.pk]), data | fields)
    assert response.status_code == 302, response.context["page"].answer.errors
    return Message.objects.filter(kind="out").latest("pk")


def back(message, ticket=None):
    return reverse("feedback:answer_back", args=[(ticket or message.ticket).pk, message.pk])


def page_of(response):
    return response.content.decode()


def state(ticket):
    """All of the row that counts, and its conversation."""
    row = Ticket.objects.get(pk=ticket.pk)
    said = list(ticket.messages.order_by("pk").values_list("kind", "event", "text"))
    spans = list(row.pauses.values_list("began_at", "ended_at"))
    left_out = {"resolution", "solved_in"}
    return {key: value for key, value in model_to_dict(row).items() if key not in left_out}, said, spans


@pytest.mark.parametrize("do", ["send", "close", "wait"])
@pytest.mark.parametrize("before", [{}, {"waiting_since": NOW}, {"promised_on": FRIDAY}])
def test_all_is_as_it_was(client_of, nino, kessler, do, before):
    ticket = make_ticket(customer=kessler, **before)
    was, client = state(ticket), client_of(nino)
    sent = answer(client, ticket, do=do)
    assert state(ticket) != was
    response = client.post(back(sent))
    assert response.status_code == 200
    assert state(ticket) == was
    assert Entry.objects.filter(customer=kessler).count() == 0
    assert [slip.source for slip in Slip.objects.all()] == (["promise"] if "promised_on" in before else [])


def test_its_words_are_in_the_answer_again_and_can_be_sent(client_of, nino, ticket):
    client = client_of(nino)
    first = client.get(ticket.get_absolute_url()).context["page"].answering
    second = list(first.addresses)[1]
    sent = answer(client, ticket, subject="Your cartons", to=second)
    page = page_of(client.get(ticket.get_absolute_url()))
    assert (
        page.count(f'action="{back(sent)}"') == 2
    )  # where it is said that it leaves, and in the conversation
    response = client.post(back(sent))
    form = response.context["page"].answer
    values = [form[name].value() for name in ("text", "subject", "to")]
    assert values == [WORDS, "Your cartons", second]
    assert "Taken back: nothing was sent. Your words are in the answer again." in page_of(response)
    assert "is-open" in page_of(response)
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.reason, mail.settled_by) == (State.SUPPRESSED, Reason.TAKEN_BACK, nino)
    again = answer(client, ticket, token=form["token"].value(), seen=form["seen"].value(), to=second)
    assert (again.text, again.mail.state) == (sent.text, State.QUEUED)


def test_it_waits_a_moment_before_it_leaves(client_of, nino, ticket):
    mail = answer(client_of(nino), ticket).mail
    assert mail.not_before == LATER + timedelta(seconds=20)


def test_what_the_old_page_sends_once_more_is_asked_about(client_of, nino, ticket):
    client, token = client_of(nino), uuid4()
    client.post(back(answer(client, ticket, token=token)))
    data = {"text": WORDS, "to": "ticket", "token": token, "do": "send", "seen": ticket.messages.get().pk}
    response = client.post(reverse("feedback:answer", args=[ticket.pk]), data)
    assert response.status_code == 409
    assert "What this page had sent was taken back." in page_of(response)
    assert response.context["page"].answer["text"].value() == WORDS
    assert not ticket.messages.filter(kind="out").exists()


@pytest.mark.parametrize("state", [State.HANDOFF, State.SENT, State.UNKNOWN])
def test_what_has_left_stays_said(client_of, nino, ticket, state):
    client = client_of(nino)
    sent = answer(client, ticket)
    OutgoingMail.objects.update(state=state, lease_until=LATER, claim="x", handed_off_at=LATER)
    assert back(sent) not in page_of(client.get(ticket.get_absolute_url())).split('id="h-talk"')[1]
    response = client.post(back(sent), follow=True)
    assert "There is nothing to take back any more: the answer is on its way." in page_of(response)
    assert ticket.messages.filter(kind="out").exists()


def test_a_second_press_changes_nothing(client_of, nino, ticket):
    client = client_of(nino)
    sent = answer(client, ticket)
    client.post(back(sent))
    assert client.post(back(sent)).status_code == 302


def test_only_its_writer_takes_it_back_and_nobody_what_was_said_on_the_phone(
    client_of, nino, levan, lead, stranger, ticket
):
    sent = answer(client_of(nino), ticket)
    for colleague in (levan, lead):
        assert client_of(colleague).post(back(sent)).status_code == 302
        assert 'id="back-' not in page_of(client_of(colleague).get(ticket.get_absolute_url()))
    assert client_of(stranger).post(back(sent)).status_code == 404
    assert client_of(nino).get(back(sent)).status_code == 405
    spoken = answer(client_of(nino), ticket, do="phone")
    assert client_of(nino).post(back(spoken)).status_code == 302
    other = make_ticket(customer=ticket.customer)
    assert client_of(nino).post(back(sent, other)).status_code == 302
    assert ticket.messages.filter(kind="out").count() == 2


def test_of_what_happened_since_nothing_is_undone(client_of, nino, levan, kessler):
    """The customer writes, and a colleague closes it: its first answer is taken back all the same."""
    ticket = make_ticket(customer=kessler, waiting_since=NOW)
    client = client_of(nino)
    sent = answer(client, ticket)
    actions.receive(ticket=ticket, text="Thank you", now=LATER + timedelta(seconds=5))
    ticket.refresh_from_db()
    actions.close(ticket=ticket, done="Replaced", by=levan, now=LATER + timedelta(seconds=6))
    page = page_of(client.post(back(sent), follow=True))
    assert "Taken back: nothing was sent. You had written: It leaves **today**, {name}." in page
    ticket.refresh_from_db()
    assert (ticket.closed_by, ticket.done, ticket.first_answered_at) == (levan, "Replaced", None)


def test_the_next_answer_counts_without_the_rest_that_is_undone_with_the_first(nino, ticket):
    """The first one closed the ticket; the second was given while it was closed."""
    to, content = Recipient("Barbara", "b@kessler.example", "en"), Content("Re:", "So.", "<p>So.</p>")
    for at in (NOW + timedelta(minutes=10), NOW + timedelta(minutes=30)):
        same = {"ticket": ticket, "by": nino, "now": at}
        actions.answer(content=content, token=uuid4(), sender=nino.team.sender, to=to, **same)
        actions.close(done="Answered", **same)
    first = ticket.messages.filter(kind="out").earliest("pk")
    assert actions.take_back(message=first, by=nino, now=LATER)
    ticket.refresh_from_db()
    assert (ticket.first_answered_at, ticket.answered_in) == (NOW + timedelta(minutes=30), 30)


def test_nobody_is_asked_how_it_was_and_after_the_next_closing_he_is(client_of, nino, ticket):
    ServiceRules.objects.filter(team=nino.team).update(ask_after=0)
    make_legal_basis(customers=[ticket.customer])
    client = client_of(nino)
    sent = answer(client, ticket, do="close")
    question = Invitation.objects.get().mail
    assert question.not_before == sent.mail.not_before
    client.post(back(sent))
    question.refresh_from_db()
    assert question.state == State.SUPPRESSED
    answer(client, ticket, do="close")
    assert Invitation.objects.pending().count() == 1
