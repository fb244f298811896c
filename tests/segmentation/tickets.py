"""Tickets and ratings of dossiers at random, and what the conditions on them mean told once more in plain Python."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

from crm.team.models import User
from feedback.models import Invitation, Recommendation
from tests.factories import TODAY
from tests.feedback.makers import make_invitation, make_rating, make_ticket

KINDS = ["question", "complaint", "service"]
DAYS = [0, 1, 30, 31, 90, 400]
_numbers = count(1)
LEANINGS = {"promoter": (9, 10), "passive": (7, 8), "detractor": range(7)}


@dataclass
class Ticket:
    on: date
    kind: str
    is_open: bool
    is_merged: bool


@dataclass
class Question:
    """About a ticket; `value` is "" until there is an answer that counts."""

    on: date
    employee: User
    by_mail: bool
    value: str = ""
    said_at: datetime | None = None


@dataclass
class Voice:
    """What became of a customer's wishes."""

    tickets: list[Ticket]
    questions: list[Question]
    scores: list[tuple[datetime, int]]


def make_random_voice(customer, random, people, at):
    def day():
        return TODAY - timedelta(random.choice(DAYS))

    return Voice(
        [_ticket(customer, random, day(), at) for _ in range(random.choice([0, 1, 2, 3]))],
        [_question(customer, random, day(), people, at) for _ in range(random.choice([0, 1, 2, 3]))],
        [_score(customer, random, day(), at) for _ in range(random.choice([0, 0, 1, 2]))],
    )


def _ticket(customer, random, day, at):
    kind, state = random.choice(KINDS), random.choice(["open", "closed", "merged"])
    opened = at(day, random)
    fields = {} if state == "open" else {"closed_at": opened + timedelta(hours=3)}
    ticket = make_ticket(customer=customer, kind=kind, opened_at=opened, number=next(_numbers), **fields)
    if state == "merged":
        other = {"customer": None, "team": customer.team, "assignee": None}
        ticket.merged_into = make_ticket(number=next(_numbers), **other)
        ticket.save()
    return Ticket(day, kind, state == "open", state == "merged")


def _question(customer, random, day, people, at):
    employee, asked = random.choice(people), at(day, random)
    channel = random.choice(["mail", "mail", "sheet"])
    opened_at = asked - timedelta(900)
    ticket = make_ticket(customer=customer, opened_at=opened_at, closed_at=asked, number=next(_numbers))
    invitation = make_invitation(
        ticket=ticket, employee=employee, channel=channel, asked_at=asked, made_at=asked
    )
    question = Question(day, employee, channel == "mail")
    if random.random() < 0.7:
        counts, value = random.random() < 0.8, random.choice(["bad", "neutral", "good"])
        aside = {} if counts else {"set_aside_at": asked, "set_aside_why": "fast"}
        rating = make_rating(invitation=invitation, value=value, rated_at=asked, **aside)
        if counts:
            question.value, question.said_at = value, (rating.rated_at, rating.pk)
    return question


def _score(customer, random, day, at):
    said, score = at(day, random), random.choice([0, 6, 7, 8, 9, 10])
    asked = Invitation.objects.create(
        team=customer.team, customer=customer, question="recommend", made_at=said, asked_at=said
    )
    row = Recommendation.objects.create(
        invitation=asked, team=customer.team, customer=customer, score=score, rated_at=said
    )
    return (said, row.pk), score


# --- what conditions mean, told once more


def came(d, on, v):
    def is_meant(ticket):
        return (
            not ticket.is_merged
            and 0 <= (on - ticket.on).days <= v["days"]
            and (not v["ticket_kinds"] or ticket.kind in v["ticket_kinds"])
        )

    return sum(is_meant(ticket) for ticket in d.voice.tickets) >= v["times"]


def known(d, on):
    """Answers that the viewer may know of, the last one last."""

    def may_know(question):
        mine = d.viewer in (question.employee, d.customer.owner if question.value == "bad" else None)
        return d.viewer.is_lead or question.value == "good" or mine

    said = [q for q in d.voice.questions if q.value and q.on <= on and may_know(q)]
    return sorted(said, key=lambda question: question.said_at)


def last_was(d, on, v):
    return bool(known(d, on)) and known(d, on)[-1].value in v["verdicts"]


def rated(d, on, v):
    return any((on - q.on).days <= v["days"] and q.value in v["verdicts"] for q in known(d, on))


def is_silent(d, on, v):
    return any(
        q.by_mail and 0 <= (on - q.on).days <= v["days"] and not q.value
        for q in d.voice.questions
        if d.viewer.is_lead or d.viewer == q.employee
    )


def recommends(d, on, v):
    until = [each for each in d.voice.scores if each[0][0].astimezone(d.zone).date() <= on]
    return d.viewer.is_lead and bool(until) and any(max(until)[1] in LEANINGS[name] for name in v["leanings"])


MEANING = {
    "open_ticket there": lambda d, on, v: any(ticket.is_open for ticket in d.voice.tickets),
    "open_ticket none": lambda d, on, v: not any(ticket.is_open for ticket in d.voice.tickets),
    "tickets often": came,
    "last_rating is": last_was,
    "rated within": rated,
    "asked silent": is_silent,
    "recommends is": recommends,
}
