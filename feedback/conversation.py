"""The conversation of a ticket as its page shows it: the newest on top, a page at a time."""

from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.lines import became, with_links
from crm.mail.models import State
from crm.mail.models.outgoing import WAITING
from feedback.models import Attachment, Message, Ticket

PAGE = 30
Event, Kind = Message.Event, Message.Kind


@dataclass(frozen=True)
class Line:
    """`is_news`: it came while somebody wrote, and he has not seen it."""

    message: Message
    who: str
    zone: ZoneInfo
    is_news: bool

    @property
    def kind(self) -> str:
        return self.message.kind

    @property
    def icon(self) -> str:
        kinds = {Kind.IN: "mail", Kind.OUT: "arrow", Kind.NOTE: "note"}
        if self.kind == Kind.OUT and not self.message.mail_state:
            return "call"
        return kinds.get(self.kind, "")

    @property
    def text(self) -> SafeString:
        return with_links(self.message.text)

    @property
    def mail(self) -> str:
        """What became of our mail: "waiting", "sent 10:05", "failed: …"; "" if it was none."""
        return became(self.message, self.zone) if self.message.mail_state else ""

    @property
    def waits(self) -> bool:
        """Our mail has not left, and can be taken back."""
        return self.message.mail_state in WAITING

    @property
    def mail_failed(self) -> bool:
        return self.message.mail_state in (State.FAILED, State.UNKNOWN, State.SUPPRESSED, State.EXPIRED)

    @property
    def event(self) -> str:
        return event_words(self.message)


class Conversation:
    """One page of it. `seen`: the newest piece that its reader knows; `before`: the id behind which it goes on."""

    def __init__(
        self,
        ticket: Ticket,
        *,
        customer: str,
        zone: ZoneInfo,
        seen: int | None = None,
        before: int | None = None,
    ) -> None:
        self.ticket, self.customer, self.zone, self.seen, self.before = ticket, customer, zone, seen, before

    @cached_property
    def _found(self) -> list[Message]:
        rows = self.ticket.messages.in_order().with_names().prefetch_related("attachments").reverse()
        edge = self.ticket.messages.filter(pk=self.before).first() if self.before else None
        if edge:
            rows = rows.exclude(happened_at=edge.happened_at, pk__gte=edge.pk)
            rows = rows.filter(happened_at__lte=edge.happened_at)
        return list(rows[: PAGE + 1])

    @cached_property
    def lines(self) -> list[Line]:
        return [
            Line(
                message,
                self._who(message),
                self.zone,
                is_news=self.seen is not None and message.pk > self.seen,
            )
            for message in self._found[:PAGE]
        ]

    def _who(self, message: Message) -> str:
        if message.kind == Kind.IN:
            return self.customer
        return message.author_name or ""

    @property
    def news(self) -> list[Line]:
        return [line for line in self.lines if line.is_news]

    @property
    def older(self) -> int | None:
        return self.lines[-1].message.pk if len(self._found) > PAGE else None

    @property
    def newest(self) -> int:
        """The highest id there is on this page."""
        return max((message.pk for message in self._found), default=0)

    @property
    def attachments(self) -> list[Attachment]:
        return [file for line in self.lines for file in line.message.attachments.all()]


def event_words(message: Message) -> str:
    """ "Nino passed it on to Levan", "the customer wrote: open again"."""
    words = _BY_SOMEBODY if message.author_name else _BY_ITSELF
    said = words.get(message.event, message.get_event_display())
    if message.event == Event.ASSIGNED and not message.who_name:
        said = _("%(who)s gave it to nobody")
    return str(said) % {"who": message.author_name, "whom": message.who_name}


_BY_SOMEBODY = {
    Event.ASSIGNED: gettext_lazy("%(who)s passed it on to %(whom)s"),
    Event.ESCALATED: gettext_lazy("%(who)s asked the lead to look at it"),
    Event.CALMED: gettext_lazy("%(who)s took the escalation back"),
    Event.CLOSED: gettext_lazy("%(who)s closed it"),
    Event.REOPENED: gettext_lazy("%(who)s opened it again"),
    Event.WAITS: gettext_lazy("%(who)s waits for the customer"),
    Event.GOES_ON: gettext_lazy("%(who)s goes on with it"),
    Event.MERGED: gettext_lazy("%(who)s merged it"),
    Event.FILED: gettext_lazy("%(who)s put it into a dossier"),
    Event.PROMISED: gettext_lazy("%(who)s"),
    Event.KIND: gettext_lazy("%(who)s changed its kind"),
}
_BY_ITSELF = {
    Event.REOPENED: gettext_lazy("open again: the customer wrote"),
    Event.GOES_ON: gettext_lazy("the customer wrote: its clock runs again"),
    Event.BOUNCED: gettext_lazy("our mail came back"),
}
