"""What customers said of the demo's tickets, and whether they would recommend the team."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random

from contacts import registry
from contacts.models import Customer, Entry
from crm.team.models import User
from feedback.demo.cast import Habits, chance_of_good
from feedback.demo.words import COMMENTS, PUT_RIGHT, RECOMMENDED
from feedback.models import Invitation, Rating, Recommendation, ServiceRules, Ticket, Value, Word

ANGRY = "The third time late, and nobody tells me before."
PAUSE = timedelta(days=30)
ANSWERED = 0.62
QUARTERS = 4
ASKED_A_QUARTER = 34
SCORES = {10: 22, 9: 24, 8: 19, 7: 13, 6: 7, 5: 6, 4: 3, 3: 2, 1: 2, 0: 2}


@dataclass
class Asked:
    """Rows as they are made: invitations first, then what was said."""

    rules: ServiceRules
    habits: dict[int, Habits]
    random: Random
    now: datetime
    lead: User
    invitations: list[Invitation] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)
    recommendations: list[Recommendation] = field(default_factory=list)
    _last: dict[int, datetime] = field(default_factory=dict)
    _answers: dict[int, list[tuple[Invitation, datetime]]] = field(default_factory=dict)

    def ask(self, tickets: Iterable[Ticket]) -> None:
        """An hour after closing, by day; at most once in 30 days."""
        tickets = sorted(
            (each for each in tickets if each.customer and each.solved_in is not None),
            key=lambda each: each.closed_at,
        )
        groups = registry.groups({each.customer_id for each in tickets})
        for ticket in tickets:
            at = self._by_day(ticket.closed_at + timedelta(minutes=self.rules.ask_after))
            last = self._last.get(ticket.customer_id)
            if at < self.now and (not last or at - last >= PAUSE):
                self._last[ticket.customer_id] = at
                self._about(ticket, at, groups.get(ticket.customer_id, ""))
        for employee, answers in self._answers.items():
            self._judge(self.habits[employee], answers)

    def _about(self, ticket: Ticket, at: datetime, group: str) -> None:
        invitation = self._invite(ticket, at, group)
        said_at = at + timedelta(minutes=self.random.choice((4, 12, 35, 90, 200, 900, 1500, 3000)))
        if self.random.random() < ANSWERED and said_at < self.now - timedelta(days=1):
            self._answers.setdefault(ticket.assignee_id, []).append((invitation, said_at))

    def _invite(self, ticket: Ticket, at: datetime, group: str = "") -> Invitation:
        invitation = Invitation(
            team=ticket.team, customer=ticket.customer, ticket=ticket, resolution=ticket.resolution,
            employee=ticket.assignee, ticket_kind=ticket.kind, product_group=ticket.product_group, group=group,
            made_at=ticket.closed_at, asked_at=at,
        )  # fmt: skip
        self.invitations.append(invitation)
        return invitation

    def say(self, invitation: Invitation, value: str, at: datetime, *, comment: str | None = None) -> Rating:
        if comment is None:
            comment = self.random.choice(COMMENTS[value]) if self.random.random() < 0.4 else ""
        same = ("team", "ticket", "customer", "employee", "ticket_kind", "product_group", "group")
        rating = Rating(
            invitation=invitation, value=value, comment=comment, rated_at=at,
            bad_since=at if value == Value.BAD else None, **{name: getattr(invitation, name) for name in same},
        )  # fmt: skip
        self.words.append(Word(invitation=invitation, value=value, comment=comment, said_at=at))
        self.ratings.append(rating)
        if value == Value.BAD:
            self._put_right(rating)
        elif value == Value.GOOD and comment and self.random.random() < 0.4:
            rating.passed_on_at, rating.passed_on_by = at + timedelta(hours=20), self.lead
        return rating

    def praised(self, ticket: Ticket, comment: str) -> None:
        """The one in the pictures."""
        invitation = self._invite(ticket, self._by_day(ticket.closed_at + timedelta(hours=1)), "vip")
        self.say(invitation, Value.GOOD, invitation.asked_at + timedelta(days=5, hours=20), comment=comment)

    def bad_today(self, ticket: Ticket) -> None:
        """Nobody has put it right yet."""
        at = min(self._by_day(ticket.closed_at + timedelta(hours=1)), self.now - timedelta(minutes=50))
        rating = self.say(
            self._invite(ticket, at), Value.BAD, self.now - timedelta(minutes=25), comment=ANGRY
        )
        rating.answered_at, rating.answered_by, rating.answer = None, None, ""

    def _put_right(self, rating: Rating) -> None:
        rating.answered_at = rating.rated_at + timedelta(hours=self.random.choice((1, 2, 3, 5, 20)))
        rating.answered_by = rating.employee
        rating.answer = self.random.choice(PUT_RIGHT)

    def _judge(self, habits: Habits, answers: list[tuple[Invitation, datetime]]) -> None:
        """Exactly his share is good; the others are mostly of those who waited long."""

        def patience(answer: tuple[Invitation, datetime]) -> float:
            return chance_of_good(habits, answer[0].ticket.answered_in) + self.random.uniform(-0.35, 0.35)

        left = sorted(answers, key=patience)
        others = round(len(left) * (1 - habits.good))
        for n, (invitation, at) in enumerate(left):
            value = Value.GOOD if n >= others else Value.BAD if n % 5 in (0, 3) else Value.NEUTRAL
            self.say(invitation, value, at)

    def _by_day(self, at: datetime) -> datetime:
        """Between eight and eight, and not on a Sunday."""
        local = at.astimezone(self.rules.hours.zone)
        if local.hour >= 20:
            local = datetime.combine(local.date() + timedelta(1), time(8, 4), local.tzinfo)
        elif local.hour < 8:
            local = datetime.combine(local.date(), time(8, 4), local.tzinfo)
        return local + timedelta(days=local.isoweekday() == 7)

    # --- would they recommend us?

    def recommend(self, customers: Sequence[Customer]) -> None:
        """Once a quarter, those who agreed to be written to."""
        for n in range(QUARTERS):
            day = self.now - timedelta(days=20 + 91 * n)
            known = [each for each in customers if each.created_at < day]
            for customer in self.random.sample(known, min(ASKED_A_QUARTER, len(known))):
                self._recommend(customer, self._by_day(day + timedelta(minutes=self.random.randint(0, 600))))

    def _recommend(self, customer: Customer, at: datetime) -> None:
        invitation = Invitation(
            team=customer.team,
            question=Invitation.Question.RECOMMEND,
            customer=customer,
            made_at=at,
            asked_at=at,
        )
        self.invitations.append(invitation)
        if self.random.random() > ANSWERED:
            return
        said_at = at + timedelta(minutes=self.random.choice((7, 40, 300, 1500)))
        score = self.random.choices(list(SCORES), weights=list(SCORES.values()))[0]
        comment = self.random.choice(RECOMMENDED) if self.random.random() < 0.25 else ""
        said = {"invitation": invitation, "score": score, "comment": comment}
        self.words.append(Word(**said, said_at=said_at))
        self.recommendations.append(
            Recommendation(**said, team=customer.team, customer=customer, rated_at=said_at)
        )

    def write(self) -> None:
        Invitation.objects.bulk_create(self.invitations)
        Word.objects.bulk_create(self.words)
        Rating.objects.bulk_create(self.ratings)
        Recommendation.objects.bulk_create(self.recommendations)
        Entry.objects.bulk_create(praise(rating) for rating in self.ratings if rating.value == Value.GOOD)


def praise(rating: Rating) -> Entry:
    """Its line in the timeline."""
    words = f"Rated good by e-mail, after ticket {rating.ticket.number}"
    return Entry(
        customer=rating.customer, kind=Entry.Kind.RATING, text=f"{words}\n\n{rating.comment}".strip(),
        happened_at=rating.rated_at, source=Entry.Kind.RATING, source_id=rating.pk,
    )  # fmt: skip
