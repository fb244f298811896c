"""Tickets and ratings by the hundred thousand, to measure with: plain rows, spread over two years."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.core.management.color import no_style
from django.db import connection

from contacts import registry
from contacts.models import Customer
from crm.mail.bulk import insert_rows
from crm.team.models import Team, User
from feedback.demo.cast import Habits, chance_of_good, habits_of
from feedback.demo.story import pick
from feedback.demo.words import KINDS, MATTERS
from feedback.models import Invitation, Message, Rating, ServiceRules, Ticket, Value, Word
from feedback.models.invitation import new_code, new_public_id
from feedback.models.ticket import minutes
from followups.demo.words import PRODUCT_GROUPS
from followups.demo.writing import refresh_statistics

BATCH = 5000
DAYS = 730
OPEN = 0.01
RATED = 0.5
COMMENT = "Quick and friendly."
TICKET = (
    "id", "team_id", "number", "customer_id", "kind", "channel", "subject", "from_name", "from_email", "from_phone",
    "language", "product_group", "assignee_id", "opened_at", "answer_due_at", "solution_due_at", "next_due_at",
    "first_answered_at", "first_answered_by_id", "answered_in", "closed_at", "closed_by_id", "done", "solved_in",
    "resolution", "reopened", "passed_on", "search_text",
)  # fmt: skip
MESSAGE = ("ticket_id", "kind", "event", "text", "author_id", "happened_at", "message_id", "words")
INVITATION = (
    "id", "team_id", "question", "channel", "customer_id", "ticket_id", "resolution", "employee_id", "ticket_kind",
    "product_group", "group", "public_id", "code", "made_at", "asked_at",
)  # fmt: skip
RATING = (
    "invitation_id", "team_id", "ticket_id", "customer_id", "employee_id", "ticket_kind", "product_group", "group",
    "value", "comment", "rated_at", "bad_since", "answered_at", "answered_by_id", "answer", "set_aside_why",
)  # fmt: skip
WORD = ("invitation_id", "value", "comment", "said_at", "suspect")


def fill(team: Team, random: Random, now: datetime, number: int) -> None:
    """`number` tickets, of which half are rated, and one in a hundred is open."""
    rules, _is_new = ServiceRules.objects.get_or_create(team=team)
    customers = list(Customer.objects.filter(team=team).order_by("pk").values_list("pk", flat=True))
    crowd = Crowd(rules, habits_of(list(User.objects.filter(team=team))), customers, random, now)
    for start in range(1, number + 1, BATCH):
        crowd.add(range(start, min(start + BATCH, number + 1)))
    ServiceRules.objects.filter(pk=team.pk).update(last_number=number)
    _count_on(Ticket, Invitation)
    refresh_statistics()


@dataclass
class Crowd:
    rules: ServiceRules
    team: list[Habits]
    customers: list[int]
    random: Random
    now: datetime
    groups: dict[int, str] = field(init=False)
    first: dict[type, int] = field(init=False)

    def __post_init__(self) -> None:
        self.groups = registry.groups(self.customers)
        self.first = {model: _last(model) for model in (Ticket, Invitation)}
        self.kinds = {kind: [each for each in MATTERS if each.kind == kind] for kind in KINDS}

    def add(self, numbers: range) -> None:
        tickets, rest = [], {Message: [], Invitation: [], Rating: [], Word: []}
        for number in numbers:
            tickets.append(self._ticket(number, rest))
        insert_rows(Ticket, TICKET, tickets)
        columns = {Message: MESSAGE, Invitation: INVITATION, Rating: RATING, Word: WORD}
        for model, rows in rest.items():
            insert_rows(model, columns[model], rows)

    def _ticket(self, number: int, rest: dict[type, list[tuple]]) -> tuple:
        random, rules, hours = self.random, self.rules, self.rules.hours
        kind, by, customer = pick(random, KINDS), random.choice(self.team), random.choice(self.customers)
        matter, group = random.choice(self.kinds[kind]), random.choice(PRODUCT_GROUPS)
        opened = self._moment()
        answer_due, solution_due = (
            hours.due(opened, rules.answer_time),
            hours.due(opened, rules.solution_time),
        )
        answered = hours.due(opened, timedelta(minutes=by.answer_minutes(random)))
        closed = hours.due(answered, timedelta(minutes=max(5, round(260 * random.lognormvariate(0, 1)))))
        is_open = closed > self.now or random.random() < OPEN
        is_answered = answered <= self.now
        pk, user = self.first[Ticket] + number, by.user.pk
        answered_in = minutes(hours.worked(opened, answered)) if is_answered else None
        rest[Message] += self._said(
            pk, matter.asked, matter.answered, opened, answered if is_answered else None, user
        )
        if not is_open and random.random() < RATED / (1 - OPEN):
            self._rate(number, customer, by, kind, group, answered_in, closed, rest)
        following = solution_due if is_answered else min(answer_due, solution_due)
        return (
            pk, rules.team_id, number, customer, kind, "mail", matter.subject, "", "", "", "en", group, user, opened,
            answer_due, solution_due, following if is_open else None, answered if is_answered else None,
            user if is_answered else None, answered_in, None if is_open else closed, None if is_open else user,
            "" if is_open else matter.done, None if is_open else minutes(hours.worked(opened, closed)),
            int(not is_open), int(random.random() < 0.06), int(random.random() < 0.1), matter.subject.lower(),
        )  # fmt: skip

    def _moment(self) -> datetime:
        day = self.now - timedelta(days=self.random.random() * DAYS)
        at = day.replace(hour=self.random.randint(6, 17), minute=self.random.randrange(60))
        return min(at, self.now - timedelta(minutes=5))

    @staticmethod
    def _said(
        ticket: int, asked: str, told: str, opened: datetime, answered: datetime | None, user: int
    ) -> Iterator[tuple]:
        yield ticket, "in", "", asked, None, opened, "", ""
        if answered:
            yield ticket, "out", "", told, user, answered, "", ""

    def _rate(
        self, number: int, customer: int, by: Habits, kind: str, product_group: str, answered_in: int,
        closed: datetime, rest: dict[type, list[tuple]],
    ) -> None:  # fmt: skip
        random, user, team = self.random, by.user.pk, self.rules.team_id
        asked = closed + timedelta(hours=1)
        said = asked + timedelta(minutes=random.randint(2, 3000))
        pk, ticket = self.first[Invitation] + number, self.first[Ticket] + number
        group = self.groups.get(customer, "")
        about = (user, kind, product_group, group)
        rest[Invitation].append(
            (
                pk,
                team,
                "ticket",
                "mail",
                customer,
                ticket,
                1,
                *about,
                new_public_id(),
                new_code(),
                closed,
                asked,
            )
        )
        if said > self.now:
            return
        value = self._value(chance_of_good(by, answered_in))
        comment = COMMENT if random.random() < 0.3 else ""
        is_bad = value == Value.BAD
        answered = (said + timedelta(hours=3), user, "Called.") if is_bad else (None, None, "")
        told = (value, comment, said, said if is_bad else None, *answered, "")
        rest[Rating].append((pk, team, ticket, customer, *about, *told))
        rest[Word].append((pk, value, comment, said, ""))

    def _value(self, good: float) -> str:
        chance = self.random.random()
        return "good" if chance < good else "neutral" if chance < good + (1 - good) * 0.6 else "bad"


def _last(model: type) -> int:
    return model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _count_on(*models: type) -> None:
    """Ids were given here: the database is to go on behind them."""
    for statement in connection.ops.sequence_reset_sql(no_style(), models):
        with connection.cursor() as cursor:
            cursor.execute(statement)
