"""What lies on days that somebody is about to choose, and what would come to lie there, in words."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.markup import written
from crm.team.models import User
from followups.binder import Binder
from followups.dates import DAY
from followups.levelling import coming_days

NAMED = 10  # days


def days_ahead(binder: Binder) -> list[str]:
    """How full the coming working days are, to be taken along: "Wed 18 Nov: 11 of 16"."""
    words, loads = _("%(day)s: %(load)s of %(room)s"), binder.whole.loads
    return [
        words % {"day": written(day, "D j M"), "load": loads[day], "room": binder.capacity_on(day)}
        for day in coming_days(binder, without=binder.today)
    ]


def foresee(days: Collection[date | None], *, owner: User, now: datetime, undated: str) -> list[str]:
    """Of new dossiers that come with a list, as open_in_binder() would lay them."""
    binder = Binder(owner, now=now)
    before = binder.loads.copy()
    coming = Counter(day for day in days if day and day >= binder.today)
    binder.loads.update(coming)
    if undated == "spread":
        coming.update(binder.spread(len(days) - coming.total()))
    after = Counter({day: before[day] + n for day, n in sorted(coming.items())})
    over = [day for day, n in after.items() if n > binder.capacity_on(day)]
    return [*_days_after(before, after, binder), *_too_full(over)]


def _days_after(before: Mapping[date, int], after: Mapping[date, int], binder: Binder) -> list[str]:
    words = _("%(day)s: %(before)s → %(after)s of %(room)s")
    said = [
        words
        % {"day": written(day, "D j M"), "before": before[day], "after": n, "room": binder.capacity_on(day)}
        for day, n in list(after.items())[:NAMED]
    ]
    return (
        [_("How full the days would be: %(days)s.") % {"days": _and_more(said, len(after))}] if said else []
    )


def _too_full(over: Collection[date]) -> list[str]:
    words = ngettext(
        "%(n)s day would be fuller than can be worked through.",
        "%(n)s days would be fuller than can be worked through.",
        len(over),
    )
    return [words % {"n": len(over)}] if over else []


def _and_more(said: list[str], number: int) -> str:
    more = number - len(said)
    words = ngettext("%(days)s and %(n)s more day", "%(days)s and %(n)s more days", more)
    return words % {"days": ", ".join(said), "n": more} if more else ", ".join(said)


def lying(
    owner: User, first: date, last: date, *, stand_in: User | None, by: User, now: datetime
) -> list[str]:
    """On days on which `owner` will be away: what lies there, and how much of it `stand_in` has room for."""
    binder = Binder(owner, now=now)
    first = max(first, binder.today)
    days = {day: n for day, n in sorted(binder.loads.items()) if first <= day <= last}
    if not days:
        return []
    agreed = binder.places.filter(due_on__range=(first, last), precision=DAY, at__isnull=False).count()
    return [_what_lies(days), *_agreed(agreed), *_who_sees_to_it(days, first, last, stand_in, by, now)]


def _what_lies(days: Mapping[date, int]) -> str:
    number = sum(days.values())
    words = ngettext(
        "%(n)s dossier lies on these days: %(days)s.", "%(n)s dossiers lie on these days: %(days)s.", number
    )
    on = _("%(n)s on %(day)s")
    said = [on % {"n": n, "day": written(day, "D j M")} for day, n in list(days.items())[:NAMED]]
    return words % {"n": number, "days": _and_more(said, len(days))}


def _agreed(number: int) -> list[str]:
    words = ngettext("For %(n)s of them a time is agreed.", "For %(n)s of them a time is agreed.", number)
    return [words % {"n": number}] if number else []


def _who_sees_to_it(
    days: Mapping[date, int], first: date, last: date, stand_in: User | None, by: User, now: datetime
) -> list[str]:
    if stand_in is None:
        return [_("Nobody looks after them: they stay where they are until somebody moves them.")]
    if not by.sees_team:
        return []  # how full a colleague's days are is not for him
    room, number = _room(Binder(stand_in, now=now), first, last), sum(days.values())
    words = _("%(name)s has room for %(room)s on these days.") % {"name": stand_in.first_name, "room": room}
    short = ngettext("%(n)s would be too many.", "%(n)s would be too many.", number - room)
    return [words, *([short % {"n": number - room}] if number > room else [])]


def _room(binder: Binder, first: date, last: date) -> int:
    """How many more somebody can work through on his working days from the first to the last."""
    days = (first + timedelta(n) for n in range((last - first).days + 1))
    working = filter(binder.owner.calendar.is_working, days)
    return sum(max(binder.capacity_on(day) - binder.loads[day], 0) for day in working)
