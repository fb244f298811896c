"""The last rating of a customer beside his name, wherever dossiers are worked with."""

from collections.abc import Mapping
from datetime import date
from functools import cache

from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm.markup import fill
from crm.prepared import Blank, Prepared
from crm.team.models import User
from crm.templatetags.ringbinder import icon
from feedback.models import Rating, Value
from feedback.reader import Reader

SAID = '<span class="visually-hidden">{label} </span>{word}'
VERDICT = f'<span class="rb-verdict rb-verdict--{{value}}">{{icon}}{SAID}</span>'


def last_verdicts(owners: Mapping[int, int], *, viewer: User, on: date) -> dict[int, SafeString]:
    """By customer id, in one query or two: the last that `viewer` may know of, if there is any."""
    if len(owners) == 1:
        rows = _of_one(team=viewer.team_id, customer=next(iter(owners)))
    else:
        rows = _ratings(team=viewer.team_id, customer__in=list(owners))
    reader, language = Reader(viewer, on=on), get_language()
    known = {
        customer: value
        for customer, value, employee in rows
        if reader.may_read(value, employee=employee, owner=owners[customer])
    }
    return {customer: _verdict(value, language) for customer, value in known.items()}


def _ratings(**whose: object) -> QuerySet:
    ratings = Rating.objects.counted().filter(**whose)
    return ratings.order_by("rated_at", "pk").values_list("customer_id", "value", "employee_id")


_of_one = Prepared(lambda: _ratings(team=Blank("team"), customer=Blank("customer")))


@cache
def _verdict(value: str, _language: str) -> SafeString:
    word = str(Value(value).label).lower()
    return fill(VERDICT, value=value, icon=icon(value), label=_("Last rating:"), word=word)
