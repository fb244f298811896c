"""One ticket from the first word to the last, unsaved."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from contacts.models import Customer
from crm.team.models import User
from feedback.clock import Hours
from feedback.demo.words import Matter
from feedback.models import Message, Pause, ServiceRules, Ticket
from feedback.models.ticket import minutes

Event, Kind, Channel = Message.Event, Message.Kind, Ticket.Channel
MINUTE = timedelta(minutes=1)


@dataclass
class Story:
    """Its verbs are those of a ticket, without a database; each happens later than the one before."""

    ticket: Ticket
    rules: ServiceRules
    messages: list[Message] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)

    @classmethod
    def begin(
        cls, rules: ServiceRules, matter: Matter, *, at: datetime, channel: str, customer: Customer | None = None,
        assignee: User | None = None, product_group: str = "", **fields: object,
    ) -> "Story":  # fmt: skip
        person = customer.main_person if customer else None
        email = (person.email if person else "") or (customer.email if customer else "")
        ticket = Ticket(
            team=rules.team, customer=customer, person=person, kind=matter.kind, channel=channel,
            subject=matter.subject, assignee=assignee, opened_at=at, product_group=product_group,
            opened_by=assignee if channel == Channel.DOSSIER else None,
            **{"from_name": person.name if person else "", "from_email": email} | fields,
        )  # fmt: skip
        story = cls(ticket, rules)
        story.say(Kind.IN, matter.asked, at, by=ticket.opened_by)
        return story

    @property
    def hours(self) -> Hours:
        return self.rules.hours

    def later(self, at: datetime, working_minutes: int) -> datetime:
        return self.hours.due(at, working_minutes * MINUTE)

    def say(self, kind: str, text: str, at: datetime, *, by: User | None = None) -> None:
        self.messages.append(Message(ticket=self.ticket, kind=kind, text=text, author=by, happened_at=at))

    def tell(self, event: str, at: datetime, *, by: User | None, **more: object) -> None:
        self.messages.append(
            Message(ticket=self.ticket, kind=Kind.EVENT, event=event, author=by, happened_at=at, **more)
        )

    def answer(self, text: str, at: datetime, *, by: User) -> None:
        self.say(Kind.OUT, text, at, by=by)
        ticket = self.ticket
        if not ticket.first_answered_at:
            ticket.first_answered_at, ticket.first_answered_by = at, by
            ticket.answered_in = self._worked(at)

    def wait(self, at: datetime, *, by: User) -> None:
        self.ticket.waiting_since = at
        self.tell(Event.WAITS, at, by=by)

    def heard(self, text: str, at: datetime) -> None:
        """The customer answers, and its clock goes on."""
        self.say(Kind.IN, text, at)
        self._pause(self.ticket.waiting_since, at)
        self.ticket.waiting_since = None
        self.tell(Event.GOES_ON, at + MINUTE / 60, by=None)

    def pass_on(self, to: User, at: datetime, *, by: User) -> None:
        self.ticket.assignee = to
        self.ticket.passed_on += 1
        self.tell(Event.ASSIGNED, at, by=by, who=to)

    def close(self, done: str, at: datetime, *, by: User) -> None:
        ticket = self.ticket
        ticket.closed_at, ticket.closed_by, ticket.done = at, by, done
        ticket.solved_in, ticket.resolution = self._worked(at), ticket.resolution + 1
        self.tell(Event.CLOSED, at, by=by, text=done)

    def reopen(self, text: str, at: datetime) -> None:
        ticket = self.ticket
        self.say(Kind.IN, text, at)
        self._pause(ticket.closed_at, at)
        ticket.closed_at = ticket.closed_by = None
        ticket.reopened += 1
        self.tell(Event.REOPENED, at + MINUTE / 60, by=None)

    def merge(self, into: "Story", at: datetime, *, by: User) -> None:
        ticket, other = self.ticket, into.ticket
        ticket.closed_at, ticket.closed_by, ticket.merged_into = at, by, other
        ticket.done = f"Merged into ticket {other.number}"
        for message in self.messages:
            message.ticket = other
        into.messages += self.messages
        self.messages = []
        self.tell(Event.MERGED, at, by=by, text=ticket.done)
        into.tell(Event.MERGED, at, by=by, text=f"Ticket {ticket.number}")

    def finish(self) -> None:
        """Work out what is due."""
        ticket, spans = self.ticket, [pause.span for pause in self.pauses]
        before = [
            span for span in spans if not ticket.first_answered_at or span[1] <= ticket.first_answered_at
        ]
        ticket.answer_due_at = self.hours.due(ticket.opened_at, self.rules.answer_time, pauses=before)
        ticket.solution_due_at = self.hours.due(ticket.opened_at, self.rules.solution_time, pauses=spans)
        following = ticket.solution_due_at
        if not ticket.first_answered_at:
            following = min(following, ticket.answer_due_at)
        ticket.next_due_at = following if ticket.is_running else None

    def _pause(self, since: datetime, until: datetime) -> None:
        self.pauses.append(Pause(ticket=self.ticket, began_at=since, ended_at=until))

    def _worked(self, until: datetime) -> int:
        spans = [pause.span for pause in self.pauses]
        return minutes(self.hours.worked(self.ticket.opened_at, until, pauses=spans))


def pick(random: Random, weights: dict[str, int]) -> str:
    return random.choices(list(weights), weights=list(weights.values()))[0]
