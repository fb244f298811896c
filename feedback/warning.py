"""Colleagues are told by mail: the one who answers for a ticket before it is late, and the leads once it is."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Q

from crm.mail.actions import queue_many
from crm.mail.models import OutgoingMail, Sender
from crm.team.models import Absence, Team, User
from feedback.actions import rules_changed
from feedback.models import ServiceRules, Ticket
from feedback.models.ticket import WARNED_AT
from feedback.models.ticket_queryset import OUR_MOVE, UNANSWERED, TicketQuerySet
from feedback.ticket_notices import KEEPS, LATE, SOON, Notice


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


def _warn(sender: Sender, now: datetime) -> int:
    rules = ServiceRules.of(sender.team)
    notices = {notice.key: notice for notice in _notices(rules, now)}
    told = OutgoingMail.objects.filter(idempotency_key__in=notices).values_list("idempotency_key", flat=True)
    for key in list(told):
        del notices[key]
    queue_many(notice.mail(sender, now) for notice in notices.values())
    return len(notices)


def _notices(rules: ServiceRules, now: datetime) -> Iterator[Notice]:
    leads = list(User.objects.leads_of(rules.team))
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
    absences = Absence.objects.covered().filter(user__in=users).order_by("-starts_on", "-pk")
    return {
        absence.user_id: absence.deputy or absence.user
        for absence in absences.with_stand_ins().select_related("user__team")
        if absence.starts_on <= absence.user.today(now) <= absence.ends_on
    }
