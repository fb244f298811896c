"""Nobody was reached: when to try again. Proposals, which somebody has to press."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import takewhile

from django.utils.formats import time_format
from django.utils.translation import gettext as _

from contacts.models import Entry
from crm.markup import written
from followups.binder import Binder
from followups.dates import Tab
from followups.destination import Destination
from followups.models import FollowUp
from followups.quick import QuickDate

FIRST_HOUR, LAST_HOUR = 9, 17  # no call is proposed before or after
LATER = timedelta(hours=2)  # from one try of a day to the next
HOURS = (10, 14, 16, 9, 11, 15)  # of another day, the better ones first
NOON = 12
CALLS = 3  # tries that count as enough: then a letter
# English and German, in a note such as “after 14:00” or “vormittags, Durchwahl”.
_AFTER = re.compile(r"\b(?:after|from|ab|nach) (?P<hour>\d\d?)\b|afternoon|nachmittag")
_BEFORE = re.compile(r"\b(?:before|until|bis|vor) (?P<hour>\d\d?)\b|\bmorning|before noon|vormittag")
_KEY = re.compile(r"(?P<way>try|letter)-(?P<day>\d{4}-\d\d-\d\d)(?:-(?P<hour>\d\d))?")


def missed(talks: Iterable[tuple[str, datetime]]) -> list[datetime]:
    """When nobody was reached since somebody was; `talks` are outcomes with their instants, the latest first."""
    return [at for _outcome, at in takewhile(lambda talk: talk[0] == Entry.Outcome.MISSED, talks)]


def next_tries(missed: Iterable[datetime], *, binder: Binder, best_time: str = "") -> list[QuickDate]:
    """Later today and on the next working day, each at an hour that was not tried; after CALLS a letter, too.

    best_time: the note when the customer likes to be called; what hours it names are kept to.
    """
    now = binder.now.astimezone(binder.owner.zone)
    tried, liked = [now.hour, *(at.astimezone(now.tzinfo).hour for at in missed)], liked_hours(best_time)
    is_enough = len(tried) >= CALLS
    return [*_later_today(binder, now, tried, liked), *_next_day(binder, tried, liked, is_enough=is_enough)]


def liked_hours(best_time: str) -> range:
    """The full hours that a note leaves for a call."""
    note = best_time.casefold()
    after, before = _AFTER.search(note), _BEFORE.search(note)
    first = int(after["hour"] or NOON + 1) if after else FIRST_HOUR
    end = int(before["hour"] or NOON) if before else LAST_HOUR + 1
    return range(max(first, FIRST_HOUR), min(end, LAST_HOUR + 1)) or range(FIRST_HOUR, LAST_HOUR + 1)


def _later_today(binder: Binder, now: datetime, tried: list[int], liked: range) -> Iterator[QuickDate]:
    if now.hour >= LAST_HOUR or not binder.calendar.is_working(binder.today):
        return
    earliest = max((now + LATER + timedelta(minutes=59)).hour, FIRST_HOUR)
    hour = next((hour for hour in liked if hour >= earliest and hour not in tried), None)
    if hour:
        yield _call(binder, binder.today, hour, _("Later today, %(time)s"))


def _next_day(binder: Binder, tried: list[int], liked: range, *, is_enough: bool) -> Iterator[QuickDate]:
    tomorrow = binder.today + timedelta(days=1)
    day = binder.calendar.next_working(tomorrow)
    hours = [hour for hour in HOURS if hour in liked] or list(liked)
    hour = next((hour for hour in hours if all(abs(hour - other) > 1 for other in tried)), hours[0])
    weekday = written(day, "l").replace("%", "%%")
    yield _call(binder, day, hour, _("Tomorrow, %(time)s") if day == tomorrow else f"{weekday}, %(time)s")
    if is_enough:
        letter = Destination(Tab(day), binder)
        yield QuickDate(f"letter-{day}", _("A letter"), letter, kind=FollowUp.Kind.LETTER)


def _call(binder: Binder, day: date, hour: int, label: str) -> QuickDate:
    at = time(hour)
    words = {"time": time_format(at, "H:i")}
    return QuickDate(f"try-{day}-{hour:02}", label % words, Destination(Tab(day, at=at), binder))


def read_try(key: str, *, today: date) -> tuple[Tab, str] | None:
    """The tab that a key means, and the way of the next contact if it names one; None if it is no key of a try."""
    found = _KEY.fullmatch(key)
    if not found:
        return None
    try:
        day, at = date.fromisoformat(found["day"]), time(int(found["hour"])) if found["hour"] else None
    except ValueError:
        return None
    way = FollowUp.Kind.LETTER if found["way"] == "letter" else ""
    return (Tab(day, at=at), way) if day >= today else None
