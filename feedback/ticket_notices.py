"""Mail to colleagues about a ticket, in the language in which their team writes. It goes through the outbox."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm.mail.actions import Content, Recipient, compose, queue_many
from crm.mail.models import OutgoingMail, Sender
from crm.team.models import User
from feedback.kinds import ESCALATED, TICKET_NOTICE
from feedback.models import Ticket

KEEPS = timedelta(hours=12)
SOON, LATE = "soon", "late"
TEMPLATES = {SOON: "notice_due", LATE: "notice_due", ESCALATED: "notice_escalated"}


def key_of(ticket_id: int) -> str:
    """How the keys of all notices about a ticket begin."""
    return f"notice:ticket:{ticket_id}:"


@dataclass(frozen=True)
class Notice:
    """One mail about one ticket to one colleague; `by` is who asks him to look at it, and `text` why."""

    ticket: Ticket
    what: str
    to: User
    by: User | None = None
    text: str = ""

    @property
    def _at(self) -> datetime:
        """What it tells of: an instant by which the occasion is known."""
        return self.ticket.escalated_at if self.what == ESCALATED else self.ticket.next_due_at

    @property
    def key(self) -> str:
        return f"{key_of(self.ticket.pk)}{self.what}:{int(self._at.timestamp())}:{self.to.pk}"

    def mail(self, sender: Sender, now: datetime) -> OutgoingMail:
        to = Recipient(self.to.name, self.to.email, sender.language)
        with translation.override(sender.language):
            content = self._content()
        return compose(
            sender=sender, kind=TICKET_NOTICE, key=self.key, to=to, content=content, now=now, valid_for=KEEPS,
            by=self.by,
        )  # fmt: skip

    def _content(self) -> Content:
        context = {
            "to": self.to,
            "by": self.by,
            "words": self.text,
            "ticket": self.ticket,
            "is_late": self.what == LATE,
            "when": date_format(self._at.astimezone(self.to.zone), _("l, j F, H:i")),
            "url": f"{settings.BASE_URL}{self.ticket.get_absolute_url()}",
        }
        name = f"feedback/mail/{TEMPLATES[self.what]}"
        parts = (f"{name}{end}" for end in ("_subject.txt", ".txt", ".html"))
        return Content(*(render_to_string(part, context).strip() for part in parts))


def tell_escalated(ticket: Ticket, *, text: str, by: User, now: datetime) -> None:
    """To the team's other leads, at once. A team that has not said as whom it writes tells nothing by mail."""
    sender = Sender.objects.select_related("team").filter(team=ticket.team_id).first()
    if sender:
        queue_many(notice.mail(sender, now) for notice in _escalated(ticket, by=by, text=text))


def told_of_escalation(ticket: Ticket) -> list[OutgoingMail]:
    """The mails by which leads were asked to look at it, by name."""
    if not ticket.escalated_at:
        return []
    keys = [notice.key for notice in _escalated(ticket, by=ticket.escalated_by)]
    mails = OutgoingMail.objects.filter(idempotency_key__in=keys)
    return list(mails.only("to_name", "state").order_by("to_name", "pk"))


def _escalated(ticket: Ticket, *, by: User | None, text: str = "") -> Iterable[Notice]:
    leads = User.objects.leads_of(ticket.team).exclude(pk=by.pk if by else None).order_by("name", "pk")
    return [Notice(ticket, ESCALATED, lead, by=by, text=text) for lead in leads]
