"""On the birthday of somebody at a customer's, his dossier speaks up."""

from calendar import isleap
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.models import Person
from crm.team.models import Team
from followups.slips import SlipDraft, SlipSource

UNKNOWN_YEAR = 1900  # in this year and before it, only day and month are meant
LATE = 3  # days for which a birthday is still worth a word


def find(now: datetime) -> Iterator[SlipDraft]:
    """A slip for everybody whose birthday it is in the team's zone, or was when perhaps nobody looked, unless the
    dossier rests."""
    zones = Team.objects.order_by().values_list("time_zone", flat=True).distinct()
    today = {zone: now.astimezone(ZoneInfo(zone)).date() for zone in zones}
    for ago in range(LATE + 1):
        yield from _find_on({zone: day - timedelta(ago) for zone, day in today.items()})


def _find_on(days: dict[str, date]) -> Iterator[SlipDraft]:
    born = (Q(customer__team__time_zone=zone) & _born_on(day) for zone, day in days.items())
    filed = {"customer__followups__closed_at__isnull": True, "customer__followups__due_on__isnull": False}
    people = Person.objects.filter(reduce(or_, born, Q(pk=None)), **filed)
    for person in people.select_related("customer__team"):
        day = days[person.customer.team.time_zone]
        yield SlipDraft(person.customer, f"{person.pk}:{day.year}", _reason(person, day), day)


def _born_on(day: date) -> Q:
    born = Q(birthday__month=day.month, birthday__day=day.day)
    if (day.month, day.day) == (2, 28) and not isleap(day.year):
        born |= Q(birthday__month=2, birthday__day=29)
    return born & Q(birthday__lt=day)


def _reason(person: Person, day: date) -> str:
    named = {"name": person.name[:150], "age": day.year - person.birthday.year}
    if person.birthday.year <= UNKNOWN_YEAR:
        return _("Birthday of %(name)s") % named
    return _("Birthday of %(name)s: turns %(age)s") % named


SOURCE = SlipSource("birthday", gettext_lazy("Birthday"), icon="bell", find=find, pull_forward=True)
