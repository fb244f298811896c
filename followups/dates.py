"""What a manager writes ("in 3 weeks", "5. Juli, 10 Uhr") becomes a place in the binder.

English and German. Where a text could mean two days:

* A weekday is the next one after today; "next Tuesday" is the Tuesday of the next calendar week, which begins
  on Monday. "Tuesday in two weeks" is two weeks after the coming Tuesday, or after today if that is one.
* "5/7" is 5 July: the day stands first. "July 27" is a day, "July 2027" a month.
* A bare number is the next day with that number, today included.
* A day without a year is the next one, today included. So is a month, but the running month has no month tab.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from itertools import count
from typing import Self, TypeVar

from dateutil.relativedelta import relativedelta
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.team.calendar import WorkCalendar

DAY, MONTH = "day", "month"
EARLY, MIDDLE, LATE, FIRST_HALF, SECOND_HALF = "early", "middle", "late", "half_1", "half_2"
CABINET = "cabinet"
YEARS_AHEAD = 5
LONGEST_TEXT = 80
# Addresses beyond these years are refused, so that reckoning with a tab never leaves the calendar.
TAB_YEARS = range(1900, 3000)


class UnreadableDate(ValueError):
    """Says in a translated sentence what was not understood and what to write instead."""


@dataclass(frozen=True)
class Tab:
    """A place in the binder: a day, a month (`due_on` is its first day) or, without `due_on`, the cabinet.

    hint: the part of the month that was named, EARLY, MIDDLE, LATE, FIRST_HALF, SECOND_HALF or "".
    """

    due_on: date | None
    precision: str = DAY
    at: time | None = None
    hint: str = ""

    @classmethod
    def from_slug(cls, slug: str) -> Self:
        """The tab of "2026-11-17", "2026-12" or "cabinet"; ValueError for anything else."""
        if slug == CABINET:
            return cls(None)
        is_month = len(slug) == len("2026-12")
        tab = cls(date.fromisoformat(f"{slug}-01" if is_month else slug), MONTH if is_month else DAY)
        if tab.slug != slug or tab.due_on.year not in TAB_YEARS:
            raise ValueError(f"Not a tab: {slug!r}")
        return tab

    @property
    def slug(self) -> str:
        if self.due_on is None:
            return CABINET
        return self.due_on.isoformat()[:7] if self.is_month else self.due_on.isoformat()

    @property
    def is_month(self) -> bool:
        return self.precision == MONTH

    @property
    def is_cabinet(self) -> bool:
        return self.due_on is None

    @property
    def is_day(self) -> bool:
        return not self.is_month and not self.is_cabinet


def read_date(text: str, *, today: date) -> Tab:
    """The tab that a text names; UnreadableDate if it names none, or one before today or too far ahead."""
    if not _plain(text):
        raise UnreadableDate(_("Name a day, such as “tomorrow”, “in 3 weeks” or “5 July”."))
    words, at = _cut_time(_plain(text))
    tab = _read(words, today) if len(words) <= LONGEST_TEXT else None
    if tab is None:
        message = _("“%(text)s” is no date we know. Write “tomorrow”, “in 3 weeks”, “5 July” or “July”.")
        raise UnreadableDate(message % {"text": text.strip()[:LONGEST_TEXT]})
    return _with_time(_within_reach(tab, today), at)


def quick_dates(today: date, calendar: WorkCalendar) -> list[tuple[str, str | Promise, date]]:
    """(key, label, working day) of the dates one press away."""
    tomorrow = today + timedelta(days=1)
    first = calendar.next_working(tomorrow)
    label = gettext_lazy("Tomorrow") if first == tomorrow else WEEKDAYS[first.weekday()]
    return [
        ("1d", label, first),
        ("3d", gettext_lazy("+3 days"), calendar.next_working(today + timedelta(days=3))),
        ("1w", gettext_lazy("+1 week"), calendar.next_working(today + timedelta(weeks=1))),
        ("1m", gettext_lazy("+1 month"), calendar.next_working(today + relativedelta(months=1))),
    ]


def rest_day_hint(tab: Tab, calendar: WorkCalendar) -> date | None:
    """The working day to offer when the named day is a rest day."""
    if tab.due_on is None or tab.is_month:
        return None
    offer = calendar.next_working(tab.due_on)
    return offer if offer != tab.due_on else None


def _plain(text: str) -> str:
    """Small letters, ae for ä, single spaces, and nothing before or after the date itself."""
    letters = unicodedata.normalize("NFKC", text).casefold()
    spelled = letters.translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", ",": " ", ";": " "}))
    return re.sub(r"^(?:(?:on|the|for|am|den|der|zum) )+", "", " ".join(spelled.split()).strip(". "))


_Meaning = TypeVar("_Meaning")


def _table(rows: str, meanings: Iterable[_Meaning]) -> dict[str, _Meaning]:
    pairs = zip(rows.split(" | "), meanings, strict=False)
    return {word: meaning for words, meaning in pairs for word in words.split(", ")}


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, words))


# English and German, spelled as `_plain` leaves them.
_MONTHS = _table(
    "january, jan, januar, jaenner | february, feb, februar | march, mar, maer, maerz, mrz | april, apr | "
    "may, mai | june, jun, juni | july, jul, juli | august, aug | september, sep, sept | "
    "october, oct, oktober, okt | november, nov | december, dec, dezember, dez",
    count(1),
)
_WEEKDAYS = _table(
    "monday, mon, mo, montag | tuesday, tue, tues, tu, dienstag, di | wednesday, wed, we, mittwoch, mi | "
    "thursday, thu, thur, thurs, th, donnerstag, do | friday, fri, fr, freitag | "
    "saturday, sat, sa, samstag, sonnabend | sunday, sun, su, so, sonntag",
    count(0),
)
_NUMBERS = _table(
    "a, an, one, ein, eine, einem, einer, einen | two, zwei | three, drei | four, vier | five, fuenf | "
    "six, sechs | seven, sieben | eight, acht | nine, neun | ten, zehn | eleven, elf | twelve, zwoelf",
    count(1),
)
_UNITS = _table(
    "day, days, d, tag, tage, tagen | week, weeks, w, woche, wochen | month, months, m, monat, monate, "
    "monaten | year, years, y, jahr, jahre, jahren",
    ["days", "weeks", "months", "years"],
)
_NEAR_DAYS = _table(
    "yesterday, gestern | today, heute | tomorrow, morgen | day after tomorrow, uebermorgen", count(-1)
)
_PARTS = _table(
    "early, beginning, start, anfang | mid, middle, mitte | late, end, ende | "
    "first half, 1st half, erste haelfte, ersten haelfte, 1. haelfte | "
    "second half, 2nd half, zweite haelfte, zweiten haelfte, 2. haelfte",
    [EARLY, MIDDLE, LATE, FIRST_HALF, SECOND_HALF],
)
_WEEKDAY = rf"(?P<weekday>{_any(_WEEKDAYS)})\.?"
_NUMBER = rf"(?P<number>\d{{1,3}}|{_any(_NUMBERS)})"
_MONTH = rf"(?P<month>{_any(_MONTHS)})\.?"
_YEAR = r"(?P<year>\d{4}|\d{2})"
_NEXT = r"(?:next|naechste[nr]?)"
_NEXT_WEEK = rf"(?:{_NEXT}|kommende[nr]?) (?:week|woche)"
_AT, _HOUR = r"(?:\b(?:at|um) |@ ?)", r"(?<![\d.:/-])(?P<hour>\d\d?)"
_TIMES = [
    re.compile(rf"{_AT}?{_HOUR}(?:[:.](?P<minute>\d\d))? ?(?P<half>[ap])\.?m\b\.?"),
    re.compile(rf"{_AT}?{_HOUR}(?:[:.](?P<minute>\d\d))? ?uhr\b"),
    re.compile(rf"{_AT}{_HOUR}(?:[:.](?P<minute>\d\d))?$"),
    re.compile(rf"{_AT}?{_HOUR}:(?P<minute>\d\d)(?![\d:])"),
]


def _cut_time(words: str) -> tuple[str, time | None]:
    """The text without its time of day, and that time."""
    match = next(filter(None, (pattern.search(words) for pattern in _TIMES)), None)
    if match is None:
        return words, None
    at = _clock(**match.groupdict())
    rest = _plain(f"{words[: match.start()]} {words[match.end() :]}")
    if not rest:
        raise UnreadableDate(_("Name the day as well, such as “tomorrow 10:15”."))
    return rest, at


def _clock(hour: str, minute: str | None, half: str | None = None) -> time:
    hours = int(hour)
    if half and 1 <= hours <= 12:
        hours = hours % 12 + (12 if half == "p" else 0)
    try:
        return time(hours, int(minute or 0))
    except ValueError:
        raise UnreadableDate(
            _("%(time)s is no time of day.") % {"time": f"{hour}:{minute or '00'}"}
        ) from None


def _within_reach(tab: Tab, today: date) -> Tab:
    if tab.due_on is None:
        return tab
    first = today.replace(day=1) if tab.is_month else today
    if tab.is_month and tab.due_on == first:
        raise UnreadableDate(_("It is %(month)s already: name a day.") % {"month": MONTHS[first.month]})
    named = {"date": date_format(tab.due_on, "YEAR_MONTH_FORMAT" if tab.is_month else "DATE_FORMAT")}
    if tab.due_on == today - timedelta(days=1):
        raise UnreadableDate(_("Yesterday has passed: name a day from today on."))
    if tab.due_on < first:
        raise UnreadableDate(_("%(date)s has passed: name a day from today on.") % named)
    if tab.due_on > today + relativedelta(years=YEARS_AHEAD):
        raise UnreadableDate(_("%(date)s is more than five years away: name a nearer day.") % named)
    return tab


def _with_time(tab: Tab, at: time | None) -> Tab:
    if at and (tab.is_cabinet or tab.is_month):
        raise UnreadableDate(_("A time of day needs a day, such as “tomorrow 10:15”."))
    return replace(tab, at=at or tab.at)


_Reader = Callable[[re.Match[str], date], Tab | None]
_READERS: list[tuple[re.Pattern[str], _Reader]] = []


def _reads(pattern: str) -> Callable[[_Reader], _Reader]:
    """Adds a function to the table of what can be read."""

    def add(reader: _Reader) -> _Reader:
        _READERS.append((re.compile(pattern), reader))
        return reader

    return add


def _read(words: str, today: date) -> Tab | None:
    """The tab after the first pattern that fits the whole text."""
    fits = ((pattern.fullmatch(words), reader) for pattern, reader in _READERS)
    return next((reader(match, today) for match, reader in fits if match), None)


@_reads(r"(?:(?:in|to) )?(?:(?:the|den|dem) )?(?:cabinet|rest|schrank|ruhen|ablegen)")
def _cabinet(match: re.Match[str], today: date) -> Tab:
    return Tab(None)


@_reads(rf"(?P<day>{_any(_NEAR_DAYS)})")
def _near_day(match: re.Match[str], today: date) -> Tab:
    return Tab(today + timedelta(days=_NEAR_DAYS[match["day"]]))


@_reads(rf"(?P<day>{_any(_NEAR_DAYS)}) (?P<hour>\d\d?)")
def _near_day_and_hour(match: re.Match[str], today: date) -> Tab:
    return replace(_near_day(match, today), at=_clock(match["hour"], None))


@_reads(rf"(?:in |\+ ?)?{_NUMBER} ?(?P<unit>{_any(_UNITS)})")
def _span(match: re.Match[str], today: date) -> Tab:
    return Tab(today + relativedelta(**{_UNITS[match["unit"]]: _number(match)}))


@_reads(_NEXT_WEEK)
def _next_week(match: re.Match[str], today: date) -> Tab:
    return _weekday_of_week(0, 1, today)


@_reads(rf"(?:{_NEXT}|kommenden) (?:month|monat)")
def _next_month(match: re.Match[str], today: date) -> Tab:
    return Tab(today + relativedelta(months=1, day=1), MONTH)


@_reads(rf"(?:(?:this|coming|diesen|kommende[nr]?) )?{_WEEKDAY}")
def _weekday(match: re.Match[str], today: date) -> Tab:
    return Tab(today + timedelta(days=(_WEEKDAYS[match["weekday"]] - today.weekday() - 1) % 7 + 1))


@_reads(rf"(?:{_NEXT}|{_NEXT_WEEK}(?: on| am)?) {_WEEKDAY}")
@_reads(rf"{_WEEKDAY} {_NEXT_WEEK}")
def _weekday_next_week(match: re.Match[str], today: date) -> Tab:
    return _weekday_of_week(_WEEKDAYS[match["weekday"]], 1, today)


@_reads(rf"{_WEEKDAY} in {_NUMBER} (?:weeks?|wochen?)")
def _weekday_in_weeks(match: re.Match[str], today: date) -> Tab:
    coming = (_WEEKDAYS[match["weekday"]] - today.weekday()) % 7
    return Tab(today + timedelta(days=coming, weeks=_number(match)))


@_reads(rf"{_WEEKDAY} (?:the |der |den )?(?P<day>(?:\d|{_any(_MONTHS)}).*)")
def _weekday_and_day(match: re.Match[str], today: date) -> Tab | None:
    tab = _read(match["day"], today)
    if tab is None or tab.due_on is None or tab.is_month:
        return None
    if tab.due_on.weekday() != _WEEKDAYS[match["weekday"]]:
        named = {"date": date_format(tab.due_on), "weekday": WEEKDAYS[tab.due_on.weekday()]}
        raise UnreadableDate(_("%(date)s is a %(weekday)s: correct one of them.") % named)
    return tab


@_reads(r"(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)")
@_reads(rf"(?P<day>\d\d?)(?:\. ?|/)(?P<month>\d\d?)(?:(?:\. ?|/){_YEAR})?")
@_reads(rf"(?P<day>\d\d?)(?:st|nd|rd|th|\.)? ?(?:of )?{_MONTH}(?: {_YEAR})?")
@_reads(rf"{_MONTH} (?:the )?(?P<day>\d\d?)(?:st|nd|rd|th)?(?: {_YEAR})?")
def _day(match: re.Match[str], today: date) -> Tab:
    return Tab(_dated(int(match["day"]), match["month"], match["year"], today))


@_reads(r"(?P<day>\d\d?)(?:st|nd|rd|th)?")
def _day_number(match: re.Match[str], today: date) -> Tab:
    number = int(match["day"])
    if not 1 <= number <= 31:
        raise UnreadableDate(_("No month has a day %(number)s.") % {"number": number})
    # On 31 January a 30 is gone and February has none: the third month decides.
    days = (today + relativedelta(months=n, day=number) for n in range(3))
    return Tab(next(day for day in days if day.day == number and day >= today))


@_reads(rf"{_MONTH}(?: (?P<year>\d{{4}}))? (?P<part>{_any(_PARTS)})")
@_reads(r"(?P<part>)(?P<year>\d{4})-(?P<month>\d\d?)")
@_reads(r"(?P<part>)(?P<month>\d\d?)[./](?P<year>\d{4})")
@_reads(
    rf"(?:i[nm] )?(?:the |der )?(?:(?P<part>{_any(_PARTS)})[ -])?(?:(?:of|in|im) )?"
    rf"{_MONTH}(?: (?P<year>\d{{4}}))?"
)
def _month(match: re.Match[str], today: date) -> Tab:
    first = _dated(1, match["month"], match["year"], today.replace(day=1))
    return Tab(first, MONTH, hint=_PARTS.get(match["part"], ""))


def _dated(day: int, month_word: str, year_word: str | None, since: date) -> date:
    """That day of its year or, without one, the next from `since` on."""
    month = _MONTHS.get(month_word) or int(month_word)
    if not 1 <= month <= 12:
        raise UnreadableDate(_("There is no month %(n)s; the day stands first, as in 31/12.") % {"n": month})
    # Leap days are up to eight years apart.
    years = [_year(year_word)] if year_word else range(since.year, since.year + 9)
    for year in years:
        with suppress(ValueError):
            found = date(year, month, day)
            if year_word or found >= since:
                return found
    named = f"{day} {MONTHS[month]} {year_word or ''}".strip()
    raise UnreadableDate(_("%(date)s does not exist.") % {"date": named})


def _year(word: str) -> int:
    return int(word) + (2000 if len(word) == 2 else 0)


def _number(match: re.Match[str]) -> int:
    return _NUMBERS.get(match["number"]) or int(match["number"])


def _weekday_of_week(weekday: int, weeks: int, today: date) -> Tab:
    return Tab(today + timedelta(days=weekday - today.weekday(), weeks=weeks))
