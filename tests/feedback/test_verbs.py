"""What happens to a ticket: merged, filed, promised, of another kind, and all by other rules."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from contacts.models import Customer
from crm.mail.actions import Content, Recipient
from crm.mail.models import OutgoingMail
from feedback import actions
from feedback.models import Message, ServiceRules, Ticket
from followups.models import FollowUp, Slip
from tests.factories import NOW, TODAY, make_absence, make_customer, make_dossier, make_person, make_sender
from tests.feedback.makers import make_invitation, make_message, make_rules, make_ticket

HOUR = timedelta(hours=1)
LATER = NOW + HOUR
TOKEN = UUID(int=1)


@pytest.fixture
def kessler(nino):
    return make_dossier(owner=nino, name="Weingut Kessler", email="office@kessler.example").customer


def opened(team, **kw):
    fields = {"kind": "question", "subject": "Where is it?", "text": "It should be here.", "channel": "mail"}
    return actions.open_ticket(**{"team": team, "now": NOW} | fields | kw)


def said(ticket):
    return list(ticket.messages.in_order().values_list("kind", "event", "text"))


def answer(ticket, *, by, now=LATER, text="Tomorrow.", token=TOKEN, **kw):
    content = Content("Re: it", text, f"<p>{text}</p>")
    return actions.answer(ticket=ticket, content=content, by=by, now=now, token=token, **kw)


# --- answers


def test_the_same_answer_is_given_once_by_mail_or_by_other_ways(kessler, nino):
    ticket, sender = make_ticket(customer=kessler), make_sender(team=kessler.team)
    to = Recipient("Barbara Kessler", "office@kessler.example", "en", id=kessler.pk)
    first = answer(ticket, by=nino, sender=sender, to=to)
    assert answer(ticket, by=nino, sender=sender, to=to) == first
    by_phone = answer(ticket, by=nino, token=UUID(int=2))
    assert answer(ticket, by=nino, token=UUID(int=2)) == by_phone
    assert ticket.messages.filter(kind="out").count() == 2
    assert OutgoingMail.objects.get() == first.mail


def test_the_first_answer_counts_and_what_is_due_next_is_the_solution(kessler, nino, levan):
    ticket = make_ticket(customer=kessler)
    answer(ticket, by=levan, now=NOW + 2 * HOUR)
    answer(ticket, by=nino, now=NOW + 5 * HOUR, token=UUID(int=2))
    ticket.refresh_from_db()
    assert (ticket.answered_in, ticket.first_answered_by) == (120, levan)
    assert ticket.next_due_at == ticket.solution_due_at


def test_an_answer_to_a_ticket_that_was_closed_meanwhile_does_not_make_it_due(kessler, nino):
    seen = make_ticket(customer=kessler)
    actions.close(ticket=Ticket.objects.get(), done="By phone", by=nino, now=NOW)
    answer(seen, by=nino)
    seen.refresh_from_db()
    assert (seen.next_due_at, seen.is_open, seen.answered_in) == (None, False, 0)


@pytest.mark.parametrize("verb", [actions.wait, partial(actions.close, done="Called")])
def test_an_answer_is_as_late_as_its_clock_says_though_it_stood_still(kessler, nino, verb):
    ticket = opened(kessler.team, customer=kessler)
    verb(ticket=ticket, by=nino, now=LATER)
    answer(ticket, by=nino, now=NOW + timedelta(days=7))
    ticket.refresh_from_db()
    assert ticket.answered_in == 60
    assert ticket.first_answered_at <= ticket.answer_due_at


def test_an_answer_from_another_ticket_came_before_this_one_waited(kessler, nino):
    ticket, into = (opened(kessler.team, customer=kessler) for _ in range(2))
    due = into.answer_due_at
    answer(ticket, by=nino)
    actions.wait(ticket=into, by=nino, now=NOW + 3 * HOUR)
    actions.merge(ticket=ticket, into=into, by=nino, now=NOW + 4 * HOUR)
    into.refresh_from_db()
    assert (into.answered_in, into.answer_due_at) == (60, due)


def test_who_closes_what_was_closed_before_leaves_no_pause(kessler, nino):
    make_ticket(customer=kessler, waiting_since=NOW)
    first, second = (Ticket.objects.get() for _ in range(2))
    assert actions.close(ticket=first, done="a", by=nino, now=LATER)
    assert not actions.close(ticket=second, done="b", by=nino, now=LATER)
    assert not second.close(done="c", by=nino, rules=ServiceRules.of(kessler.team), now=LATER)
    assert (first.pauses.count(), Ticket.objects.get().done, first.messages.count()) == (1, "a", 1)


def test_to_whom_it_lies_already_it_is_not_passed_on(kessler, nino, levan):
    ticket = make_ticket(customer=kessler)
    assert not actions.assign(ticket=ticket, to=nino, by=levan, now=NOW)
    assert actions.assign(ticket=ticket, to=levan, by=nino, now=NOW)
    assert not actions.assign(ticket=make_ticket(customer=kessler, closed_at=NOW), to=levan, by=nino, now=NOW)
    assert (Ticket.objects.earliest("pk").passed_on, ticket.messages.count()) == (1, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"next_due_at": None},
        {"waiting_since": NOW},
        {"closed_at": NOW},
        {"closed_at": NOW, "waiting_since": NOW, "next_due_at": None},
        {"merged_into": 1},
    ],
)
def test_the_database_holds_what_belongs_together(kessler, wrong):
    ticket = make_ticket(customer=kessler)
    fields = (
        {"merged_into": ticket, "closed_at": NOW, "next_due_at": None} if "merged_into" in wrong else wrong
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(**fields)


# --- what comes in


def test_long_after_it_was_closed_a_mail_is_a_ticket_of_its_own_that_names_the_old(kessler, nino, levan):
    old = make_ticket(customer=kessler, closed_at=NOW, assignee=levan, kind="complaint")
    at = NOW + timedelta(days=61)
    for _ in range(2):
        message = actions.receive(ticket=old, text="And now?", now=at, message_id="<2@kessler.example>")
    new = message.ticket
    assert (new.number, new.kind, new.subject, new.assignee) == (2, "question", old.subject, nino)
    assert said(new) == [
        ("in", "", "And now?"),
        ("note", "", "Follows ticket 1, which was closed on 17 Nov 2026."),
    ]
    assert (Ticket.objects.count(), Ticket.objects.get(pk=old.pk).is_open) == (2, False)


def test_sixty_days_after_it_was_closed_a_mail_still_opens_it_again(kessler):
    old = make_ticket(customer=kessler, closed_at=NOW)
    actions.receive(ticket=old, text="And now?", now=NOW + timedelta(days=60))
    assert Ticket.objects.get().reopened == 1


def test_an_unknown_sender_who_writes_again_finds_the_colleague_who_answered(team, levan):
    old = opened(team, assignee=levan)
    actions.close(ticket=old, done="", by=levan, now=NOW)
    new = actions.receive(ticket=old, text="And now?", now=NOW + timedelta(days=99)).ticket
    assert (new.assignee, new.customer) == (levan, None)


# --- merging


@pytest.fixture
def pair(kessler, nino):
    """The same was asked twice."""
    into = opened(kessler.team, customer=kessler, message_id="<1@kessler.example>")
    ticket = opened(
        kessler.team, customer=kessler, subject="Again", text="Anybody?", message_id="<2@k.example>"
    )
    return ticket, into


def test_what_was_said_goes_into_the_other_and_nobody_is_asked_how_it_was(pair, nino):
    ticket, into = pair
    actions.note(ticket=ticket, text="The same", by=nino, now=LATER, token=uuid4())
    assert actions.merge(ticket=ticket, into=into, by=nino, now=LATER)
    assert said(into) == [
        ("in", "", "It should be here."),
        ("in", "", "Anybody?"),
        ("note", "", "The same"),
        ("event", "merged", "Ticket 2"),
    ]
    assert said(ticket) == [("event", "merged", "Merged into ticket 1")]
    ticket.refresh_from_db()
    assert (ticket.closed_at, ticket.solved_in, ticket.resolution, ticket.next_due_at) == (
        LATER,
        None,
        0,
        None,
    )
    assert ticket.invitations.count() == 0
    texts = list(ticket.customer.entries.order_by("-pk").values_list("text", flat=True))
    assert texts[0] == "Ticket 2 merged into ticket 1"


def test_what_is_said_later_in_the_merged_one_is_said_in_the_other(pair, nino):
    ticket, into = pair
    seen = Ticket.objects.get(pk=ticket.pk)
    actions.merge(ticket=ticket, into=into, by=nino, now=LATER)
    assert actions.receive(ticket=ticket, text="Hello?", now=LATER).ticket == into
    assert answer(seen, by=nino).ticket == into
    assert actions.note(ticket=ticket, text="x", by=nino, now=LATER, token=uuid4()).ticket == into
    assert not actions.reopen(ticket=ticket, by=nino, now=LATER)
    assert not actions.close(ticket=ticket, done="", by=nino, now=LATER)


def test_what_was_merged_into_one_that_is_merged_itself_follows(pair, nino):
    ticket, into = pair
    last = opened(into.team, customer=into.customer)
    actions.merge(ticket=ticket, into=into, by=nino, now=LATER)
    actions.merge(ticket=into, into=last, by=nino, now=LATER)
    assert list(last.merged.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert last.messages.filter(kind="in").count() == 3


def test_an_answer_that_was_given_here_counts_there(pair, nino):
    ticket, into = pair
    answer(ticket, by=nino, now=NOW + 2 * HOUR)
    actions.merge(ticket=ticket, into=into, by=nino, now=NOW + 3 * HOUR)
    into.refresh_from_db()
    assert (into.answered_in, into.first_answered_by, into.next_due_at) == (120, nino, into.solution_due_at)


def test_one_that_waits_goes_on_with_what_the_other_has_to_say(pair, nino):
    ticket, into = pair
    actions.wait(ticket=into, by=nino, now=NOW)
    actions.merge(ticket=ticket, into=into, by=nino, now=LATER)
    assert Ticket.objects.get(pk=into.pk).is_running


def test_a_mail_that_both_have_stays_where_it_is(pair, nino):
    ticket, into = pair
    make_message(ticket=ticket, message_id="<1@kessler.example>", text="To both")
    assert actions.merge(ticket=ticket, into=into, by=nino, now=LATER)
    assert ticket.messages.get(kind="in").text == "To both"


def test_an_unknown_sender_is_known_once_his_ticket_is_merged(kessler, nino):
    known, unknown = opened(kessler.team, customer=kessler), opened(kessler.team, from_email="b@k.example")
    assert actions.merge(ticket=known, into=unknown, by=nino, now=LATER)
    assert set(Ticket.objects.values_list("customer", flat=True)) == {kessler.pk}


def test_what_cannot_be_merged_is_refused_with_the_reason(pair, nino, stranger):
    ticket, into = pair
    closed = make_ticket(customer=into.customer, closed_at=NOW)
    merged = make_ticket(customer=into.customer, closed_at=NOW, merged_into=into)
    others = make_ticket(customer=make_customer(owner=nino))
    foreign = make_ticket(customer=make_customer(owner=stranger))
    for other, words in [
        (ticket, "a part of itself"),
        (closed, "must be open"),
        (merged, "must be open"),
        (others, "two customers"),
        (foreign, "two teams"),
    ]:
        assert words in actions.merge_problem(ticket, other)
        assert not actions.merge(ticket=ticket, into=other, by=nino, now=LATER)
        if other != ticket:
            assert not actions.merge(ticket=other, into=ticket, by=nino, now=LATER)
    assert actions.merge_problem(ticket, into) == ""
    assert Message.objects.filter(event="merged").count() == 0


# --- dossiers


def test_a_ticket_is_put_into_a_dossier_with_its_mails(kessler, nino, levan):
    barbara = make_person(customer=kessler, email="Barbara@kessler.example")
    make_absence(user=nino, stand_in=levan)
    ticket = opened(kessler.team, from_email="barbara@kessler.example", from_name="Barbara")
    sender = make_sender(team=kessler.team)
    answer(ticket, by=levan, sender=sender, to=Recipient("Barbara", ticket.from_email, "en"))
    actions.close(ticket=ticket, done="Told", by=levan, now=NOW + 2 * HOUR)
    actions.reopen(ticket=ticket, by=levan, now=NOW + 3 * HOUR)
    assert actions.file_under(ticket=ticket, customer=kessler, by=nino, now=NOW + 3 * HOUR)
    assert not actions.file_under(ticket=ticket, customer=kessler, by=nino, now=NOW + 3 * HOUR)
    ticket.refresh_from_db()
    assert (ticket.customer, ticket.person, ticket.assignee) == (kessler, barbara, levan)
    assert OutgoingMail.objects.get().recipient_id == kessler.pk
    assert list(kessler.entries.values_list("text", "happened_at")) == [
        ("Ticket 1 opened\n\nWhere is it?", NOW)
    ]
    assert said(ticket)[-1] == ("event", "filed", "Weingut Kessler")


def test_a_ticket_in_a_wrong_dossier_leaves_no_trace_there(kessler, nino):
    wrong = make_dossier(owner=nino, name="Wrong").customer
    ticket = opened(kessler.team, customer=wrong, promised_on=TODAY)
    assert wrong.slips.count() == 1
    assert actions.file_under(ticket=ticket, customer=kessler, by=nino, now=LATER)
    assert (wrong.entries.count(), wrong.slips.count(), wrong.tickets.count()) == (0, 0, 0)
    assert (kessler.entries.count(), kessler.slips.count()) == (1, 1)
    assert not Message.objects.filter(text__contains="Wrong").exists()


def test_whoever_was_asked_about_it_keeps_it_and_nothing_crosses_a_team(kessler, nino, stranger):
    asked = make_invitation(ticket=make_ticket(customer=kessler, closed_at=NOW))
    other = make_customer(owner=nino)
    assert not actions.file_under(ticket=asked.ticket, customer=other, by=nino, now=LATER)
    with pytest.raises(ValueError, match="crosses"):
        actions.file_under(ticket=asked.ticket, customer=make_customer(owner=stranger), by=nino, now=LATER)


def test_an_unknown_sender_gets_a_dossier_under_the_next_working_day(team, nino):
    ticket = opened(
        team, from_email="salome@kvareli.example", from_name="Salome", from_phone="+995 32 255 01 18"
    )
    saturday = datetime(2026, 11, 21, 9, tzinfo=UTC)
    place = actions.open_dossier(ticket=ticket, by=nino, now=saturday)
    customer = Customer.objects.get()
    assert (place.due_on, place.plan, place.owner) == (date(2026, 11, 23), "Where is it?", nino)
    assert (customer.name, customer.email, customer.main_person.name) == (
        "Salome",
        "salome@kvareli.example",
        "Salome",
    )
    ticket.refresh_from_db()
    assert (ticket.customer, ticket.person, ticket.assignee) == (customer, customer.main_person, nino)
    assert actions.open_dossier(ticket=ticket, by=nino, now=saturday) is None
    assert FollowUp.objects.open().count() == 1


# --- kind, promise, rules


def test_its_kind_is_told_once(kessler, nino):
    ticket = opened(kessler.team, customer=kessler)
    assert actions.set_kind(ticket=ticket, kind="service", by=nino, now=NOW, product_group="Tins")
    assert not actions.set_kind(ticket=ticket, kind="service", by=nino, now=NOW, product_group="Tins")
    assert actions.set_kind(ticket=ticket, kind="service", by=nino, now=NOW)
    assert said(ticket)[1:] == [("event", "kind", "Service")]


def test_a_promise_is_kept_by_an_answer_and_a_call_by_one_that_is_no_mail(kessler, nino):
    at = datetime(2026, 11, 18, 13, 30, tzinfo=UTC)
    ticket = opened(kessler.team, customer=kessler, promised_on=date(2026, 11, 20))
    assert actions.set_promise(ticket=ticket, promised_on=date(2026, 11, 18), call_at=at, by=nino, now=NOW)
    assert not actions.set_promise(
        ticket=ticket, promised_on=date(2026, 11, 18), call_at=at, by=nino, now=NOW
    )
    to = Recipient("", "office@kessler.example", "en", id=kessler.pk)
    answer(ticket, by=nino, sender=make_sender(team=kessler.team), to=to)
    assert Ticket.objects.values_list("promised_on", "call_at").get() == (None, at)
    answer(ticket, by=nino, token=UUID(int=2))
    assert Ticket.objects.values_list("promised_on", "call_at").get() == (None, None)
    assert [text for _kind, event, text in said(ticket) if event] == [
        "Answer promised for Fri 20 Nov",
        "Call back on Wed 18 Nov at 14:30",
    ]


def test_a_call_for_no_certain_time_is_not_kept_by_a_mail(kessler, nino):
    ticket = opened(kessler.team, customer=kessler, kind="callback", promised_on=TODAY)
    to = Recipient("", "office@kessler.example", "en", id=kessler.pk)
    answer(ticket, by=nino, sender=make_sender(team=kessler.team), to=to)
    assert Ticket.objects.get().promised_on == TODAY
    answer(ticket, by=nino, token=UUID(int=2))
    assert Ticket.objects.get().promised_on is None


def test_of_another_kind_it_is_an_answer_that_is_promised(kessler, nino):
    ticket = opened(kessler.team, customer=kessler, kind="callback", promised_on=TODAY)
    assert [slip.source for slip in Slip.objects.all()] == ["callback"]
    actions.set_kind(ticket=ticket, kind="question", by=nino, now=NOW)
    assert (ticket.promise, [slip.source for slip in Slip.objects.all()]) == (
        "Answer promised for Tue 17 Nov", ["promise"],
    )  # fmt: skip


def test_other_rules_hold_for_what_is_open_and_not_for_an_answer_that_was_given(kessler, nino):
    rules = make_rules(team=kessler.team)
    new, waits = (opened(kessler.team, customer=kessler) for _ in range(2))
    answered, closed = (opened(kessler.team, customer=kessler) for _ in range(2))
    actions.wait(ticket=waits, by=nino, now=LATER)
    answer(answered, by=nino, now=NOW + 3 * HOUR)
    actions.close(ticket=closed, done="", by=nino, now=LATER)
    before = {ticket.pk: ticket for ticket in Ticket.objects.all()}
    rules.answer_within, rules.solve_within = 2, 4
    rules.save()
    assert actions.rules_changed(team=kessler.team, now=LATER) == 3
    after = {ticket.pk: ticket for ticket in Ticket.objects.all()}
    assert after[new.pk].next_due_at == after[new.pk].answer_due_at == NOW + 2 * HOUR
    assert (after[waits.pk].next_due_at, after[waits.pk].answer_due_at) == (None, NOW + 2 * HOUR)
    assert after[answered.pk].next_due_at == after[answered.pk].solution_due_at == NOW + 4 * HOUR
    assert after[answered.pk].answer_due_at == before[answered.pk].answer_due_at
    assert after[answered.pk].first_answered_at <= after[answered.pk].answer_due_at
    assert after[closed.pk].solution_due_at == before[closed.pk].solution_due_at


@pytest.mark.parametrize(("size", "number"), [(2, 9), (20, 9)])
def test_other_rules_take_as_many_queries_however_many_are_open(
    team, kessler, size, number, django_assert_num_queries
):
    for _ in range(size):
        make_ticket(customer=kessler)
    with django_assert_num_queries(number):
        actions.rules_changed(team=team, now=NOW)


# --- standing


@pytest.mark.parametrize(
    ("hours", "standing"),
    [(0, "on_time"), (7.4, "on_time"), (7.6, "due_soon"), (10, "due_soon"), (10.1, "late")],
)
def test_a_ticket_is_due_soon_in_the_last_quarter_of_its_time(kessler, hours, standing):
    rules = make_rules(team=kessler.team)
    ticket = make_ticket(customer=kessler)
    at = rules.hours.due(NOW, timedelta(hours=hours)) if hours else NOW
    assert ticket.standing(at=at, rules=rules) == standing
    assert make_ticket(customer=kessler, waiting_since=NOW).standing(at=at, rules=rules) == ""


def test_what_is_due_within_some_hours_is_found(kessler):
    ticket = make_ticket(customer=kessler)
    make_ticket(customer=kessler, closed_at=NOW)
    due = ticket.next_due_at
    found = Ticket.objects.due_soon
    assert list(found(at=due - HOUR, within=2 * HOUR)) == [ticket]
    assert list(found(at=due - 3 * HOUR, within=2 * HOUR)) == list(found(at=due + HOUR, within=HOUR)) == []
    assert list(Ticket.objects.late(at=due + HOUR)) == [ticket]


def test_what_waited_when_it_was_closed_is_due_later_by_that_time(nino):
    ticket = make_ticket(assignee=nino)
    due = ticket.solution_due_at
    actions.wait(ticket=ticket, by=nino, now=NOW)
    actions.close(ticket=ticket, done="Answered", by=nino, now=NOW + timedelta(hours=3))
    ticket.refresh_from_db()
    assert (ticket.solution_due_at - due, ticket.solved_in, ticket.next_due_at) == (
        timedelta(hours=3),
        0,
        None,
    )
