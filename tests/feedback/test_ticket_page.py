"""One ticket: its conversation, the answer, and what is done beside it; two people at one ticket."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.mail.addresses import address_hash
from crm.mail.models import OutgoingMail, State
from crm.team.models import Team
from feedback import actions
from feedback.models import Attachment, Message, Ticket
from feedback.tokens import subject_tag, ticket_of
from tests.factories import (
    NOW,
    make_customer,
    make_dossier,
    make_mail,
    make_person,
    make_sender,
    make_suppression,
)
from tests.feedback.makers import make_message, make_rating, make_script, make_ticket

LATER = NOW + timedelta(hours=1)
Kind = Message.Kind


@pytest.fixture(autouse=True)
def an_hour_later():
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def ticket(nino):
    make_sender(team=nino.team)
    kessler = make_customer(owner=nino, name="Weingut Kessler", email="office@kessler.example", country="DE")
    person = make_person(customer=kessler, email="barbara@kessler.example", phone="+49 6133 1")
    kessler.main_person = person
    kessler.save()
    ticket = make_ticket(customer=kessler, person=person, from_email=person.email, language="en")
    make_message(ticket=ticket)
    return ticket


def at(name, ticket, **query):
    return reverse(f"feedback:{name}", args=[ticket.pk], query=query)


def page_of(response):
    return response.content.decode()


def answer(client, ticket, do="send", **fields):
    newest = ticket.messages.order_by("pk").last()
    data = {"text": "It leaves today.", "to": "ticket", "token": uuid4(), "seen": newest.pk if newest else ""}
    return client.post(at("answer", ticket), data | {"do": do} | fields)


def said(ticket):
    return [(each.kind, each.event) for each in ticket.messages.order_by("pk")]


# --- the page


def test_the_page_tells_everything(client_of, nino, ticket):
    message = make_message(ticket=ticket, kind=Kind.NOTE, text="Ask the workshop", author=nino)
    actions.escalate(ticket=ticket, text="She is furious", by=nino, now=NOW)
    Attachment.objects.create(
        message=message, name="lid.jpg", stored="x", content_type="image/jpeg", size=2048
    )
    page = page_of(client_of(nino).get(ticket.get_absolute_url()))
    for words in (
        "Where is my delivery?", "It should have come on Friday.", "Ask the workshop", "note for colleagues",
        "Nino Beridze asked the lead to look at it: She is furious", "lid.jpg", "Lies under", 'href="tel:+4961331"',
        "Answer due tomorrow 11:03", "1 h of 10 h used", "1 h of 45 h used", "Dear Barbara Kessler,",
        "Kind regards, Nino Beridze · Carton &amp; Co",
    ):  # fmt: skip
        assert words in page, words


def test_what_became_of_our_mail_is_told(client_of, nino, lead, ticket):
    for state, detail in ((State.SENT, ""), (State.FAILED, "refused")):
        mail = make_mail(team=nino.team, state=state, reason=detail)
        make_message(ticket=ticket, kind=Kind.OUT, author=nino, mail=mail, text=state)
    page = page_of(client_of(nino).get(ticket.get_absolute_url()))
    assert ("sent 10:03" in page, "failed: the mail server refused it" in page) == (True, True)
    assert reverse("mail:mail", args=[mail.pk]) not in page
    assert reverse("mail:mail", args=[mail.pk]) in page_of(client_of(lead).get(ticket.get_absolute_url()))


@pytest.mark.parametrize("number", [2, 25])
def test_the_page_costs_the_same_for_a_long_talk(client_of, nino, ticket, number):
    for n in range(number):
        message = make_message(ticket=ticket, text=f"Message {n}")
        Attachment.objects.create(message=message, name="a", stored=f"{n}", content_type="text/plain", size=1)
        make_script(team=nino.team, name=f"Script {n}")
    client = client_of(nino)
    with CaptureQueriesContext(connection) as found:
        assert client.get(ticket.get_absolute_url()).status_code == 200
    assert len(found) <= 24


def test_a_long_talk_has_pages(client_of, nino, ticket):
    for n in range(40):
        make_message(ticket=ticket, text=f"Message {n:02}.", happened_at=NOW + timedelta(minutes=n // 2))
    client = client_of(nino)
    first = client.get(ticket.get_absolute_url())
    older = client.get(ticket.get_absolute_url(), {"before": first.context["page"].conversation.older})
    texts = [line.message.text for page in (first, older) for line in page.context["page"].conversation.lines]
    assert texts == [*(f"Message {n:02}." for n in range(39, -1, -1)), "It should have come on Friday."]


def test_the_next_ticket_of_the_list_is_one_press_away(client_of, nino, ticket):
    other = make_ticket(customer=ticket.customer, opened_at=NOW + timedelta(minutes=5))
    page = page_of(client_of(nino).get(ticket.get_absolute_url(), {"in": "mine"}))
    assert f'href="{other.get_absolute_url()}?in=mine" data-step="next"' in page
    page = page_of(client_of(nino).get(other.get_absolute_url(), {"in": "mine"}))
    assert f'href="{ticket.get_absolute_url()}?in=mine" data-step="previous"' in page
    waiting = make_ticket(customer=ticket.customer, waiting_since=NOW)
    page = page_of(client_of(nino).get(waiting.get_absolute_url(), {"in": "mine"}))
    assert f'href="{other.get_absolute_url()}?in=mine" data-step="previous"' in page


def test_strangers_find_nothing_and_get_changes_nothing(client_of, levan, stranger, ticket):
    posts = ("answer", "answer_preview", "note", "assign", "escalate", "wait", "close", "reopen", "kind")
    client = client_of(stranger)
    assert {
        client.get(at(name, ticket)).status_code for name in ("ticket", "merge", "file_under", "promise")
    } == {404}
    assert {
        client.post(at(name, ticket)).status_code for name in (*posts, "merge", "file_under", "promise")
    } == {404}
    assert {client_of(levan).get(at(name, ticket)).status_code for name in posts} == {405}
    Team.objects.update(managers_see="own")
    assert client_of(levan).get(ticket.get_absolute_url()).status_code == 404


def test_the_customers_word_stands_beside_it_for_those_who_may_read_it(client_of, nino, levan, lead):
    closed = make_ticket(customer=make_customer(owner=nino), closed_at=NOW - timedelta(hours=1))
    make_rating(ticket=closed, value="bad", comment="Nobody rang", employee=nino)
    pages = {who: page_of(client_of(who).get(closed.get_absolute_url())) for who in (nino, levan, lead)}
    assert {who: "Nobody rang" in page for who, page in pages.items()} == {
        nino: True,
        levan: False,
        lead: True,
    }
    assert reverse("feedback:sheet", args=[closed.pk]) in pages[nino]


# --- answering


def test_an_answer_is_sent_with_greeting_close_and_the_tickets_mark(client_of, nino, ticket):
    response = answer(client_of(nino), ticket)
    assert (response.status_code, response.url) == (302, ticket.get_absolute_url())
    mail = OutgoingMail.objects.get()
    assert mail.to_email == "barbara@kessler.example"
    assert mail.subject == f"Re: Where is my delivery? {subject_tag(ticket)}"
    whole = "Dear Barbara Kessler,\n\nIt leaves today.\n\nKind regards,\nNino Beridze\nCarton & Co"
    assert (whole in mail.text, "<p" in mail.html, "It leaves today." in mail.html) == (True, True, True)
    message = ticket.messages.get(kind=Kind.OUT)
    assert (message.mail, message.text, message.author) == (mail, whole, nino)
    ticket.refresh_from_db()
    assert (ticket.first_answered_by, ticket.answered_in, ticket.is_open) == (nino, 60, True)


def test_the_customers_language_decides_greeting_and_close(client_of, nino, ticket):
    ticket.customer.language = "de"
    ticket.customer.save()
    assert "Guten Tag Barbara Kessler," in page_of(client_of(nino).get(ticket.get_absolute_url()))
    answer(client_of(nino), ticket, text="Es geht heute los.")
    mail = OutgoingMail.objects.get()
    assert (mail.language, "Mit freundlichen Grüßen\nNino Beridze" in mail.text) == ("de", True)


def test_with_the_answer_it_is_closed_and_can_be_reopened_at_once(client_of, nino, ticket):
    client = client_of(nino)
    response = client.get(answer(client, ticket, do="close").url)
    ticket.refresh_from_db()
    assert (ticket.is_open, ticket.done, OutgoingMail.objects.count()) == (False, "Answered by e-mail", 1)
    assert f'action="{at("reopen", ticket)}"' in page_of(response)
    page = page_of(client.post(at("reopen", ticket), follow=True))
    assert "It is open again." in page
    assert Ticket.objects.get().reopened == 1


def test_with_the_answer_it_waits_also_if_it_waited_before(client_of, nino, ticket):
    actions.wait(ticket=ticket, by=nino, now=NOW)
    answer(client_of(nino), ticket, do="wait")
    assert Ticket.objects.get().waiting_since == LATER
    assert said(ticket)[-3:] == [("out", ""), ("event", "goes_on"), ("event", "waits")]


def test_what_was_said_on_the_phone_is_kept_and_not_sent(client_of, nino, ticket):
    answer(client_of(nino), ticket, do="phone", text="Told her: Friday")
    message = ticket.messages.get(kind=Kind.OUT)
    assert (message.text, message.mail, OutgoingMail.objects.count()) == ("Told her: Friday", None, 0)
    assert "by phone" in page_of(client_of(nino).get(ticket.get_absolute_url()))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": ""}, "Write the answer first."),
        ({"text": "Hello {nmae}"}, "There is no field {nmae}. Did you mean {name}?"),
        ({"text": "Your {code}"}, "Nothing is known for {code}."),
        ({"to": "nobody"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_sent_is_said_and_kept(client_of, nino, ticket, fields, words):
    response = answer(client_of(nino), ticket, **fields)
    assert (response.status_code, words in page_of(response)) == (422, True)
    assert fields.get("text", "It leaves today.") in page_of(response)
    assert not ticket.messages.filter(kind=Kind.OUT).exists()


def test_nothing_is_sent_to_an_address_that_does_not_exist(client_of, nino, ticket):
    make_suppression(customer=ticket.customer, reason="bounced", address_hash=address_hash(ticket.from_email))
    response = answer(client_of(nino), ticket)
    words = "The address barbara@kessler.example does not exist"
    assert (response.status_code, words in page_of(response)) == (422, True)


def test_an_unknown_sender_is_answered_where_he_wrote(client_of, nino, ticket):
    Ticket.objects.update(
        customer=None, person=None, from_name="Grete Harms", from_email="grete@kontor.example"
    )
    answer(client_of(nino), ticket, text="Hello {name} of {company}")
    mail = OutgoingMail.objects.get()
    assert (mail.to_email, mail.recipient_id) == ("grete@kontor.example", None)
    assert "Dear Grete Harms,\n\nHello Grete Harms of Grete Harms" in mail.text
    make_suppression(team=nino.team, reason="complained", address_hash=address_hash("grete@kontor.example"))
    assert "Nothing can be written to grete@kontor.example" in page_of(answer(client_of(nino), ticket))


def test_without_sender_or_address_only_the_phone_is_left(client_of, nino, ticket):
    nino.team.sender.delete()
    page = page_of(client_of(nino).get(ticket.get_absolute_url()))
    assert ("nothing can be sent" in page, "Send answer" in page, "Answered by phone" in page) == (
        True,
        False,
        True,
    )
    assert answer(client_of(nino), ticket).status_code == 422


def test_the_same_page_sends_once_and_other_words_are_asked_about(client_of, nino, ticket):
    client, token = client_of(nino), uuid4()
    for _ in range(2):
        assert answer(client, ticket, token=token).status_code == 302
    assert OutgoingMail.objects.count() == 1
    response = answer(client, ticket, token=token, text="Other words.")
    assert (response.status_code, "Other words." in page_of(response)) == (409, True)


# --- two people


def test_what_came_meanwhile_is_shown_before_anything_is_sent(client_of, nino, ticket):
    seen = ticket.messages.get().pk
    actions.receive(ticket=ticket, text="Too late, we bought elsewhere.", now=LATER)
    response = answer(client_of(nino), ticket, seen=seen)
    page = page_of(response)
    assert (response.status_code, OutgoingMail.objects.count()) == (409, 0)
    assert ("Too late, we bought elsewhere." in page, "It leaves today." in page) == (True, True)
    assert "Send all the same" in page
    form = response.context["page"].answer
    assert answer(client_of(nino), ticket, seen=form["seen"].value()).status_code == 302
    assert OutgoingMail.objects.count() == 1


def test_a_colleagues_answer_is_news_and_ones_own_is_not(client_of, nino, levan, ticket):
    seen = ticket.messages.get().pk
    actions.note(ticket=ticket, text="Mine", by=nino, now=LATER, token=uuid4())
    assert answer(client_of(nino), ticket, seen=seen).status_code == 302
    assert answer(client_of(levan), ticket, seen=seen).status_code == 409


def test_who_closed_it_first_is_named(client_of, nino, levan, ticket):
    actions.close(ticket=ticket, done="Replaced", by=levan, now=NOW)
    response = client_of(nino).post(at("close", ticket), {"done": "Credited", "seen": 10**6})
    page = page_of(response)
    assert (response.status_code, "Levan Gelashvili closed it" in page, "Replaced" in page) == (
        409,
        True,
        True,
    )
    assert client_of(nino).post(at("wait", ticket)).status_code == 409


def test_who_passed_it_on_first_is_named(client_of, nino, levan, lead, ticket):
    client = client_of(nino)
    actions.assign(ticket=ticket, to=levan, by=lead, now=NOW)
    response = client.post(at("assign", ticket), {"to": lead.pk, "was": nino.pk})
    assert (response.status_code, "Lena Vogt passed it on to Levan Gelashvili" in page_of(response)) == (
        409,
        True,
    )


def test_closing_shows_what_came_meanwhile(client_of, nino, ticket):
    seen = ticket.messages.get().pk
    actions.receive(ticket=ticket, text="One more thing", now=LATER)
    response = client_of(nino).post(at("close", ticket), {"done": "Replaced", "seen": seen})
    assert (response.status_code, "One more thing" in page_of(response)) == (409, True)
    seen = response.context["page"].close["seen"].value()
    assert client_of(nino).post(at("close", ticket), {"done": "Replaced", "seen": seen}).status_code == 302


# --- beside it


def test_notes_are_for_colleagues(client_of, nino, ticket):
    response = client_of(nino).post(at("note", ticket), {"text": "", "token": uuid4()})
    assert response.status_code == 422
    token = client_of(nino).get(ticket.get_absolute_url()).context["page"].note["token"].value()
    for _press in range(2):
        client_of(nino).post(at("note", ticket), {"text": "Ask the workshop", "token": token})
    assert ticket.messages.filter(kind=Kind.NOTE).values_list("text", "author").get() == (
        "Ask the workshop",
        nino.pk,
    )
    client_of(nino).post(at("note", ticket), {"text": "Or the carrier", "token": token})
    assert ticket.messages.filter(kind=Kind.NOTE).count() == 2


def test_it_is_passed_on_with_a_word_and_taken_back(client_of, nino, levan, ticket):
    client = client_of(nino)
    response = client.post(
        at("assign", ticket), {"to": levan.pk, "was": nino.pk, "text": "Yours"}, follow=True
    )
    assert ("Levan Gelashvili answers for ticket" in page_of(response), "Take back" in page_of(response)) == (
        True,
        True,
    )
    event = ticket.messages.get(event="assigned")
    assert (event.who, event.text) == (levan, "Yours")
    client.post(at("assign", ticket), {"to": nino.pk, "was": levan.pk})
    client.post(at("assign", ticket), {"to": "", "was": nino.pk})
    assert Ticket.objects.get().assignee is None
    assert "nobody yet" in page_of(client.get(ticket.get_absolute_url()))


def test_a_stranger_cannot_be_made_to_answer_for_it(client_of, nino, stranger, ticket):
    response = client_of(nino).post(at("assign", ticket), {"to": stranger.pk, "was": nino.pk})
    assert (response.status_code, Ticket.objects.get().assignee) == (422, nino)


def test_whoever_passes_on_what_he_then_no_longer_sees_lands_in_the_list(client_of, nino, levan, lead):
    ticket = make_ticket(customer=make_customer(owner=levan), assignee=nino)
    Team.objects.update(managers_see="own")
    response = client_of(nino).post(at("assign", ticket), {"to": levan.pk, "was": nino.pk})
    assert response.url == reverse("feedback:tickets")


def test_the_lead_is_asked_and_the_escalation_taken_back(client_of, nino, levan, lead, ticket):
    client = client_of(nino)
    assert client.post(at("escalate", ticket), {"text": ""}).status_code == 422
    page = page_of(client.post(at("escalate", ticket), {"text": "She is furious"}, follow=True))
    for words in (
        "Told by mail: Lena Vogt.",
        "finds it among the escalated",
        "Told by mail: Lena Vogt (waiting)",
    ):
        assert words in page
    assert "was asked to look at it" in page_of(client_of(lead).get(ticket.get_absolute_url()))
    assert "1 escalated to you" in page_of(client_of(lead).get("/tickets/"))
    assert "escalated to you" not in page_of(client.get("/tickets/"))
    assert '<span class="rb-tag">escalated</span>' in page_of(client_of(lead).get("/tickets/?show=escalated"))
    assert client.post(at("escalate", ticket), {"text": "Again"}).status_code == 409
    assert client_of(levan).post(at("escalate", ticket), {"do": "back"}).status_code == 403
    assert client_of(lead).post(at("escalate", ticket), {"do": "back"}).status_code == 302
    assert (Ticket.objects.get().escalated_at, said(ticket)[-1]) == (None, ("event", "calmed"))


def test_its_clock_is_stopped_and_runs_again(client_of, nino, ticket):
    client = client_of(nino)
    client.post(at("wait", ticket))
    page = page_of(client.get(ticket.get_absolute_url()))
    assert ("Waits for the customer since today 11:03" in page, "Go on with it" in page) == (True, True)
    client.post(at("wait", ticket), {"do": "on"})
    assert Ticket.objects.get().waiting_since is None


def test_it_is_closed_with_what_was_done(client_of, nino, ticket):
    client = client_of(nino)
    assert client.post(at("close", ticket), {"done": "", "seen": 10**6}).status_code == 422
    page = page_of(client.post(at("close", ticket), {"done": "Replaced", "seen": 10**6}, follow=True))
    assert ("is closed." in page, "Reopen" in page, "Replaced" in page, "Send answer" in page) == (
        True, True, True, False,
    )  # fmt: skip


def test_kind_and_product_group_are_changed(client_of, nino, ticket):
    client = client_of(nino)
    client.post(at("kind", ticket), {"kind": "complaint", "product_group": "Boxes"})
    assert Ticket.objects.values_list("kind", "product_group").get() == ("complaint", "Boxes")
    assert client.post(at("kind", ticket), {"kind": "joke"}).status_code == 422


def test_a_promise_is_named_before_it_counts(client_of, nino, ticket):
    client, promise = client_of(nino), at("promise", ticket)
    part = page_of(client.get(promise, {"when": "Thursday 10:15"}, HTTP_HX_REQUEST="true"))
    assert "Promised for Thu 19 Nov, 10:15" in part
    assert client.get(promise, {"when": "tomorrow"}).url == ticket.get_absolute_url()
    response = client.post(promise, {"when": "tomorrow"})
    assert (response.status_code, "Promised for tomorrow" in page_of(response)) == (200, True)
    assert Ticket.objects.get().promised_on is None
    client.post(promise, {"when": "tomorrow", "named": "2026-11-18"})
    assert str(Ticket.objects.get().promised_on) == "2026-11-18"
    client.post(promise, {"when": "Thursday 10:15", "named": response.context["page"].promise.key})
    client.post(promise, {"when": "Thursday 10:15", "named": "2026-11-19T10:15:00+01:00"})
    assert Ticket.objects.get().call_at.isoformat() == "2026-11-19T09:15:00+00:00"
    client.post(promise, {"do": "back"})
    assert Ticket.objects.values_list("promised_on", "call_at").get() == (None, None)


def test_a_promised_day_says_how_full_it_is(client_of, nino, ticket):
    day, ask = date(2026, 11, 19), {"when": "Thursday"}
    make_dossier(owner=ticket.customer.owner, due_on=day)
    client, promise = client_of(nino), at("promise", ticket)
    words = f"1 of {ticket.customer.owner.capacity_on(day)} that day"
    assert words in page_of(client.get(promise, ask, HTTP_HX_REQUEST="true"))
    assert words in page_of(client.post(promise, ask))
    Ticket.objects.update(customer=None)
    assert "that day" not in page_of(client.get(promise, ask, HTTP_HX_REQUEST="true"))


@pytest.mark.parametrize("when", ["", "whenever", "July", "cabinet", "yesterday"])
def test_a_promise_that_cannot_be_read_is_not_kept(client_of, nino, ticket, when):
    response = client_of(nino).post(at("promise", ticket), {"when": when})
    assert (response.status_code, Ticket.objects.get().promised_on) == (422, None)


# --- the mail's mark


def test_the_mark_in_a_subject_names_its_ticket_and_no_other(nino, stranger, ticket):
    tag = subject_tag(ticket)
    assert ticket_of(f"AW: Re: Where? {tag}", nino.team) == ticket
    assert ticket_of(f"RE: {tag.upper()}", nino.team) == ticket
    assert ticket_of(f"Re: {tag}", stranger.team) is None
    assert ticket_of(f"[#{ticket.number}-22222]", nino.team) is None
    assert ticket_of("Re: Where?", nino.team) is None


# --- words for common situations


def test_a_script_goes_behind_what_was_typed(client_of, nino, ticket):
    script = make_script(team=nino.team)
    make_script(team=nino.team, name="German", language="de")
    make_script(team=nino.team, name="Complaints", kind="complaint")
    client = client_of(nino)
    assert [each.name for each in client.get(ticket.get_absolute_url()).context["page"].scripts] == [
        "Delivery is late"
    ]
    response = answer(client, ticket, do="fill", script=script.pk, text="You asked.")
    assert response.context["page"].answer["text"].value() == "You asked.\n\nwe are sorry: it leaves today."
    assert response.status_code == 200
    response = answer(client, ticket, do="fill", script=script.pk, text="")
    assert response.context["page"].answer["text"].value() == "we are sorry: it leaves today."
    assert not ticket.messages.filter(kind=Kind.OUT).exists()


def test_the_mail_is_shown_as_the_customer_sees_it(client_of, nino, ticket):
    newest = ticket.messages.get().pk
    fields = {"text": "It leaves **today**.", "to": "ticket", "token": uuid4(), "seen": newest}
    response = client_of(nino).post(at("answer_preview", ticket), fields)
    assert ("<strong" in page_of(response) or "<b" in page_of(response), subject_tag(ticket) in page_of(response)) == (
        True, True,
    )  # fmt: skip
    assert OutgoingMail.objects.count() == 0
    empty = page_of(client_of(nino).post(at("answer_preview", ticket), fields | {"text": ""}))
    assert "Write the answer first." in empty


def test_a_closed_ticket_says_why_nobody_asks_the_customer(nino, client_of):
    ticket = make_ticket(assignee=nino, closed_at=NOW)
    assert "Your team has no address to write from yet." in shown(client_of(nino), ticket)


def test_a_word_that_is_set_aside_does_not_stand_on_the_ticket(nino, lead, client_of):
    ticket = make_ticket(assignee=nino, closed_at=NOW)
    rating = make_rating(ticket=ticket, value="bad", comment="Never again")
    assert "Never again" in shown(client_of(lead), ticket)
    type(rating).objects.update(set_aside_at=NOW)
    assert "Never again" not in shown(client_of(lead), ticket)


def shown(client, ticket) -> str:
    return client.get(ticket.get_absolute_url()).content.decode()
