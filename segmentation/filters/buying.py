"""Conditions on purchases, scores, groups and what is expected. Those on what happened know the past."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from contacts.models import Purchase
from segmentation.filters.inputs import Amount, Day, Input, Number, OneOf, Quarter
from segmentation.filters.moment import BOUGHT, Moment, cents
from segmentation.filters.registry import Condition, Operator, register
from segmentation.models import Expectation, Group, GroupHistory, Relationship

GROUPS, BUYING, NEXT = _("Groups and scores"), _("Purchases"), _("What is expected")
SCORES = {"r": _("recency score"), "f": _("frequency score"), "m": _("money score")}
CHANCES = {"p14": _("chance to buy within 14 days"), "p28": _("chance to buy within 28 days")}

MEANT = OneOf("groups", _("groups"), find=lambda moment: Group.choices)
KINDS = OneOf("kinds", _("relationships"), find=lambda moment: Relationship.Kind.choices)
WHAT = OneOf(
    "what",
    _("product group, none for any"),
    find=lambda moment: moment.product_groups,
    any=_("anything"),
    may_go=True,
)
SCORE = Number("score", _("score"), least=1, most=5)
TIMES = Number("times", _("times"), most=10_000)
ONCE = Number("times", _("times"), least=1, most=10_000)
DAYS = Number("days", _("days"), most=3650)
DAY = Day("day", _("day"))
SINCE, UNTIL = Day("since", _("from")), Day("until", _("to"))
AMOUNT = Amount("amount", _("amount"))
PERCENT = Number("percent", _("per cent"), most=100)


# --- what all purchases come to


def _fact(**lookups: str) -> Callable[..., Q]:
    """A condition on a column of facts: _fact(last_on__gte="day") with what was written as `day`."""

    def is_so(moment: Moment, **values: Any) -> Q:
        return moment.bought(Q(**{lookup: values[name] for lookup, name in lookups.items()}))

    return is_so


def _last_within(moment: Moment, days: int) -> Q:
    return moment.bought(Q(last_on__gte=moment.ago(days)))


def _last_before(moment: Moment, days: int) -> Q:
    return moment.bought(Q(last_on__lt=moment.ago(days)))


def _at_least(moment: Moment, times: int) -> Q:
    return moment.bought(Q(purchase_days__gte=times)) if times else Q(pk__isnull=False)  # everybody


def _at_most(moment: Moment, times: int) -> Q:
    return moment.not_bought(Q(purchase_days__gt=times))


def _exactly(moment: Moment, times: int) -> Q:
    return moment.bought(Q(purchase_days=times)) if times else moment.not_bought()


def _worth_at_least(moment: Moment, amount: Decimal) -> Q:
    """Who never bought has spent nothing."""
    least = int(amount * 100)
    return moment.bought(Q(cents__gte=least)) if least > 0 else moment.not_bought(Q(cents__lt=least))


def _worth_at_most(moment: Moment, amount: Decimal) -> Q:
    most = int(amount * 100)
    return moment.bought(Q(cents__lte=most)) if most < 0 else moment.not_bought(Q(cents__gt=most))


# --- purchases of something, in some time

Rows = QuerySet[Purchase]


def _some(moment: Moment, what: list[str]) -> Rows:
    rows = moment.purchases().order_by()
    return rows.filter(product_group__in=what) if what else rows


def _in_days(moment: Moment, what: list[str], days: int) -> Rows:
    return _some(moment, what).filter(bought_on__gte=moment.ago(days))


def _between(moment: Moment, what: list[str], since: date, until: date) -> Rows:
    return _some(moment, what).filter(bought_on__gte=since, bought_on__lte=until)


def _often(rows: Callable[..., Rows]) -> Callable[..., Q]:
    def often(moment: Moment, *, times: int, **values: Any) -> Q:
        bought = rows(moment, **values).filter(BOUGHT)
        if times > 1:
            counted = bought.values("customer").annotate(times=Count("bought_on", distinct=True))
            return moment.among(counted.filter(times__gte=times))
        return _is_among(bought)

    return often


def _worth(rows: Callable[..., Rows]) -> Callable[..., Q]:
    def worth(moment: Moment, *, amount: Decimal, **values: Any) -> Q:
        summed = rows(moment, **values).values("customer").annotate(cents=Sum(cents("amount")))
        return moment.among(summed.filter(cents__gte=int(amount * 100)))

    return worth


def _never(rows: Callable[..., Rows]) -> Callable[..., Q]:
    def never(moment: Moment, **values: Any) -> Q:
        return ~_is_among(rows(moment, **values).filter(BOUGHT))

    return never


def _is_among(rows: QuerySet) -> Q:
    return Q(Exists(rows.filter(customer=OuterRef("pk"))))


# --- groups, scores, relationship


def _in_groups(moment: Moment, groups: list[str]) -> Q:
    return moment.bought(Q(group__in=groups))


def _not_in_groups(moment: Moment, groups: list[str]) -> Q:
    return moment.not_bought(Q(group__in=groups))


def _was_in_groups(moment: Moment, quarter: date, groups: list[str]) -> Q:
    rows = GroupHistory.objects.filter(team=moment.team, quarter=quarter, group__in=groups)
    return _is_among(rows)


def _is_seen_as(moment: Moment, kinds: list[str]) -> Q:
    return _is_among(Relationship.objects.filter(kind__in=kinds))


def _score(key: str) -> Condition:
    def is_so(lookup: str) -> Callable[..., Q]:
        return lambda moment, score: moment.scored(Q(**{f"{key}__{lookup}": score}))

    operators = (
        Operator("least", _("is at least %(score)s"), is_so("gte"), (SCORE,)),
        Operator("most", _("is at most %(score)s"), is_so("lte"), (SCORE,)),
        Operator("is", _("is %(score)s"), is_so("exact"), (SCORE,)),
    )
    return Condition(f"score_{key}", GROUPS, SCORES[key], operators, knows_past=True)


# --- what is expected


def _due_within(moment: Moment, days: int) -> Q:
    return _expected(Q(due_on__gte=moment.today, due_on__lte=moment.today + timedelta(days)))


def _overdue(moment: Moment) -> Q:
    return _expected(Q(window_to__lt=moment.today))


def _expected(expectation: Q) -> Q:
    return _is_among(Expectation.objects.filter(expectation))


def _chance(key: str) -> Condition:
    def is_so(lookup: str) -> Callable[..., Q]:
        return lambda moment, percent: _expected(Q(**{f"{key}__{lookup}": percent / 100}))

    operators = (
        Operator("least", _("is at least %(percent)s %%"), is_so("gte"), (PERCENT,)),
        Operator("most", _("is at most %(percent)s %%"), is_so("lte"), (PERCENT,)),
    )
    return Condition(key, NEXT, CHANCES[key], operators)


def _first_or_last(key: str, label: object, column: str) -> Condition:
    days = ()
    if column == "last_on":
        days = (
            Operator("ago", _("was more than %(days)s days ago"), _last_before, (DAYS,)),
            Operator("within", _("was within the last %(days)s days"), _last_within, (DAYS,)),
        )
    operators = (
        *days,
        Operator("from", _("was on %(day)s or later"), _fact(**{f"{column}__gte": "day"}), (DAY,)),
        Operator("before", _("was before %(day)s"), _fact(**{f"{column}__lt": "day"}), (DAY,)),
    )
    return Condition(key, BUYING, label, operators, knows_past=True)


LAST: tuple[Input, ...] = (DAYS, WHAT)
SPAN: tuple[Input, ...] = (SINCE, UNTIL, WHAT)

register(
    Condition(
        "group", GROUPS, _("group"),
        (
            Operator("is", _("is %(groups)s"), _in_groups, (MEANT,)),
            Operator("is_not", _("is not %(groups)s"), _not_in_groups, (MEANT,)),
        ),
        knows_past=True,
    ),
    Condition(
        "group_before", GROUPS, _("group at the end of a quarter"),
        (Operator("was", _("on %(quarter)s was %(groups)s"), _was_in_groups,
                  (Quarter("quarter", _("end of the quarter")), MEANT)),),
        knows_past=True,
    ),
    *map(_score, SCORES),
    Condition(
        "relationship", GROUPS, _("relationship"),
        (
            Operator("is", _("was set by hand to %(kinds)s"), _is_seen_as, (KINDS,)),
            Operator("none", _("was not set by hand"),
                     lambda moment: ~_is_among(Relationship.objects.all())),
        ),
    ),
    _first_or_last("last_purchase", _("last purchase"), "last_on"),
    _first_or_last("first_purchase", _("first purchase"), "first_on"),
    Condition(
        "ever", BUYING, _("purchases ever"),
        (
            Operator("least", _("are at least %(times)s"), _at_least, (TIMES,)),
            Operator("most", _("are at most %(times)s"), _at_most, (TIMES,)),
            Operator("is", _("are exactly %(times)s"), _exactly, (TIMES,)),
        ),
        knows_past=True,
    ),
    Condition(
        "money", BUYING, _("money spent ever"),
        (
            Operator("least", _("is at least %(amount)s"), _worth_at_least, (AMOUNT,)),
            Operator("most", _("is at most %(amount)s"), _worth_at_most, (AMOUNT,)),
        ),
        knows_past=True,
    ),
    Condition(
        "purchases", BUYING, _("purchases"),
        (
            Operator("often_last", _("of %(what)s: at least %(times)s in the last %(days)s days"),
                     _often(_in_days), (ONCE, *LAST)),
            Operator("often_span", _("of %(what)s: at least %(times)s from %(since)s to %(until)s"),
                     _often(_between), (ONCE, *SPAN)),
            Operator("often_ever", _("of %(what)s: at least %(times)s ever"), _often(_some), (ONCE, WHAT)),
            Operator("worth_last", _("of %(what)s: for at least %(amount)s in the last %(days)s days"),
                     _worth(_in_days), (AMOUNT, *LAST)),
            Operator("worth_span", _("of %(what)s: for at least %(amount)s from %(since)s to %(until)s"),
                     _worth(_between), (AMOUNT, *SPAN)),
            Operator("none_last", _("of %(what)s: none in the last %(days)s days"), _never(_in_days), LAST),
            Operator("none_span", _("of %(what)s: none from %(since)s to %(until)s"), _never(_between), SPAN),
            Operator("none_ever", _("of %(what)s: none ever"), _never(_some), (WHAT,)),
        ),
        knows_past=True,
    ),
    Condition(
        "next_purchase", NEXT, _("next purchase"),
        (
            Operator("within", _("is due within the next %(days)s days"), _due_within, (DAYS,)),
            Operator("overdue", _("is overdue"), _overdue),
        ),
    ),
    *map(_chance, CHANCES),
)  # fmt: skip
