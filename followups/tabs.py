"""The tabs as markup. A page shows them two or three times over, and a template takes five times as long for them."""

from datetime import date

from django.forms import BoundField
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.markup import fill, join, written
from crm.templatetags.ringbinder import weekday_key
from followups.binder import DayTab, MonthTab
from followups.board import Board, Gauge
from followups.levelling_team import TeamLevelling
from followups.models import FollowUp

BAR = '<svg class="rb-bar" aria-hidden="true"><rect width="{percent}%" height="4"/></svg>'
DAY = (
    '\n    <li id="tab-{slug}"{oob}><a class="{look}" data-wd="{hue}" data-tab="{number}" href="{url}{slug}/"'
    ' data-load="{words}"{current} title="{title}">'
    '<span class="rb-tab__n">{number}</span><span class="rb-tab__wd" aria-hidden="true">{weekday}</span>'
    + BAR
    + '<span class="rb-tab__c"><span class="visually-hidden">{title}: </span>{count}</span></a></li>'
)
MOVE = (
    '\n    <li><button type="submit" class="{look}" data-wd="{hue}" data-tab="{number}" data-href="{url}{slug}/"'
    ' name="pick" value="{slug}"'
    '{current} title="{label}"><span class="rb-tab__n">{number}</span>'
    + BAR
    + '<span class="visually-hidden">{label}</span></button></li>'
)
ALL = '<ol id="day-tabs" hx-swap-oob="true">{tabs}\n  </ol>'
VOID = (
    '\n    <li><span class="rb-tab rb-tab--void" title="{title}"><span class="rb-tab__n">{number}</span>'
    '<span class="visually-hidden">{title}</span></span></li>'
)
TURN = '\n    <li class="rb-rail__turn"><span>{month}</span></li>'
MONTH = '\n    <li><a href="{url}{slug}/"{current} title="{title}">{name} <small>{load}</small></a></li>'
DONE = '<rect class="rb-gauge__done" x="{x}" y=".5" width="11" height="15" rx="2"/>'
TO_DO = '<rect class="rb-gauge__todo" x="{x}" width="12" height="16" rx="2"/>'
OPTION = '<option value="{value}"{chosen}>{label}</option>'


def day_tabs(board: Board) -> SafeString:
    """The links of the rail: 31, or as many as there are dates."""
    words = _("%(load)s of %(room)s that day")
    return join(
        piece for tab in board.rail for piece in (_turn(tab, board, "F"), _day(tab, board, words=words))
    )


def _turn(tab: DayTab, board: Board, style: str) -> SafeString:
    """Among dates, the name of the month stands before its first."""
    if not board.binder.shows_dates or tab.day not in board.turns:
        return SafeString("")
    return fill(TURN, month=written(tab.day, style))


def changed_tabs(board: Board, days: list[date | None]) -> SafeString:
    """The tabs of these days, for a page that shows the others already."""
    if board.binder.shows_dates and not all(map(board.binder.calendar.is_working, filter(None, days))):
        # Among dates a rest day comes and goes with what lies there.
        return fill(ALL, tabs=day_tabs(board))
    oob = SafeString(' hx-swap-oob="true"')
    words = _("%(load)s of %(room)s that day")
    return join(_day(tab, board, words=words, oob=oob) for tab in board.rail if tab.day and tab.day in days)


def _day(tab: DayTab, board: Board, *, words: str, oob: str = "") -> SafeString:
    if not tab.day:
        return _void(tab)
    current = SafeString(' aria-current="date"') if tab.is_open else ""
    return fill(
        DAY,
        **_looks(tab),
        oob=oob,
        url=board.url,
        words=_fullness(board.binder.whole.loads[tab.day], tab.capacity, words),
        current=current,
        title=tab.title,
        weekday=tab.weekday,
        count=tab.count,
    )


def move_tabs(board: Board) -> SafeString:
    """The same as buttons, each of which moves the dossier there."""
    # Looked up once for all tabs.
    label, room = _("Move to %(day)s, %(fullness)s"), _("%(load)s of %(room)s")
    return join(
        piece
        for tab in board.targets
        for piece in (_turn(tab, board, "M"), _move(tab, board, label=label, room=room))
    )


def _move(tab: DayTab, board: Board, *, label: str, room: str) -> SafeString:
    if not tab.day:
        return _void(tab)
    return fill(
        MOVE,
        **_looks(tab),
        url=board.url,
        current=SafeString(' aria-current="true"') if tab.is_open else "",
        label=label % {"day": tab.title, "fullness": _fullness(tab.load, tab.capacity, room)},
    )


def _fullness(load: int, capacity: int, words: str) -> str:
    """The words filled in: "11 of 16"; of a day without room that it is a rest day."""
    if capacity:
        return words % {"load": load, "room": capacity}
    return ngettext("rest day, %(n)s dossier there", "rest day, %(n)s dossiers there", load) % {"n": load}


def _looks(tab: DayTab) -> dict[str, object]:
    return {
        "look": tab.look,
        "hue": weekday_key(tab.day),
        "number": tab.number,
        "slug": tab.slug,
        "percent": tab.percent,
    }


def _void(tab: DayTab) -> SafeString:
    return fill(VOID, number=tab.number, title=_("no such day this month"))


def month_tabs(board: Board) -> SafeString:
    """The links to the coming months."""
    return join(_month(tab, board) for tab in board.months)


def _month(tab: MonthTab, board: Board) -> SafeString:
    words = {"name": tab.title, "n": tab.load}
    title = ngettext("%(name)s: %(n)s dossier", "%(name)s: %(n)s dossiers", tab.load) % words
    year = f" ’{written(tab.first, 'y')}" if tab.first.month == 1 else ""
    current = SafeString(' aria-current="true"') if tab.is_open else ""
    return fill(
        MONTH, url=board.url, slug=tab.slug, current=current, title=title, name=tab.name + year, load=tab.load
    )


def gauge_blocks(gauge: Gauge) -> SafeString:
    """The day's sheets: first those that have moved on."""
    done = (fill(DONE, x=x) for x in gauge.done_blocks)
    return join([*done, *(fill(TO_DO, x=x) for x in gauge.to_do_blocks)])


def tab_options(board: Board, picked: str) -> SafeString:
    """Every tab to choose from in a list, the coming days first."""
    room = _("%(load)s of %(room)s")
    days = [
        (tab, f"{tab.title} · {_fullness(tab.load, tab.capacity, room)}") for tab in board.targets_from_today
    ]
    months = [(tab, f"{tab.title} · {tab.load}") for tab in board.months]
    return join(_option(tab.slug, label, picked) for tab, label in [*days, *months])


def level_days(level: TeamLevelling, place: FollowUp) -> SafeString:
    """The days under which a dossier may lie, each with how many lie there."""
    owner, loads, words = level.person(place), level.loads[place.owner_id], _("%(load)s of %(room)s")
    days = sorted({place.due_on, *level.days_of[owner.pk]})
    rooms = ((day, words % {"load": loads[day], "room": owner.capacity_on(day)}) for day in days)
    picked = level.day_of(place).isoformat()
    return join(_option(day.isoformat(), f"{written(day, 'D j M')} · {room}", picked) for day, room in rooms)


def options(field: BoundField) -> SafeString:
    """The choices of a field in a form."""
    chosen = field.value()
    return join(_option(value, label, chosen) for value, label in field.field.choices)


def _option(value: str, label: str, picked: str | None) -> SafeString:
    chosen = SafeString(" selected") if value == picked else ""
    return fill(OPTION, value=value, chosen=chosen, label=label)
