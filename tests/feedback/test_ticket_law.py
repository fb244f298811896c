"""Whatever happens to tickets, in whichever order: their figures are what the log of events comes to."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from crm.mail.actions import Content, Recipient
from feedback import actions
from feedback.models import Message, Pause, ServiceRules, Ticket, Word
from tests.factories import NOW, make_dossier, make_lead, make_sender, make_team, make_user
from tests.feedback.minutes import Minutes

IS_THOROUGH = settings.get_current_profile_name() == "thorough"
MINUTE = timedelta(minutes=1)
Kind, Event = Message.Kind, Message.Event
tickets = st.integers(0, 4)


class Log:
    """What a ticket went through, as its conversation tells it. It shares no line with the product's reckoning."""

    def __init__(self, ticket: Ticket, told: list[Message], clock: Minutes) -> None:
        self.clock, self.opened_at = clock, ticket.opened_at
        self.pauses, self.still_since, self.answered_at, self.solved_in = [], None, None, None
        self.waits = self.closed = False
        for message in told:
            self._read(message)

    def _read(self, message: Message) -> None:
        at, what = message.happened_at, message.event or message.kind
        if what == Event.WAITS:
            self.waits, self.still_since = True, at
        elif what in (Event.GOES_ON, Event.REOPENED):
            self.pauses.append((self.still_since, at))
            self.waits, self.closed, self.still_since = False, False, None
        elif what == Event.CLOSED:
            self.solved_in = self.worked(at)
            if self.waits:
                self.pauses.append((self.still_since, at))
            self.waits, self.closed, self.still_since = False, True, at
        elif what == Kind.OUT and not self.answered_at:
            self.answered_at, self.answered_in = at, self.worked(at)
            self.answer_due = self.clock.due(self.opened_at, timedelta(hours=3), pauses=self.still(at))

    def worked(self, until) -> int:
        return self.clock.worked(self.opened_at, until, pauses=self.still(until)) // MINUTE

    def still(self, until) -> list:
        return [*self.pauses, *([(self.still_since, until)] if self.still_since else [])]

    def due(self, hours: int):
        return self.clock.due(self.opened_at, timedelta(hours=hours), pauses=self.pauses)


class LawOfTheTicket(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = NOW.replace(second=0, microsecond=0)
        team = make_team(working_days="123456")
        self.people = [make_user(team=team), make_lead(team=team)]
        self.customer = make_dossier(owner=self.people[0]).customer
        self.rules = ServiceRules.objects.create(team=team, answer_within=3, solve_within=6)
        calendar = self.rules.hours.calendar
        self.clock = Minutes(calendar, self.rules.opens_at, self.rules.closes_at, self.rules.hours.zone)
        self.sender = make_sender(team=team)
        self.opened = []

    def seen(self, which: int) -> Ticket:
        """As a page has read it; each verb is to read anew what matters."""
        return Ticket.objects.get(pk=self.opened[which % len(self.opened)])

    @property
    def by(self):
        return self.people[len(self.opened) % 2]

    @rule(minutes=st.sampled_from([1, 20, 90, 300, 1440, 6000]))
    def time_passes(self, minutes):
        self.now += minutes * MINUTE

    @precondition(lambda self: len(self.opened) < 5)
    @rule(kind=st.sampled_from(Ticket.Kind.values), promised=st.booleans())
    def it_is_opened(self, kind, promised):
        day = (self.now + timedelta(days=2)).date() if promised else None
        ticket = actions.open_ticket(
            team=self.rules.team, customer=self.customer, kind=kind, subject="?", text="?", channel="page",
            now=self.now, promised_on=day,
        )  # fmt: skip
        self.opened.append(ticket.pk)

    has_some = precondition(lambda self: self.opened)

    @has_some
    @rule(which=tickets)
    def it_is_answered(self, which):
        content = Content("Re:", "So.", "<p>So.</p>")
        actions.answer(ticket=self.seen(which), content=content, by=self.by, now=self.now, token=uuid4())

    @has_some
    @rule(which=tickets, then=st.sampled_from([None, "wait", "close"]))
    def it_is_answered_by_mail(self, which, then):
        """And left waiting or closed by the same press, which has an instant of its own."""
        self.now += MINUTE
        content, ticket = Content("Re:", "So.", "<p>So.</p>"), self.seen(which)
        to = Recipient("Barbara", "b@kessler.example", "en")
        same = {"ticket": ticket, "by": self.by, "now": self.now}
        actions.answer(content=content, token=uuid4(), sender=self.sender, to=to, **same)
        if then == "wait":
            actions.wait(**same)
        if then == "close":
            actions.close(done="Answered", **same)
        self.now += MINUTE

    @has_some
    @rule(which=tickets)
    def an_answer_is_taken_back(self, which):
        """The first that waits; also after much has happened since."""
        said = Message.objects.filter(ticket=self.seen(which), kind=Kind.OUT, mail__isnull=False).first()
        if said:
            assert actions.take_back(message=said, by=self.by, now=self.now)

    @has_some
    @rule(which=tickets)
    def the_customer_writes(self, which):
        actions.receive(ticket=self.seen(which), text="More", now=self.now)

    @has_some
    @rule(which=tickets, verb=st.sampled_from([actions.wait, actions.go_on, actions.reopen]))
    def it_waits_goes_on_or_is_opened_again(self, which, verb):
        verb(ticket=self.seen(which), by=self.by, now=self.now)

    @has_some
    @rule(which=tickets)
    def it_is_closed(self, which):
        actions.close(ticket=self.seen(which), done="Done", by=self.by, now=self.now)

    @has_some
    @rule(which=tickets, to=st.sampled_from([0, 1, None]))
    def it_is_passed_on(self, which, to):
        user = None if to is None else self.people[to]
        actions.assign(ticket=self.seen(which), to=user, by=self.by, now=self.now)

    @has_some
    @rule(which=tickets, into=tickets)
    def it_is_merged(self, which, into):
        ticket, other = self.seen(which), self.seen(into)
        refused = actions.merge_problem(ticket, other)
        if not (ticket.first_answered_at or refused):  # of one that was answered, see test_verbs
            assert actions.merge(ticket=ticket, into=other, by=self.by, now=self.now)

    @invariant()
    def every_figure_is_what_the_log_comes_to(self):
        for ticket in Ticket.objects.filter(pk__in=self.opened, merged_into=None):
            told = list(ticket.messages.order_by("happened_at", "pk"))
            log = Log(ticket, told, self.clock)
            assert (ticket.is_waiting, not ticket.is_open) == (log.waits, log.closed)
            assert [pause.span for pause in Pause.objects.filter(ticket=ticket)] == log.pauses
            assert ticket.first_answered_at == log.answered_at
            assert ticket.answered_in == (log.answered_in if log.answered_at else None)
            assert ticket.solved_in == log.solved_in
            if log.answered_at:
                is_late = ticket.first_answered_at > ticket.answer_due_at
                assert is_late == (log.answered_at > log.answer_due)
                assert is_late or ticket.answered_in <= 3 * 60
            if ticket.is_open:
                self._check_due(ticket, log)

    def _check_due(self, ticket, log):
        assert ticket.solution_due_at == log.due(6)
        if not log.answered_at:
            assert ticket.answer_due_at == log.due(3)
        following = log.due(6) if log.answered_at else log.due(3)
        assert ticket.next_due_at == (None if log.waits else following)

    @invariant()
    def no_slip_speaks_of_what_is_done(self):
        open_ones = set(Ticket.objects.open().values_list("pk", flat=True))
        waiting = self.customer.slips.filter(done_at=None).values_list("key", flat=True)
        assert {int(key.partition(":")[0]) for key in waiting} <= open_ones

    @invariant()
    def the_dossier_lies_in_one_place_and_nobody_was_asked(self):
        assert self.customer.followups.filter(closed_at=None).count() == 1
        assert not Word.objects.exists()
        numbers = list(Ticket.objects.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))

    def teardown(self):
        Pause.objects.all().delete()
        Ticket.objects.all().delete()


@pytest.mark.django_db
def test_whatever_happens_the_figures_are_what_the_log_comes_to():
    run_state_machine_as_test(
        LawOfTheTicket,
        settings=settings(
            max_examples=300 if IS_THOROUGH else 8,
            stateful_step_count=30 if IS_THOROUGH else 12,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
