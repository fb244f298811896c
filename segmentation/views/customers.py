"""The customers of a cell of the overview, or of a group."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from segmentation.due import customers_of
from segmentation.forms_find import CellForm
from segmentation.lists import list_view, show_list
from segmentation.overview import Overview
from segmentation.words import group_name


@list_view
def customers(request: HttpRequest) -> HttpResponse:
    """?r=5&f=4, ?group=vip; without anything, everybody who has bought."""
    wanted = CellForm(request.GET).wanted
    user, today = request.user, request.user.today()
    mine = customers_of(user, today=today)
    found = mine.filter(score__team=user.team_id, **{f"score__{name}": it for name, it in wanted.items()})
    back = (_("Segments"), reverse("segmentation:overview"))
    known = Overview.of(user, today=today)
    count = known and known.count_of(**wanted)
    return show_list(request, found, title=_title(wanted), back=back, count=count)


def _title(wanted: dict) -> str:
    parts = [group_name(wanted["group"])] if "group" in wanted else []
    if "r" in wanted:
        parts.append(_("recency %(n)s") % {"n": wanted["r"]})
    if "f" in wanted:
        parts.append(_("frequency %(n)s") % {"n": wanted["f"]})
    text = ", ".join(parts) or _("Everybody who has bought")
    return text[0].upper() + text[1:]
