"""The lines of a timeline as markup. A page shows thirty, and a template takes several times as long for them."""

import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.template.defaultfilters import linebreaksbr, urlize
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from contacts.letters.kinds import LETTER
from contacts.models import Entry
from contacts.timeline import EntryLine, Line, OrderLine
from crm.mail.models import IN_HAND, WAITING, Reason, State
from crm.mail.tokens import without_tokens
from crm.markup import fill, join, written
from crm.team.models import User
from crm.templatetags.ringbinder import icon, money, weekday_key

LINE = """
  <li class="rb-tl__e"><time datetime="{iso}">{day}</time>{icon}
    {said}
  </li>"""
SHORT = """
  <li class="rb-tl__e"><time datetime="{iso}">{day}</time>{icon}<div><p><b>{title}</b>{about}</p>{text}</div></li>"""
ORDER = '<div><p><b>{title}</b> <span class="rb-muted">{group}</span></p></div><span class="rb-tl__v">{amount}</span>'
ENTRY = '<div><p><b>{title}</b> <span class="rb-muted">{about}</span>{mail}</p>{text}</div>{moved}'
MAIL = ' <span class="rb-tl__mail">{words}{back}</span>'
BACK = " · {link}"
LINK = '<a href="{href}">{text}</a>'
TEXT = "<p>{text}</p>"
LETTER_TEXT = '<details class="rb-tl__letter"><summary>{subject}</summary><p>{text}</p></details>'
MOVED = (
    '<span class="rb-tl__mv" data-wd="{hue}"><span class="visually-hidden">{label} </span>{arrow}{tab}</span>'
)
NOTHING = SafeString("")
SHOWN = 160  # letters
_MAY_LINK = re.compile(r"[.:@]\w")


def timeline_lines(lines: Iterable[Line], user: User) -> SafeString:
    """The lines of one month for that reader."""
    currency, zone, is_lead = user.team.currency, user.zone, user.is_lead
    return join(_line(line, currency, zone, is_lead=is_lead) for line in lines)


def short_lines(entries: Iterable[Entry], *, zone: ZoneInfo) -> SafeString:
    """The last few entries beside the stack: each with the beginning of what was said."""
    return join(_short(EntryLine.of(entry, zone)) for entry in entries)


def _short(line: EntryLine) -> SafeString:
    text = line.text
    return fill(
        SHORT,
        iso=line.day.isoformat(),
        day=written(line.day, "j M"),
        icon=icon(line.icon, "rb-tl__i"),
        title=line.title,
        about="".join(f" · {word}" for word in (line.outcome, line.who) if word),
        text=fill(TEXT, text=f"{text[: SHOWN - 1]}…" if len(text) > SHOWN else text) if text else NOTHING,
    )


def _line(line: Line, currency: str, zone: ZoneInfo, *, is_lead: bool) -> SafeString:
    return fill(
        LINE,
        iso=line.day.isoformat(),
        day=written(line.day, "D j"),
        icon=icon(line.icon, "rb-tl__i"),
        said=_order(line, currency) if line.is_order else _entry(line, zone, is_lead=is_lead),
    )


def _order(line: OrderLine, currency: str) -> SafeString:
    bought = line.purchase
    title = f"{_('Order')} {bought.reference}".rstrip()
    return fill(ORDER, title=title, group=bought.product_group, amount=money(bought.amount, currency))


def _entry(line: EntryLine, zone: ZoneInfo, *, is_lead: bool) -> SafeString:
    about = " · ".join(filter(None, (line.who, line.outcome)))
    mail = _mail(line.entry, zone, is_lead=is_lead) if line.entry.mail_id else NOTHING
    title = fill(LINK, href=page, text=line.title) if (page := line.page) else line.title
    return fill(ENTRY, title=title, about=about, mail=mail, text=_text(line), moved=_moved(line))


def _text(line: EntryLine) -> SafeString:
    """Of a letter the subject, and its words for who wants to read them."""
    subject, _end, letter = line.text.partition("\n")
    if line.entry.mail_id and letter.strip():
        return fill(LETTER_TEXT, subject=subject, text=with_links(without_tokens(letter.strip())))
    return fill(TEXT, text=with_links(line.text)) if line.text else NOTHING


def _mail(entry: Entry, zone: ZoneInfo, *, is_lead: bool) -> SafeString:
    """What became of the letter. Who may, follows it to the outbox; while it waits, it can be taken back."""
    words = became(entry, zone)
    said = fill(LINK, href=reverse("mail:mail", args=[entry.mail_id]), text=words) if is_lead else words
    back = NOTHING
    if entry.mail_state in WAITING and entry.mail_kind == LETTER.name:
        address = reverse("contacts:take_back", args=[entry.customer_id, entry.pk])
        back = fill(BACK, link=fill(LINK, href=address, text=_("take back")))
    return fill(MAIL, words=said, back=back)


def became(entry: Entry, zone: ZoneInfo) -> str:
    """What became of a mail, of a row that knows it: "waiting", "sent 10:02", "failed: the mail server refused it"."""
    state = str(State(entry.mail_state).label)
    if entry.mail_state == State.SENT and entry.mail_settled_at:
        at, said = entry.mail_settled_at.astimezone(zone), entry.happened_at.astimezone(zone)
        return f"{state} {date_format(at, 'H:i' if at.date() == said.date() else 'j M, H:i')}"
    if entry.mail_reason in Reason.values and entry.mail_state not in (*WAITING, *IN_HAND):
        return f"{state}: {Reason(entry.mail_reason).label}"
    return state


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
