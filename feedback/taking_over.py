"""Tickets follow the dossiers of somebody who hands them over."""

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import ngettext

from contacts.models import Customer
from crm.team.models import User
from feedback.actions import assign
from feedback.models import Ticket
from feedback.models.ticket_queryset import TicketQuerySet


def with_dossiers(customers: Collection[Customer], *, before: User, by: User, now: datetime) -> None:
    """Whoever has the dossiers now answers for the open tickets for which their owner answered."""
    to = next(iter(customers)).owner
    _pass_on(Ticket.objects.filter(customer__in=customers), before=before, to=to, by=by, now=now)


def with_all(owner: User, *, to: User, by: User, now: datetime) -> None:
    """Also for those of other dossiers, and of nobody's."""
    _pass_on(Ticket.objects.all(), before=owner, to=to, by=by, now=now)


def _pass_on(tickets: TicketQuerySet, *, before: User, to: User, by: User, now: datetime) -> None:
    for ticket in tickets.open().filter(assignee=before):
        assign(ticket=ticket, to=to, by=by, now=now)


def duties(user: User) -> str:
    """How many open tickets he answers for, as a sentence."""
    n = Ticket.objects.open().filter(assignee=user).count()
    words = ngettext("%(n)d open ticket is assigned to %(name)s.",
                     "%(n)d open tickets are assigned to %(name)s.", n)  # fmt: skip
    return words % {"n": n, "name": user.first_name} if n else ""
