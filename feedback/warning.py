"""Colleagues are told by mail: the one who answers for a ticket before it is late, and the leads once it is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from crm.mail.actions import Content, Recipient, compose, queue_many
from crm.mail.models import OutgoingMail, Sender
from crm.markup import written
from crm.team.models import Absence, Team, User
from feedback.actions import rules_changed
from feedback.kinds import TICKET_NOTICE
from feedback.models import ServiceRules, Ticket
from feedback.models.ticket import WARNED_AT
from feedback.models.ticket_queryset import OUR_MOVE, UNANSWERED, TicketQuerySet

KEEPS = timedelta(hours=12)
LANGUAGE = "en"  # colleagues read English
SOON, LATE = "soon", "late"


def key_of(ticket_id: int) -> str:
    """How the keys of all notices about a ticket begin."""
    return f"notice:ticket:{ticket_id}:"


def warn_all(now: datetime) -> str:
    """Tell what is due soon, and what is late, once each; a team that has not said as whom it writes tells nothing."""
    senders = Sender.objects.select_related("team").order_by("pk")
    return f"{sum(_warn(sender, now) for sender in senders)} told"


def work_out_all(now: datetime) -> str:
    """Let all that is open follow its team's calendar as it is now."""
    return f"{sum(rules_changed(team=team, now=now) for team in Team.objects.order_by('pk'))} open"


def due_soon(rules: ServiceRules, *, at: datetime) -> TicketQuerySet:
    """The team's tickets of which Ticket.standing() says so."""
    answer, solution = (
        rules.hours.due(at, promised * WARNED_AT) for promised in (rules.answer_time, rules.solution_time)
    )
    answered = Q(first_answered_at__isnull=False, next_due_at__lt=solution)
    soon = OUR_MOVE & (answered | UNANSWERED & Q(next_due_at__lt=answer))
    return Ticket.objects.filter(soon, team=rules.team, next_due_at__gte=at)


@dataclass(frozen=True)
class Notice:
    """One mail about one ticket to one colleague."""

    ticket: Ticket
    what: str
    to: User

    @property
    def key(self) -> str:
        due = int(self.ticket.next_due_at.timestamp())
        return f"{key_of(self.ticket.pk)}{self.what}:{due}:{self.to.pk}"

    def mail(self, sender: Sender, now: datetime) -> OutgoingMail:
        return compose(
            sender=sender, kind=TICKET_NOTICE, key=self.key, to=Recipient(self.to.name, self.to.email, LANGUAGE),
            content=self._content, now=now, valid_for=KEEPS,
        )  # fmt: skip

    @property
    def _content(self) -> Content:
        at = self.ticket.next_due_at.astimezone(self.to.zone)
        context = {
            "to": self.to,
            "ticket": self.ticket,
            "is_late": self.what == LATE,
            "when": _("%(day)s, %(time)s") % {"day": written(at.date(), "l j F"), "time": f"{at:%H:%M}"},
            "url": f"{settings.BASE_URL}{self.ticket.get_absolute_url()}",
        }
        parts = (f"feedback/mail/notice_due{end}" for end in ("_subject.txt", ".txt", ".html"))
        return Content(*(render_to_string(part, context).strip() for part in parts))


def _warn(sender: Sender, now: datetime) -> int:
    rules = ServiceRules.of(sender.team)
    notices = {notice.key: notice for notice in _notices(rules, now)}
    told = OutgoingMail.objects.filter(idempotency_key__in=notices).values_list("idempotency_key", flat=True)
    for key in list(told):
        del notices[key]
    queue_many(notice.mail(sender, now) for notice in notices.values())
    return len(notices)


def _notices(rules: ServiceRules, now: datetime) -> Iterator[Notice]:
    leads = list(User.objects.active().filter(team=rules.team, role__in=(User.Role.LEAD, User.Role.ADMIN)))
    soon = list(due_soon(rules, at=now).select_related("assignee__team"))
    stand_ins = _stand_ins([ticket.assignee for ticket in soon if ticket.assignee], now)
    for ticket in soon:
        assignee = stand_ins.get(ticket.assignee_id, ticket.assignee)
        known = [assignee] if assignee and assignee.is_active else leads
        yield from (Notice(ticket, SOON, user) for user in known)
    late = Ticket.objects.filter(team=rules.team, next_due_at__gt=now - KEEPS).late(at=now)
    for ticket in late.select_related("assignee__team"):
        yield from (Notice(ticket, LATE, lead) for lead in leads)


def _stand_ins(users: Iterable[User], now: datetime) -> dict[int, User]:
    """Who looks after the tickets of those who are absent today."""
    absences = Absence.objects.filter(user__in=users, stand_in__isnull=False).order_by("-starts_on", "-pk")
    return {
        absence.user_id: absence.stand_in
        for absence in absences.select_related("user__team", "stand_in__team")
        if absence.starts_on <= absence.user.today(now) <= absence.ends_on
    }
