"""Figures of periods with many tickets are kept: a reader does not wait until a year has been counted.

Small periods are always counted on the spot, so that what was said a moment ago is seen. Of large ones, those that run
or ended lately are counted anew after as many minutes as they have thousands of rows, all others every night, when also
those are found that have changed since. See docs/decisions/0032.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Min

from crm.team.models import Team
from feedback.models import Rating, Reading, Ticket
from feedback.models.invitation import LIVES
from feedback.reading import cubes, nps
from feedback.reading.facts import facts
from feedback.reading.periods import Period, Span

KEEP_OVER = 50  # rows of which a period's figures speak
LIVE_UP_TO = 250  # of the period that a page is about
SETTLED_AFTER = LIVES + timedelta(7)  # since a period's end: by then every link is dead
ROWS_A_MINUTE = 1_000
LONGEST = timedelta(hours=1)
EARLY = timedelta(seconds=30)  # a job is not started on the second
About = Reading.About
Figures = dict[Period, Any]


@dataclass(frozen=True)
class Subject:
    """`work_out(team, periods, now)` gives figures that can be kept as JSON, `sizes` of how many rows they speak."""

    spans: Sequence[Span]
    sizes: Callable[[Team, Sequence[Period]], dict[Period, int]]
    work_out: Callable[[Team, Sequence[Period], datetime], Figures]


SUBJECTS = {
    About.RATINGS: Subject(list(Span), cubes.sizes, lambda team, periods, now: cubes.ratings(team, periods)),
    About.TICKETS: Subject(
        [Span.MONTH], cubes.sizes, lambda team, periods, now: cubes.tickets(team, periods)
    ),
    About.RECOMMENDED: Subject(
        [Span.QUARTER], nps.sizes, lambda team, periods, now: nps.counts(team, periods)
    ),
    About.AWARD: Subject([Span.MONTH], cubes.sizes, lambda team, periods, now: facts(team, periods, now=now)),
}


@dataclass(frozen=True)
class Found:
    """`as_of`: since when some of them may have changed; None if all were counted just now."""

    figures: Figures
    as_of: datetime | None


def figures_of(
    team: Team, about: str, periods: Sequence[Period], *, now: datetime, fresh: Collection[Period] = ()
) -> Found:
    """Of periods of one span: large ones as they are kept, the rest counted now.

    `fresh` are those that the page is about: they are counted up to a larger size.
    """
    rows = Reading.objects.filter(
        team=team, about=about, span=periods[0].span, begins_on__in=[each.first for each in periods]
    )
    found = {Period(row.begins_on, Span(row.span)): row for row in rows}
    kept = {
        period: row
        for period, row in found.items()
        if row.size > (LIVE_UP_TO if period in fresh else KEEP_OVER)
    }
    missing = [period for period in periods if period not in kept]
    counted = SUBJECTS[about].work_out(team, missing, now) if missing else {}
    figures = {period: kept[period].figures if period in kept else counted[period] for period in periods}
    return Found(figures, min((row.worked_out_at for row in kept.values()), default=None))


def keep_recent(now: datetime) -> str:
    """Count those large periods anew that run or ended lately, unless they have been a moment ago."""
    teams = Team.objects.order_by("pk")
    written = sum(_keep(team, _recent(team, now), now, is_due=_is_due)[0] for team in teams)
    return f"{written} written"


def keep_all(now: datetime) -> str:
    """Count all large periods anew. `settled` of them had changed although every link into them is dead."""
    written = settled = 0
    for team in Team.objects.order_by("pk"):
        recent = set(_recent(team, now))
        old = [period for period in _all(team, now) if period not in recent]
        n, changed = _keep(team, old, now)
        written, settled = written + n + _keep(team, sorted(recent), now)[0], settled + changed
    return f"{written} written, {settled} of long ago had changed"


def _is_due(row: Reading, now: datetime) -> bool:
    pause = timedelta(minutes=max(1, row.size // ROWS_A_MINUTE))
    return now - row.worked_out_at >= min(pause, LONGEST) - EARLY


def _keep(
    team: Team,
    periods: Sequence[Period],
    now: datetime,
    *,
    is_due: Callable[[Reading, datetime], bool] = lambda row, now: True,
) -> tuple[int, int]:
    """How many rows were written, and how many of those were there and said something else."""
    rows = {
        (row.about, Period(row.begins_on, Span(row.span))): row for row in Reading.objects.filter(team=team)
    }
    written = changed = 0
    for about, subject in SUBJECTS.items():
        for period, size in _sizes(team, subject, periods).items():
            row = rows.get((about, period))
            if is_due(row, now) if row else size > KEEP_OVER:
                figures = subject.work_out(team, [period], now)[period]
                changed += row is not None and row.figures != figures
                _write(team, about, period, figures=figures, size=size, worked_out_at=now)
                written += 1
    return written, changed


def _sizes(team: Team, subject: Subject, periods: Sequence[Period]) -> dict[Period, int]:
    found: dict[Period, int] = {}
    for span in subject.spans:
        found |= subject.sizes(team, [period for period in periods if period.span == span])
    return found


def _write(team: Team, about: str, period: Period, **values: object) -> None:
    Reading.objects.update_or_create(
        team=team, about=about, span=period.span, begins_on=period.first, defaults=values
    )


def _recent(team: Team, now: datetime) -> list[Period]:
    return _since(now - SETTLED_AFTER, team, now)


def _all(team: Team, now: datetime) -> list[Period]:
    first = [
        Rating.objects.filter(team=team).aggregate(first=Min("rated_at"))["first"],
        Ticket.objects.filter(team=team).aggregate(first=Min("closed_at"))["first"],
    ]
    return _since(min(filter(None, first)), team, now) if any(first) else []


def _since(instant: datetime, team: Team, now: datetime) -> list[Period]:
    """All that held that instant or came after it, the running ones included."""
    zone = cubes.zone_of(team)
    begin, today = instant.astimezone(zone).date(), now.astimezone(zone).date()
    return [period for span in Span for period in _from(Period.of(span, begin), today)]


def _from(period: Period, today: date) -> list[Period]:
    found = []
    while period.first <= today:
        found.append(period)
        period = period.after
    return found
