"""How groups, days until due, and chances are said and drawn."""

from datetime import date
from functools import lru_cache

from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from crm.markup import written
from crm.templatetags.ringbinder import number
from segmentation.models import Group

SPAN = 14  # days on either side of today that the line shows
MIDDLE, PER_DAY = 54, 3.5  # pixels
COUNTED = 1_000  # customers, beyond which many are not counted
DAYS_TOLD = 60  # beyond them, months are told


def group_name(group: str) -> str:
    """The group as it stands alone: "VIP", "Growing"."""
    return capfirst(str(Group(group).label))


def group_chip(group: str) -> SafeString:
    """The group's name as it stands beside a customer's. Every row of a stack has one."""
    return _group_chip(group, get_language())


@lru_cache(maxsize=64)
def _group_chip(group: str, language: str) -> SafeString:
    return format_html('<span class="rb-seg rb-seg--{}">{}</span>', group, group_name(group))


def short_day(day: date, today: date) -> str:
    """ "16 Oct", with the year where it is another one."""
    return written(day, "j M" if day.year == today.year else "j M Y")


def due_words(days: int) -> str:
    """Days until due in words: "4 days over", "today", "in 3 days"."""
    if abs(days) > DAYS_TOLD:
        months = {"n": round(abs(days) / 30.4)}
        return (_("in %(n)s months") if days > 0 else _("%(n)s months over")) % months
    if days < 0:
        return ngettext("%(n)s day over", "%(n)s days over", -days) % {"n": -days}
    if days == 0:
        return _("today")
    return _("tomorrow") if days == 1 else ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}


def due_line(days: int) -> SafeString:
    """A line with today's mark and a dot on the due day; nothing if that is further off than SPAN days."""
    if abs(days) > SPAN:
        return SafeString()
    x = MIDDLE + days * PER_DAY
    look = " is-late" if days < 0 else ""
    drawing = (
        '<svg class="rb-due{}" width="108" height="11" viewBox="0 0 108 11" aria-hidden="true">'
        '<rect class="over" y="3" width="{}" height="5" rx="2"/>'
        '<rect class="left" x="{}" y="3" width="{}" height="5" rx="2"/>'
        '<path d="M{} 0v11"/><circle cx="{}" cy="5.5" r="4.5"/></svg>'
    )
    return format_html(drawing, look, MIDDLE, MIDDLE, MIDDLE, MIDDLE, f"{x:g}")


def percent(chance: float) -> str:
    """ "31 %", "2.4 %" below a tenth, and "< 0.1 %"."""
    if chance < 0.0005:
        return _("< 0.1 %")
    n = number_format(100 * chance, 1) if chance < 0.0995 else round(100 * chance)
    return _("%(n)s %%") % {"n": n}


def counted(n: int) -> str:
    """A number that was counted no further than one more than COUNTED: "734", "more than 1,000"."""
    if n > COUNTED:
        return _("more than %(n)s") % {"n": number(COUNTED)}
    return number(n)


def signed(value: int) -> str:
    """ "+3", "−4", "0"."""
    text = number_format(abs(value), force_grouping=True)
    return text if not value else f"{'+' if value > 0 else '−'}{text}"
