"""A series in words: whom it is for and when it begins."""

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from segmentation.models import Series
from segmentation.words import group_name

Begins = Series.Begins


def whom(series: Series) -> str:
    """ "Growing and Beginner, bought Gift cartons last"."""
    groups = get_text_list([group_name(group) for group in series.groups], _("and")) or _("All customers")
    if not series.product_group:
        return groups
    return _("%(groups)s, bought %(product)s last") % {"groups": groups, "product": series.product_group}


def begins(series: Series) -> str:
    """ "on the first day of the time in which the next purchase is expected"."""
    point = {
        Begins.WINDOW_FROM: _("the first day on which the next purchase is expected"),
        Begins.DUE_ON: _("the day after the usual interval"),
        Begins.WINDOW_TO: _("the last day on which the next purchase is expected"),
    }[series.begins]
    days = series.shift_days
    if not days:
        return _("on %(point)s") % {"point": point}
    words = {"n": abs(days), "point": point}
    if days > 0:
        return ngettext("%(n)s day after %(point)s", "%(n)s days after %(point)s", days) % words
    return ngettext("%(n)s day before %(point)s", "%(n)s days before %(point)s", -days) % words


def nth_letter(position: int) -> str:
    """ "first letter"."""
    return {
        1: _("first letter"),
        2: _("second letter"),
        3: _("third letter"),
        4: _("fourth letter"),
        5: _("fifth letter"),
    }[position]
