"""Changing the rules of scores and groups: what it would do, doing it, and saying it in words."""
# ruff: noqa: S608

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from segmentation import groups, sql
from segmentation.groups import Limits
from segmentation.models import Method, QuarterSummary, Rules, Score, Scoring
from segmentation.moving import Move, by_weight
from segmentation.quarters import period_from
from segmentation.scores import FREQUENCY_LIMITS, MONEY_LIMITS, RECENCY_LIMITS, Points, score_again

FIELDS = (
    "quarters", "quintiles_from", "recency_limits", "frequency_limits", "money_limits", "one_time_after",
    "lost_after", "vip_from", "thank_after_purchase",
)  # fmt: skip

# What parts scores where there are too few customers for fifths and the lead sets nothing.
FIXED_LIMITS = {
    "recency_limits": RECENCY_LIMITS,
    "frequency_limits": FREQUENCY_LIMITS,
    "money_limits": MONEY_LIMITS,
}


@dataclass(frozen=True)
class Outcome:
    """What other rules do to customers: their moves between groups, and how many get another score.

    `method` is how scores would be parted, of how many `customers`; `scores` is None where it was not counted.
    """

    moves: list[Move]
    method: str
    customers: int
    scores: int | None = None

    @property
    def changed(self) -> int:
        return sum(move.n for move in self.moves)


def foresee(rules: Rules, scoring: Scoring) -> Outcome:
    """What these rules would do if they were saved. Two queries, and nothing is written."""
    proposed = groups.limits(rules, groups.usual(scoring))
    customers = _buyers(scoring, rules.quarters)
    is_enough = customers >= rules.quintiles_from
    method = Method.QUINTILES if is_enough else Method.LIMITS
    return Outcome(_moves(scoring, proposed), method, customers)


def _moves(scoring: Scoring, proposed: Limits) -> list[Move]:
    if not scoring.as_of:
        return []
    found = groups.preview(scoring.team, proposed, as_of=scoring.as_of)
    return by_weight([Move(old, new, n) for (old, new), n in found.items()])


def _buyers(scoring: Scoring, quarters: int | None) -> int:
    """How many customers have bought in a period of so many quarters."""
    if not scoring.as_of:
        return 0
    start = period_from(scoring.as_of, quarters)
    if start == scoring.period_from:
        return scoring.customers
    if start is None:
        return Score.objects.filter(team=scoring.team_id).count()
    bought = QuarterSummary.objects.filter(team=scoring.team_id, quarter__gte=start, days__gt=0)
    return bought.values("customer_id").distinct().count()


@transaction.atomic
def change_rules(rules: Rules, scoring: Scoring) -> Outcome:
    """Save the rules and work out scores and groups by them. Says what that has changed."""
    foreseen = foresee(rules, scoring)
    rules.save()
    columns = "customer_id, r, f, m"
    mine = f"SELECT {columns} FROM {sql.table(Score)} WHERE team_id = {sql.literal(scoring.team_id)}"
    with sql.kept("scores_before", mine) as before:
        score_again(scoring.team)
        differ = sql.differ(["old.r", "old.f", "old.m"], ["new.r", "new.f", "new.m"])
        [[n]] = sql.rows(
            f"SELECT COUNT(*) FROM {before} AS old JOIN ({mine}) AS new "
            f"ON new.customer_id = old.customer_id WHERE {differ}"
        )
    return Outcome(foreseen.moves, foreseen.method, foreseen.customers, n)


def as_kept(rules: Rules) -> dict:
    """The rules as a session may keep them."""
    return model_to_dict(rules, fields=FIELDS)


def put_back(rules: Rules, kept: dict) -> Rules:
    for name in FIELDS:
        setattr(rules, name, kept[name])
    return rules


@dataclass(frozen=True)
class Suggestion:
    """What a team's own purchases suggest for a limit, and why, in a sentence."""

    value: int
    reason: str


def suggestions(scoring: Scoring) -> dict[str, Suggestion]:
    """By name of the limit."""
    found, words = groups.usual(scoring), {}
    for name, is_found in (
        ("one_time_after", scoring.usual_one_time_after),
        ("lost_after", scoring.usual_lost_after),
        ("vip_from", scoring.usual_vip_from),
    ):
        value = getattr(found, name)
        words[name] = Suggestion(value, _why(name, value) if is_found else _no_reason(name, value))
    return words


def _why(name: str, value: int) -> str:
    if name == "one_time_after":
        text = _(
            "Your own purchases suggest %(n)s days: of those who ever buy again, nine in ten do so by then."
        )
    elif name == "lost_after":
        text = _(
            "Your own purchases suggest %(n)s days: nine in ten later purchases follow the one before by then."
        )
    else:
        text = _("Your own purchases suggest %(n)s: a fifth of those who came back have bought as often.")
    return text % {"n": value}


def _no_reason(name: str, value: int) -> str:
    if name == "vip_from":
        words = _(
            "Too few have come back to tell from your own purchases (30 are needed): %(n)s to begin with."
        )
    else:
        words = _(
            "Too few have come back to tell from your own purchases (30 are needed): %(n)s days to begin with."
        )
    return words % {"n": value}


def changes(before: dict, after: dict, labels: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """(name of the field, value before, value after) of each that differs, in words."""
    for name in FIELDS:
        if before[name] != after[name]:
            yield labels[name], _told(name, before[name]), _told(name, after[name])


def _told(name: str, value: object) -> str:
    if name == "thank_after_purchase":
        return _("yes") if value else _("no")
    if name == "quarters":
        return str(Rules.Period(value).label) if value else _("the whole history")
    if value is None:
        return _("our proposal")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


@dataclass(frozen=True)
class Band:
    """Which values get a score: more than `over`, up to `upto`; either may be open. Nobody has it if it is empty."""

    score: int
    over: int | Decimal | None
    upto: int | Decimal | None

    @property
    def is_empty(self) -> bool:
        return self.over is not None and self.upto is not None and self.over >= self.upto


def bands(scoring: Scoring) -> dict[str, list[Band]]:
    """The points in force as the values that get scores 1 to 5: days, days with a purchase, money."""
    points = Points.stored(scoring)
    days = [(scoring.as_of - point).days - 1 for point in points.recency]
    return {
        "recency": [Band(score, over, upto) for score, over, upto in _falling(days)],
        "frequency": [Band(score, over, upto) for score, over, upto in _rising(points.frequency)],
        "money": [Band(score, over, upto) for score, over, upto in _rising(points.money)],
    }


def _rising(points: tuple) -> Iterator[tuple]:
    return zip(range(1, 6), (None, *points), (*points, None), strict=True)


def _falling(days: list[int]) -> Iterator[tuple]:
    """The longer ago, the lower: the first point is the furthest."""
    return zip(range(1, 6), (*days, -1), (None, *days), strict=True)


def told(outcome: Outcome) -> str:
    """ "31 customers would change" and such, for after it was done."""
    moved = ngettext("%(n)s customer changed the group", "%(n)s customers changed the group", outcome.changed)
    parts = [moved % {"n": outcome.changed}]
    if outcome.scores:
        scored = ngettext("%(n)s got other scores", "%(n)s got other scores", outcome.scores)
        parts.append(scored % {"n": outcome.scores})
    return ", ".join(parts) + "."
