"""A year of tickets that are settled, and the open ones of today."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random

from contacts.models import Customer
from feedback.demo.cast import Habits
from feedback.demo.story import Channel, Kind, Story, pick
from feedback.demo.words import (
    CALLBACK,
    COMPLAINT,
    KINDS,
    MATTERS,
    NOTES,
    QUESTION,
    SERVICE,
    UNKNOWN,
    Matter,
)
from feedback.models import ServiceRules
from followups.demo.places import working_day
from followups.demo.words import PRODUCT_GROUPS

CLOSED, BACK = 236, 363  # days: a few more each month
LATELY, OF_LATE = 320, 92  # days: months in which most are rated ten times
ILL = (35, 49)  # days ago: two were ill, and everything took longer
CHANNELS = {Channel.MAIL: 52, Channel.DOSSIER: 30, Channel.PAGE: 18}
KESSLER = Matter(
    COMPLAINT,
    "Crease on 12 of 400 cartons",
    "Twelve of the 400 have a crease across the window. Can we have new ones?",
    "Of course. Twelve new ones leave today, with an extra layer of paper.",
    "Replaced at no charge, she was pleased.",
)

ANGRY = next(matter for matter in MATTERS if matter.subject.startswith("Late"))


class Year:
    """Tells the stories of a team as they stand at the instant `now`. Nothing here touches the database."""

    def __init__(self, rules: ServiceRules, team: Sequence[Habits], random: Random, *, now: datetime) -> None:
        self.rules, self.team, self.random, self.now = rules, team, random, now
        self.calendar, self.zone = rules.hours.calendar, rules.hours.zone
        self.today = now.astimezone(self.zone).date()

    def settled(self, customers: Sequence[Customer]) -> list[Story]:
        return [*self._some(customers, CLOSED, BACK, growth=1.5), *self._some(customers, LATELY, OF_LATE)]

    def _some(
        self, customers: Sequence[Customer], number: int, days: int, *, growth: float = 1
    ) -> list[Story]:
        found: list[Story] = []
        while len(found) < number:
            story = self._settled(self.random.choice(customers), self._past(days, growth))
            if story and story.ticket.closed_at < self.now - timedelta(minutes=30):
                found.append(story)
        return found

    def kessler(self, customer: Customer, by: Habits) -> Story:
        """The one in the pictures: settled three weeks ago, in five hours."""
        day = working_day(self.calendar, self.today, -14)
        begin = self._begin(KESSLER, customer, by, self._at(day, 10, 10), Channel.MAIL)
        begin.answer(KESSLER.answered, self._at(day, 11, 25), by=by.user)
        begin.close(KESSLER.done, self._at(day, 15, 10), by=by.user)
        return begin

    def angry(self, customer: Customer) -> Story:
        """Settled yesterday, and not well."""
        by = self._owner(customer)
        story = self._begin(ANGRY, customer, by, self._days_ago(2, 9, 50), Channel.MAIL)
        story.answer(ANGRY.answered, self._days_ago(2, 17, 20), by=by.user)
        story.close(ANGRY.done, self._days_ago(1, 11, 30), by=by.user)
        return story

    def _settled(self, customer: Customer, at: datetime) -> Story | None:
        random, by = self.random, self._who()
        days_ago = (self.today - at.date()).days
        slower = 3.0 if ILL[0] <= days_ago <= ILL[1] else 1.0
        matter, channel = self._matter(), pick(random, CHANNELS)
        if customer.created_at > at:
            return None
        story = self._begin(matter, customer, by, at, channel)
        if random.random() < 0.1:
            at = self._passed_on(story, at)
        answered = story.later(
            story.ticket.opened_at, self._habits(story).answer_minutes(random, slower=slower)
        )
        at = self._talk(story, matter, max(answered, at + timedelta(minutes=2)))
        at = story.later(at, max(5, round(260 * slower * random.lognormvariate(0, 1.0))))
        story.close(matter.done, at, by=story.ticket.assignee)
        if random.random() < 0.06 and at < self.now - timedelta(days=8):
            self._again(story, at)
        return story

    def _begin(self, matter: Matter, customer: Customer, by: Habits, at: datetime, channel: str) -> Story:
        group = self.random.choice(PRODUCT_GROUPS) if self.random.random() < 0.7 else ""
        return Story.begin(
            self.rules,
            matter,
            at=at,
            channel=channel,
            customer=customer,
            assignee=by.user,
            product_group=group,
        )

    def _passed_on(self, story: Story, at: datetime) -> datetime:
        """It lay with the wrong one first."""
        first, other = story.ticket.assignee, self._who().user
        at = story.later(at, self.random.randint(20, 200))
        if other != first:
            story.pass_on(other, at, by=first)
        return at

    def _talk(self, story: Story, matter: Matter, at: datetime) -> datetime:
        """The answer, behind a question of ours if there is one; returns when it was given."""
        by, random = story.ticket.assignee, self.random
        if random.random() < 0.15:
            story.say(Kind.NOTE, random.choice(NOTES), at - timedelta(minutes=1), by=by)
        if matter.more:
            asked, told = matter.more
            story.answer(asked, at, by=by)
            story.wait(at + timedelta(seconds=5), by=by)
            at += timedelta(minutes=random.randint(30, 2400))
            story.heard(told, at)
            at = story.later(at, random.randint(15, 240))
        story.answer(matter.answered, at, by=by)
        return at

    def _again(self, story: Story, at: datetime) -> None:
        by = story.ticket.assignee
        at += timedelta(minutes=self.random.randint(300, 4000))
        story.reopen("It is not quite settled: two of them are still missing.", at)
        at = story.later(at, self.random.randint(20, 200))
        story.answer("I am sorry. They leave today.", at, by=by)
        story.close(
            f"{story.ticket.done}; two sent after", story.later(at, self.random.randint(30, 300)), by=by
        )

    # --- what is open

    def open(
        self, today: Sequence[Customer], calm: Sequence[Customer], later: Sequence[tuple[Customer, date]]
    ) -> Iterator[Story]:
        """What is late, or due within a day, lies in dossiers of `today`; complaints are of `calm` ones, who get no
        letters; what is promised, of those who lie behind that day anyway."""
        todays, calm, later = iter(today), iter(calm), iter(later)
        fresh = self.now - timedelta(minutes=40)
        yield self._open(next(todays), fresh)
        yield self._open(next(todays), fresh - timedelta(minutes=35))
        yield self._open(next(calm), fresh - timedelta(minutes=11), kind=COMPLAINT)
        yield self._open(next(todays), self._days_ago(3, 11, 20))  # its answer is late
        yield self._open(next(todays), self._days_ago(7, 9, 40), answered=95)  # its solution is late
        escalated = self._open(next(todays), self._days_ago(8, 14, 5), answered=240)
        by = escalated.ticket.assignee
        escalated.ticket.escalated_at, escalated.ticket.escalated_by = self._days_ago(1, 15, 30), by
        escalated.tell(
            "escalated", self._days_ago(1, 15, 30), by=by, text="He wants to speak with somebody above me."
        )
        yield escalated
        yield self._unknown(self._days_ago(0, 8, 15))
        for n, (customer, day) in enumerate(later):
            yield self._promised(customer, day, n)
        for n, customer in enumerate(calm):
            at = self._days_ago(1 + n % 2, 9 + n % 5, 5 * n)
            yield self._open(customer, at, answered=20 + 10 * n, waits=n % 3 == 1, by=self._who())

    def merged(self, into: Sequence[Story]) -> list[Story]:
        """The same was asked twice, by mail and by the contact page."""
        return [self._twin(story) for story in into]

    def join(self, pairs: Sequence[tuple[Story, Story]]) -> None:
        """Once they have their numbers."""
        for twin, story in pairs:
            twin.merge(story, twin.ticket.opened_at + timedelta(minutes=6), by=story.ticket.assignee)

    def _twin(self, story: Story) -> Story:
        ticket, asked = story.ticket, story.messages[0].text
        matter = Matter(ticket.kind, ticket.subject, asked, "", "")
        at = ticket.opened_at + timedelta(minutes=4)
        return Story.begin(
            self.rules,
            matter,
            at=at,
            channel=Channel.PAGE,
            customer=ticket.customer,
            assignee=ticket.assignee,
        )

    def _open(
        self,
        customer: Customer,
        at: datetime,
        *,
        kind: str = "",
        answered: int = 0,
        waits: bool = False,
        by: Habits | None = None,
    ) -> Story:
        matter = self._matter(kind or self.random.choice((QUESTION, SERVICE)))
        by = by or self._owner(customer)
        story = self._begin(matter, customer, by, at, Channel.MAIL)
        said = story.later(at, answered)
        if answered and said < self.now:
            story.answer(
                matter.more[0] if matter.more and waits else "I look into it and come back to you.",
                said,
                by=by.user,
            )
            if waits:
                story.wait(min(said + timedelta(minutes=1), self.now), by=by.user)
        return story

    def _promised(self, customer: Customer, day: date, n: int) -> Story:
        """An answer for that day, or a call: a working day ago, in the morning."""
        story = self._open(
            customer, self._days_ago(1, 10, 7 * n), kind=CALLBACK if n % 2 else QUESTION, answered=25
        )
        if n % 2:
            story.ticket.call_at = self._at(day, 14, 30)
        else:
            story.ticket.promised_on = day
        said = story.messages[-1]
        story.tell(
            "promised",
            said.happened_at + timedelta(minutes=1),
            by=story.ticket.assignee,
            text=story.ticket.promise,
        )
        return story

    def _unknown(self, at: datetime) -> Story:
        name, email, subject, asked = UNKNOWN
        matter = Matter(QUESTION, subject, asked, "", "")
        return Story.begin(self.rules, matter, at=at, channel=Channel.PAGE, from_name=name, from_email=email)

    # --- chance

    def _matter(self, kind: str = "") -> Matter:
        kind = kind or pick(self.random, KINDS)
        return replace(self.random.choice([matter for matter in MATTERS if matter.kind == kind]))

    def _who(self) -> Habits:
        return self.random.choices(self.team, weights=[each.share for each in self.team])[0]

    def _habits(self, story: Story) -> Habits:
        return next(each for each in self.team if each.user == story.ticket.assignee)

    def _owner(self, customer: Customer) -> Habits:
        return next(each for each in self.team if each.user.pk == customer.owner_id)

    def _past(self, days: int, growth: float) -> datetime:
        day = self.today - timedelta(days=round(days * self.random.random() ** growth))
        return self._at(
            day,
            self.random.choice((7, 8, 9, 9, 10, 10, 11, 12, 13, 14, 15, 16, 17, 19, 21)),
            self.random.randrange(60),
        )

    def _days_ago(self, days: int, hour: int, minute: int) -> datetime:
        """On that working day before today; before now in any case."""
        return min(
            self._at(working_day(self.calendar, self.today, -days), hour, minute % 60),
            self.now - timedelta(minutes=90),
        )

    def _at(self, day: date, hour: int, minute: int) -> datetime:
        return datetime.combine(day, time(hour, minute), self.zone)
