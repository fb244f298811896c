"""The lines of a timeline as markup. A page shows thirty, and a template takes several times as long for them."""

import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.template.defaultfilters import linebreaksbr, urlize
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from contacts.models import Entry
from contacts.timeline import EntryLine, Line, OrderLine
from crm.markup import fill, join, written
from crm.templatetags.ringbinder import icon, money, weekday_key

LINE = """
  <li class="rb-tl__e"><time datetime="{iso}">{day}</time>{icon}
    {said}
  </li>"""
SHORT = """
  <li class="rb-tl__e"><time datetime="{iso}">{day}</time>{icon}<div><p><b>{title}</b>{about}</p>{text}</div></li>"""
ORDER = '<div><p><b>{title}</b> <span class="rb-muted">{group}</span></p></div><span class="rb-tl__v">{amount}</span>'
ENTRY = '<div><p><b>{title}</b> <span class="rb-muted">{about}</span></p>{text}</div>{moved}'
TEXT = "<p>{text}</p>"
MOVED = (
    '<span class="rb-tl__mv" data-wd="{hue}"><span class="visually-hidden">{label} </span>{arrow}{tab}</span>'
)
NOTHING = SafeString("")
SHOWN = 160  # letters
_MAY_LINK = re.compile(r"[.:@]\w")


def timeline_lines(lines: Iterable[Line], currency: str) -> SafeString:
    """The lines of one month; what was bought is in `currency`."""
    return join(_line(line, currency) for line in lines)


def short_lines(entries: Iterable[Entry], *, zone: ZoneInfo) -> SafeString:
    """The last few entries beside the stack: each with the beginning of what was said."""
    return join(_short(EntryLine.of(entry, zone)) for entry in entries)


def _short(line: EntryLine) -> SafeString:
    text = line.entry.text
    return fill(
        SHORT,
        iso=line.day.isoformat(),
        day=written(line.day, "j M"),
        icon=icon(line.icon, "rb-tl__i"),
        title=line.title,
        about="".join(f" · {word}" for word in (line.outcome, line.who) if word),
        text=fill(TEXT, text=f"{text[: SHOWN - 1]}…" if len(text) > SHOWN else text) if text else NOTHING,
    )


def _line(line: Line, currency: str) -> SafeString:
    return fill(
        LINE,
        iso=line.day.isoformat(),
        day=written(line.day, "D j"),
        icon=icon(line.icon, "rb-tl__i"),
        said=_order(line, currency) if line.is_order else _entry(line),
    )


def _order(line: OrderLine, currency: str) -> SafeString:
    bought = line.purchase
    title = f"{_('Order')} {bought.reference}".rstrip()
    return fill(ORDER, title=title, group=bought.product_group, amount=money(bought.amount, currency))


def _entry(line: EntryLine) -> SafeString:
    about = " · ".join(filter(None, (line.who, line.outcome)))
    text = fill(TEXT, text=with_links(line.entry.text)) if line.entry.text else NOTHING
    return fill(ENTRY, title=line.title, about=about, text=text, moved=_moved(line))


def _moved(line: EntryLine) -> SafeString:
    to = line.entry.next_on
    if not to:
        return NOTHING
    hue = "month" if line.to_month else weekday_key(to)
    return fill(MOVED, hue=hue, label=_("moved to"), arrow=icon("arrow"), tab=line.to_name)


def with_links(text: str) -> SafeString:
    """The text in its lines, its web and e-mail addresses to follow."""
    # urlize looks at every word, and hardly a note holds an address.
    return linebreaksbr(urlize(text) if _MAY_LINK.search(text) else escape(text))
