"""How shares, times and groups are said on the pages that read ratings."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.statistics import Share, difference, how_sure, is_certain
from feedback.models import Ticket

FEW = 10  # answers, below which nothing is ranked or compared
# What the scores of purchases call their groups; ratings keep the bare key.
GROUPS = {
    "vip": gettext_lazy("VIP"),
    "growing": gettext_lazy("growing"),
    "beginner": gettext_lazy("beginner"),
    "one_time": gettext_lazy("one-time"),
    "lost": gettext_lazy("lost"),
}


def percent(share: float) -> str:
    """ "83 %"."""
    return _("%(n)s %%") % {"n": round(100 * share)}


def span_of(share: Share) -> str:
    """The 95 % interval: "76 to 88 %"."""
    low, high = share.interval()
    return _("%(low)s to %(high)s %%") % {"low": round(100 * low), "high": round(100 * high)}


def duration(minutes: float | None) -> str:
    """ "45 min", "2 h 05", "19 h"; of working time. A dash if there is none."""
    if minutes is None:
        return "–"
    hours, rest = divmod(round(minutes), 60)
    if not hours:
        return _("%(n)s min") % {"n": rest}
    if hours >= 10 or not rest:
        return _("%(n)s h") % {"n": round(minutes / 60)}
    return _("%(hours)s h %(minutes)02d") % {"hours": hours, "minutes": rest}


def kind_name(kind: str) -> str:
    return str(Ticket.Kind(kind).label) if kind in Ticket.Kind.values else _("not said")


def product_name(product: str) -> str:
    return product or _("no product group")


def group_name(group: str) -> str:
    return capfirst(str(GROUPS.get(group, group))) if group else _("in no group")


def compared(now: Share, before: Share) -> str:
    """Now beside before: "3 points more; not certain yet: between −2 and +8"."""
    if not before.n or not now.n:
        return _("nothing to compare with")
    return how_sure(_more(now.share - before.share), difference(now, before))


def _more(by: float) -> str:
    points = round(100 * abs(by))
    if not points:
        return _("about as many")
    words = (
        ngettext("%(n)s point more", "%(n)s points more", points)
        if by > 0
        else ngettext("%(n)s point less", "%(n)s points less", points)
    )
    return words % {"n": points}


def is_change(now: Share, before: Share) -> bool:
    """One that is certain enough."""
    return bool(now.n and before.n) and is_certain(difference(now, before))
