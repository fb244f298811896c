"""The customers of a cell of the overview, or of a group."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from contacts.models.customer import CustomerQuerySet
from segmentation.due import customers_of
from segmentation.forms_find import CellForm
from segmentation.lists import list_view, show_list
from segmentation.models import Score
from segmentation.overview import Overview
from segmentation.words import group_name

FEW = 800


@list_view
def customers(request: HttpRequest) -> HttpResponse:
    """?r=5&f=4, ?group=vip; without anything, everybody who has bought."""
    user, today = request.user, request.user.today()
    wanted = CellForm(request.GET).wanted
    known = Overview.of(user, today=today)
    return show_list(
        request,
        _with_score(customers_of(user, today=today), wanted, team_id=user.team_id),
        title=_title(wanted),
        back=(_("Segments"), reverse("segmentation:overview")),
        count=known and known.count_of(**wanted),
    )


def _with_score(seen: CustomerQuerySet, wanted: dict, *, team_id: int) -> CustomerQuerySet:
    """Those of the customers with such a score.

    Where these are few they are named one by one: PostgreSQL, which takes recency and frequency for independent,
    would read all customers in the order of their names until fifty match.
    """
    scores = Score.objects.filter(team=team_id, **wanted).order_by()
    if wanted:
        ids = list(scores.values_list("pk", flat=True)[: FEW + 1])
        if len(ids) <= FEW:
            return seen.filter(pk__in=ids)
    return seen.filter(score__team=team_id, **{f"score__{name}": value for name, value in wanted.items()})


def _title(wanted: dict) -> str:
    parts = [group_name(wanted["group"])] if "group" in wanted else []
    if "r" in wanted:
        parts.append(_("recency %(n)s") % {"n": wanted["r"]})
    if "f" in wanted:
        parts.append(_("frequency %(n)s") % {"n": wanted["f"]})
    text = ", ".join(parts) or _("Everybody who has bought")
    return text[0].upper() + text[1:]
