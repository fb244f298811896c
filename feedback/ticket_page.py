"""Everything that the page of one ticket shows."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property

from django.forms import Form
from django.utils.translation import gettext_lazy as _

from contacts import registry
from contacts.models import Customer
from contacts.views.letter_frames import sender_of
from crm.mail.models import OutgoingMail
from crm.team.models import User
from feedback.answering import Answering
from feedback.asking import why_not_asked
from feedback.conversation import Conversation
from feedback.due import Due
from feedback.forms import (
    AnswerForm,
    AssignForm,
    CloseForm,
    EscalateForm,
    KindForm,
    NoteForm,
    PromiseForm,
    product_groups,
)
from feedback.listing import LABELS, OPEN, neighbours
from feedback.models import Message, Rating, Script, ServiceRules, Ticket
from feedback.reader import Reader
from feedback.ticket_notices import told_of_escalation

DONE = [
    _("Answered"),
    _("Explained on the phone"),
    _("Replaced"),
    _("Credited"),
    _("Apologised"),
    _("Called back"),
    _("Nothing to do"),
]


class TicketPage:
    """`forms` are those that were sent and are shown again, by name; all others are as they begin."""

    def __init__(
        self,
        ticket: Ticket,
        *,
        user: User,
        now: datetime,
        show: str = OPEN,
        seen: int | None = None,
        before: int | None = None,
        **forms: Form,
    ) -> None:
        self.ticket, self.user, self.now, self.forms = ticket, user, now, forms
        self.show = show if show in LABELS else OPEN
        self.seen, self.before = seen, before

    @cached_property
    def rules(self) -> ServiceRules:
        return ServiceRules.of(self.ticket.team)

    @cached_property
    def due(self) -> Due:
        return Due(self.ticket, rules=self.rules, now=self.now, zone=self.user.zone)

    @cached_property
    def customer(self) -> Customer | None:
        """With the `place` where his dossier lies."""
        customer = self.ticket.customer
        if customer:
            customer.place = registry.lies_under([customer]).get(customer.pk)
        return customer

    @property
    def sender_name(self) -> str:
        """Who writes: the person, else the customer, else what the mail says."""
        ticket = self.ticket
        person = ticket.person.name if ticket.person else ""
        return person or ticket.from_name or (ticket.customer.name if ticket.customer else ticket.from_email)

    @property
    def phone(self) -> str:
        """Which number to press: that of who wrote, else the dossier's."""
        ticket = self.ticket
        numbers = [ticket.person.phone if ticket.person else "", ticket.from_phone]
        numbers.append(ticket.customer.any_phone if ticket.customer else "")
        return next((number for number in numbers if any(map(str.isdecimal, number))), "")

    @cached_property
    def conversation(self) -> Conversation:
        return Conversation(
            self.ticket, customer=self.sender_name, zone=self.user.zone, seen=self.seen, before=self.before
        )

    @cached_property
    def answering(self) -> Answering:
        return Answering(self.ticket, sender=sender_of(self.ticket.team), by=self.user)

    def _form(self, name: str, make: Callable[[], Form]) -> Form:
        return self.forms.get(name) or make()

    @cached_property
    def answer(self) -> AnswerForm:
        newest = {"seen": self.conversation.newest}
        return self._form("answer", lambda: AnswerForm(answering=self.answering, initial=newest))

    @cached_property
    def scripts(self) -> list[Script]:
        """Words for common situations that fit this ticket and its customer's language."""
        return list(self.answer.fields["script"].queryset)

    @cached_property
    def note(self) -> NoteForm:
        return self._form("note", lambda: NoteForm(auto_id="note_%s"))

    @cached_property
    def assign(self) -> AssignForm:
        now = {"to": self.ticket.assignee_id, "was": self.ticket.assignee_id}
        return self._form("assign", lambda: AssignForm(user=self.user, initial=now, auto_id="assign_%s"))

    @cached_property
    def colleagues(self) -> list[User]:
        return list(User.objects.visible_to(self.user).active().order_by("name"))

    @cached_property
    def escalate(self) -> EscalateForm:
        return self._form("escalate", lambda: EscalateForm(auto_id="escalate_%s"))

    @cached_property
    def close(self) -> CloseForm:
        newest = {"seen": self.conversation.newest}
        return self._form("close", lambda: CloseForm(initial=newest, auto_id="close_%s"))

    @cached_property
    def kind(self) -> KindForm:
        return self._form("kind", lambda: KindForm(instance=self.ticket, auto_id="kind_%s"))

    @cached_property
    def promise(self) -> PromiseForm:
        return self._form("promise", lambda: PromiseForm(user=self.user, now=self.now, auto_id="promise_%s"))

    @cached_property
    def product_groups(self) -> list[str]:
        return product_groups(self.ticket.team)

    @property
    def done(self) -> list[str]:
        return [str(each) for each in DONE]

    @cached_property
    def escalation(self) -> Message | None:
        """With which word the lead was asked to look at it."""
        rows = self.ticket.messages.filter(event=Message.Event.ESCALATED).with_names()
        return rows.in_order().last() if self.ticket.escalated_at else None

    @cached_property
    def told(self) -> list[OutgoingMail]:
        """To whom of the leads that was mailed."""
        return told_of_escalation(self.ticket)

    @cached_property
    def ratings(self) -> list[Rating]:
        """What the customer says of it, for those who may read that; the newest first."""
        if not self.ticket.resolution:  # never closed, so nobody was asked
            return []
        reader = Reader(self.user, on=self.user.today(self.now))
        rows = Rating.objects.counted().filter(ticket=self.ticket).order_by("-rated_at", "-pk")
        owner = self.ticket.customer.owner_id if self.ticket.customer else 0
        return [row for row in rows if reader.may_read(row.value, employee=row.employee_id, owner=owner)]

    @cached_property
    def why_not_asked(self) -> str:
        """Why nobody asks the customer whether all was well; "" while the ticket is open, or if he was asked."""
        is_settled = self.ticket.closed_at and not self.ticket.merged_into_id
        return why_not_asked(self.ticket, rules=self.rules, now=self.now) if is_settled else ""

    @cached_property
    def neighbours(self) -> tuple[Ticket | None, Ticket | None]:
        return neighbours(self.ticket, show=self.show, user=self.user, now=self.now)


def news(ticket: Ticket, *, seen: int | None, user: User) -> list[Message]:
    """What others said or did since `seen`."""
    rows = ticket.messages.filter(pk__gt=seen or 0).exclude(author=user)
    return list(rows.with_names().in_order())
