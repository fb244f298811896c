"""A team's ratings and tickets counted by period, straight from their tables, in as many queries however many periods.

Figures are plain lists and dicts, so that they can be kept as they are. A ticket belongs to the period in which it was
closed, a rating to that in which it was given, and who was asked to that in which he was.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import median
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When

from crm.team.models import Team
from feedback.models import Invitation, OpenWord, Rating, Ticket, Word
from feedback.reading.periods import Period, within

VALUES = ("bad", "neutral", "good")
DIMENSIONS = {"employee": "employee_id", "kind": "ticket_kind", "product": "product_group", "group": "group"}
ASKED, ANSWERED, MEDIAN = 3, 4, 5  # after the three values, in one line of ratings
SUSPECT, SET_ASIDE, OPEN = range(3)  # in what is left out

IN_TIME = Q(first_answered_at__lte=F("answer_due_at"))
SOLVED_IN_TIME = Q(closed_at__lte=F("solution_due_at"))
ANSWER_BINS = (60, 240, 600)  # minutes of working time
SOLUTION_BINS = (240, 600, 2700)


def closed(team: Team) -> QuerySet:
    """Tickets that were settled, and not by being merged into another."""
    return Ticket.objects.filter(team=team).closed().not_merged()


def zone_of(team: Team) -> ZoneInfo:
    return ZoneInfo(team.time_zone)


def sizes(team: Team, periods: Sequence[Period]) -> dict[Period, int]:
    """How many tickets and ratings there are in each of these, which are of one span."""
    found = dict.fromkeys(periods, 0)
    if not periods:
        return found
    for rows, field in ((Rating.objects.filter(team=team), "rated_at"), (closed(team), "closed_at")):
        for row in within(rows, field, periods, zone_of(team)).values("bucket").annotate(n=Count("pk")):
            found[periods[row["bucket"]]] += row["n"]
    return found


def ratings(team: Team, periods: Sequence[Period]) -> dict[Period, dict]:
    """{"team": {"": line}, "employee": {id: line}, …, "left_out": […]} of each period.

    A line is [bad, neutral, good, asked, answered, median minutes to the first answer, or None].
    """
    found = {period: _empty() for period in periods}
    _count_ratings(found, team, periods)
    _count_asked(found, team, periods)
    _add_medians(found, team, periods)
    _count_left_out(found, team, periods)
    return {period: {name: dict(lines) for name, lines in each.items() if name != "left_out"}
            | {"left_out": each["left_out"]} for period, each in found.items()}  # fmt: skip


def _empty() -> dict:
    lines = {name: defaultdict(lambda: [0, 0, 0, 0, 0, None]) for name in ("team", *DIMENSIONS)}
    return lines | {"left_out": [0, 0, 0]}


def _lines_of(figures: dict, row: dict) -> Iterator[list]:
    """Every line to which this row of a cube adds."""
    yield figures["team"][""]
    for name, field in DIMENSIONS.items():
        if row[field] is not None:
            yield figures[name][str(row[field])]


def _count_ratings(found: dict, team: Team, periods: Sequence[Period]) -> None:
    rows = within(Rating.objects.filter(team=team), "rated_at", periods, zone_of(team))
    aside = Case(When(set_aside_at__isnull=False, then=1), default=0, output_field=IntegerField())
    cube = rows.values("bucket", "value", *DIMENSIONS.values(), aside=aside).annotate(n=Count("pk"))
    for row in cube.order_by():
        figures = found[periods[row["bucket"]]]
        if row["aside"]:
            figures["left_out"][SET_ASIDE] += row["n"]
            continue
        for line in _lines_of(figures, row):
            line[VALUES.index(row["value"])] += row["n"]


def _count_asked(found: dict, team: Team, periods: Sequence[Period]) -> None:
    asked = Invitation.objects.filter(team=team, question=Invitation.Question.TICKET)
    rows = within(asked, "asked_at", periods, zone_of(team)).values("bucket", *DIMENSIONS.values())
    for row in rows.annotate(n=Count("pk"), answered=Count("rating")).order_by():
        for line in _lines_of(found[periods[row["bucket"]]], row):
            line[ASKED] += row["n"]
            line[ANSWERED] += row["answered"]


def _add_medians(found: dict, team: Team, periods: Sequence[Period]) -> None:
    answered = closed(team).filter(answered_in__isnull=False)
    rows = within(answered, "closed_at", periods, zone_of(team)).order_by()
    minutes: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    for bucket, who, answered_in in rows.values_list("bucket", "assignee_id", "answered_in").iterator():
        minutes[bucket, "team", ""].append(answered_in)
        if who is not None:
            minutes[bucket, "employee", str(who)].append(answered_in)
    for (bucket, name, key), values in minutes.items():
        found[periods[bucket]][name][key][MEDIAN] = median(values)


def _count_left_out(found: dict, team: Team, periods: Sequence[Period]) -> None:
    """Invitations that have been answered by suspect words only, and what was said by signatures' links."""
    zone = zone_of(team)
    unsure = Word.objects.exclude(suspect="").filter(confirmed_at__isnull=True, score__isnull=True)
    suspect = unsure.filter(invitation__team=team, invitation__rating=None)
    signed = OpenWord.objects.filter(user__team=team)
    for place, rows, counted in ((SUSPECT, suspect, "invitation"), (OPEN, signed, "pk")):
        by_bucket = within(rows, "said_at", periods, zone).order_by().values("bucket")
        for row in by_bucket.annotate(n=Count(counted, distinct=True)):
            found[periods[row["bucket"]]]["left_out"][place] = row["n"]


def tickets(team: Team, periods: Sequence[Period]) -> dict[Period, dict]:
    """Of the tickets closed in each period: counts, medians in minutes, and their ratings by `bins`.

    {"closed", "answered", "in_time", "solved_in_time", "reopened", "passed_on", "answer", "solution",
    "bins": {figure: [[bad, neutral, good] of each bin]}}
    """
    zone = zone_of(team)
    rows = within(closed(team), "closed_at", periods, zone)
    found = {period: tickets_nothing() for period in periods}
    counts = {
        "closed": Count("pk"),
        "answered": Count("pk", filter=Q(first_answered_at__isnull=False)),
        "in_time": Count("pk", filter=IN_TIME),
        "solved_in_time": Count("pk", filter=SOLVED_IN_TIME),
        "reopened": Count("pk", filter=Q(reopened__gt=0)),
        "passed_on": Count("pk", filter=Q(passed_on__gt=0)),
    }
    # Within aggregate(), a count named like its field would hide it.
    named = {f"n_{name}": count for name, count in counts.items()}
    for row in rows.order_by().values("bucket").annotate(**named):
        found[periods[row["bucket"]]] |= {name: row[f"n_{name}"] for name in counts}
    for n, times in _times(rows, len(periods)).items():
        found[periods[n]] |= {name: median(values) for name, values in times.items() if values}
    _fill_bins(found, team, periods)
    return found


def _times(rows: QuerySet, n: int) -> dict[int, dict[str, list[int]]]:
    """Minutes to the first answer and to the solution, by bucket."""
    found = {bucket: {"answer": [], "solution": []} for bucket in range(n)}
    for bucket, answered_in, solved_in in (
        rows.order_by().values_list("bucket", "answered_in", "solved_in").iterator()
    ):
        if answered_in is not None:
            found[bucket]["answer"].append(answered_in)
        if solved_in is not None:
            found[bucket]["solution"].append(solved_in)
    return found


def tickets_nothing() -> dict:
    counts = dict.fromkeys(("closed", "answered", "in_time", "solved_in_time", "reopened", "passed_on"), 0)
    bins = {name: [[0, 0, 0] for _ in range(size)] for name, size in BIN_COUNTS.items()}
    return counts | {"answer": None, "solution": None, "bins": bins}


BIN_COUNTS = {"answer": 5, "in_time": 2, "solution": 4, "solved_in_time": 2, "reopened": 2, "passed_on": 3}


def _bins() -> dict[str, Case]:
    """In which bin of each figure a rated ticket lies, from the best; who was never answered is in the last."""
    return {
        "bin_answer": _steps("ticket__answered_in", ANSWER_BINS, none=4),
        "bin_in_time": _yes(Q(ticket__first_answered_at__lte=F("ticket__answer_due_at"))),
        "bin_solution": _steps("ticket__solved_in", SOLUTION_BINS, none=3),
        "bin_solved_in_time": _yes(Q(ticket__closed_at__lte=F("ticket__solution_due_at"))),
        "bin_reopened": _yes(Q(ticket__reopened=0)),
        "bin_passed_on": Case(
            When(ticket__passed_on=0, then=0), When(ticket__passed_on=1, then=1), default=2,
            output_field=IntegerField(),
        ),
    }  # fmt: skip


def _steps(field: str, edges: Sequence[int], *, none: int) -> Case:
    whens = [When(**{f"{field}__lte": edge}, then=Value(n)) for n, edge in enumerate(edges)]
    over = When(**{f"{field}__isnull": False}, then=Value(len(edges)))
    return Case(*whens, over, default=Value(none), output_field=IntegerField())


def _yes(condition: Q) -> Case:
    """0 if so, 1 if not: the better bin comes first."""
    return Case(When(condition, then=0), default=1, output_field=IntegerField())


def _fill_bins(found: dict, team: Team, periods: Sequence[Period]) -> None:
    rated = Rating.objects.counted().filter(team=team, ticket__team=team, ticket__merged_into=None)
    rows = within(rated, "ticket__closed_at", periods, zone_of(team)).order_by()
    for row in rows.values("bucket", "value", **_bins()).annotate(n=Count("pk")):
        bins = found[periods[row["bucket"]]]["bins"]
        for name in BIN_COUNTS:
            bins[name][row[f"bin_{name}"]][VALUES.index(row["value"])] += row["n"]
