"""Expectations kept up to date: of all customers for every day, of some on each purchase."""

from collections.abc import Collection, Iterator
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import partial
from io import StringIO
from itertools import islice

import numpy as np
from django.db import connection, transaction

from crm.team.models import Team
from segmentation import sql
from segmentation.chances import Chances
from segmentation.expectation import SOON, WEEK, WEEKS, Expected, Learnt, expect, learn
from segmentation.log import Floats, Log, read_log
from segmentation.models import Expectation, Forecast
from segmentation.quarters import today_of
from segmentation.reasons import Missing
from segmentation.scores import hold
from segmentation.standing import Rhythm
from segmentation.terms import terms_changed

LEARN_EVERY = timedelta(WEEK)
MANY = 500  # customers from which a team's expectations are all worked out at once
DIGITS = 4  # of a chance that is kept

COLUMNS = (
    "customer_id", "team_id", "purchases", "usual_days", "window_from", "window_to", "due_on", "p14", "p28",
    "cases",
)  # fmt: skip


def expect_all(now: datetime) -> str:
    """Expectations of each team for which a new day has begun since they were last worked out."""
    done = dict(Forecast.objects.values_list("team_id", "as_of"))
    days = {team: today_of(team, now) for team in Team.objects.order_by("pk")}
    begun = {team: day for team, day in days.items() if done.get(team.pk) != day}
    written = sum(expect_team(team, on=day) for team, day in begun.items())
    return f"{len(begun)} teams, {written} expectations written"


def expect_some(customer_ids: Collection[int], *, now: datetime) -> None:
    """Put the expectations of customers of one team right whose purchases have changed."""
    some = list(islice(customer_ids, MANY))
    forecasts = Forecast.objects.filter(team__customers__in=some).select_related("team").defer("weeks")
    forecast = forecasts.first()
    if forecast and forecast.learnt and len(customer_ids) <= MANY:
        _expect_these(forecast, some, now)
    elif team := forecast.team if forecast else Team.objects.filter(customers__in=some).first():
        expect_team(team, on=today_of(team, now))


@transaction.atomic
def expect_team(team: Team, *, on: date, anew: bool = False) -> int:
    """Work out all expectations of a team, learning first where that is a week ago. Returns the rows written."""
    hold(team)  # before the purchases are read: one that comes meanwhile waits, and then changes its customer
    sql.work_in_memory()
    log = read_log(team, until=on)
    forecast, _made = Forecast.objects.select_for_update().get_or_create(team=team)
    learnt = learn(log) if anew or _is_stale(forecast, on) else from_json(forecast.learnt)
    found = expect(log, learnt)
    _note(forecast, log, learnt, found, on)
    return _write(found, team, within=f"team_id = {sql.literal(team.pk)}")


def _is_stale(forecast: Forecast, on: date) -> bool:
    if not forecast.learnt or forecast.missing_weeks or forecast.missing_buyers:
        return True
    return not forecast.learnt_on <= on < forecast.learnt_on + LEARN_EVERY


def _expect_these(forecast: Forecast, ids: list[int], now: datetime) -> None:
    log = read_log(forecast.team, until=today_of(forecast.team, now), of=ids)
    found = expect(log, from_json(forecast.learnt))
    fresh = (
        [Expectation(**dict(zip(COLUMNS, line, strict=True))) for line in rows(found, forecast.team)]
        if found
        else []
    )
    if len(fresh) < len(ids):
        Expectation.objects.filter(pk__in=set(ids) - {each.pk for each in fresh}).delete()
    Expectation.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=["customer"], update_fields=COLUMNS[1:]
    )


def _note(forecast: Forecast, log: Log, learnt: Learnt, found: Expected | None, on: date) -> None:
    """Keep what was learnt, and how the expectations of earlier weeks came true."""
    is_new = date.fromordinal(learnt.until) == on
    if is_new:
        forecast.learnt, forecast.learnt_on, forecast.kind = as_json(learnt), on, learnt.kind
        forecast.missing_weeks, forecast.missing_buyers = learnt.missing.weeks, learnt.missing.buyers
    forecast.as_of = on
    forecast.weeks = list(_weeks(forecast.weeks, log, learnt, found, on, is_new))[-WEEKS:]
    forecast.save()
    transaction.on_commit(partial(terms_changed, forecast.team_id))


def _weeks(
    kept: list, log: Log, learnt: Learnt, found: Expected | None, on: date, is_new: bool
) -> Iterator[list]:
    """What was kept, with what has been observed since; before the first learning, how the last weeks were told."""
    past = [week for week in kept if week[0] < on.isoformat()]
    if not past:
        past = [[_iso(each.on), round(each.expected, 1), each.observed] for each in learnt.weeks]
    for day, expected, observed in past:
        then = date.fromisoformat(day).toordinal()
        if observed is None and then + SOON <= log.until:
            observed = int(log.bought_within(log.known_on(then), then, SOON).sum())
        yield [day, expected, observed]
    if is_new and learnt.chances and found is not None:
        yield [on.isoformat(), round(float(found.soon.sum()), 1), None]


def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()


def _write(found: Expected | None, team: Team, *, within: str) -> int:
    """Write the rows that differ and delete those `within` that are not among them."""
    table = sql.table(Expectation)
    with sql.kept("fresh_expectations", f"SELECT * FROM {table} WHERE 1 = 0") as fresh:  # noqa: S608
        if found is not None:
            _fill(fresh, rows(found, team))
        select = f"SELECT {', '.join(COLUMNS)} FROM {fresh}"  # noqa: S608
        written = sql.write_changed(Expectation, select, key=("customer_id",), within=within)
        return written + sql.delete_others(Expectation, select, key=("customer_id",), within=within)


def rows(found: Expected, team: Team) -> Iterator[tuple]:
    """Rows as the table has them, in the order of COLUMNS; days as ISO text."""
    dated = (found.window_from, found.window_to, found.due)
    days = {int(day): _iso(int(day)) for day in np.unique(np.concatenate(dated))}
    begin, end, due = ([days[day] for day in each.tolist()] for each in dated)
    who, purchases, usual = (each.tolist() for each in (found.customers, found.purchases, found.usual))
    facts = (who, [team.pk] * len(who), purchases, usual, begin, end, due)
    return zip(*facts, _kept(found.soon), _kept(found.month), found.cases.tolist(), strict=True)


def _kept(chances: Floats) -> list[float | None]:
    """Chances are told of all or of none."""
    told = np.round(chances, DIGITS).tolist()
    return [None] * len(told) if np.isnan(chances).any() else told


def _fill(table: str, lines: Iterator[tuple]) -> None:
    columns = ", ".join(COLUMNS)
    with connection.cursor() as cursor:
        if sql.is_sqlite():
            places = ", ".join(["%s"] * len(COLUMNS))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", lines)  # noqa: S608
            return
        text = StringIO(
            "".join("\t".join("\\N" if each is None else str(each) for each in line) + "\n" for line in lines)
        )
        cursor.cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", text)


def as_json(learnt: Learnt) -> dict:
    """What expect() needs of it."""
    return {
        "until": learnt.until,
        "rhythm": asdict(learnt.rhythm) if learnt.rhythm else None,
        "missing": asdict(learnt.missing),
        "kind": learnt.kind,
        "chances": [each.as_json() for each in learnt.chances.values()],
    }


def from_json(kept: dict) -> Learnt:
    rhythm = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in (kept["rhythm"] or {}).items()
    }
    chances = [Chances.from_json(each) for each in kept["chances"]]
    return Learnt(
        kept["until"],
        Rhythm(**rhythm) if rhythm else None,
        Missing(**kept["missing"]),
        kept["kind"],
        {each.days: each for each in chances},
    )
