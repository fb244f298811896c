"""Whom a series reaches today."""

import secrets
from datetime import date, datetime, timedelta
from random import Random, SystemRandom

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from contacts import registry
from contacts.models import Customer, Purchase
from contacts.models.customer import CustomerQuerySet
from segmentation.models import Reminder, Series
from segmentation.models.reminder import REACHES_BACK
from segmentation.quarters import today_of
from segmentation.reminding.days import LetterDays
from segmentation.scores import hold

BATCH = 1000
CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that are mistaken for another
CODE_LENGTH = 8


def reached(series: Series, *, on: date) -> CustomerQuerySet:
    """For whom the series begins that day: due, open to advertising, and without a complaint that is not settled."""
    return due_for(series, on=on).open_to_advertising().exclude(registry.unhappy())


def due_for(series: Series, *, on: date) -> CustomerQuerySet:
    """Who is due that day and of the groups that the series is for; it need not be saved.

    Of each cycle a customer is enrolled once, over all series. `cycle` and `score_group` come with each.
    """
    point = on - timedelta(series.shift_days)
    due = {f"expectation__{series.begins}__range": (point - REACHES_BACK, point)}
    customers = Customer.objects.filter(team=series.team_id, expectation__team=series.team_id, **due)
    if series.groups:
        customers = customers.filter(score__group__in=series.groups)
    customers = customers.annotate(cycle=F("score__last_on"), score_group=F("score__group"))
    if series.product_group:
        last = Purchase.objects.filter(
            customer=OuterRef("pk"),
            bought_on=OuterRef("cycle"),
            product_group=series.product_group,
            amount__gte=0,
        )
        customers = customers.filter(Exists(last))
    enrolled = Reminder.objects.filter(customer=OuterRef("pk"), cycle__gte=OuterRef("cycle"))
    return customers.filter(~Exists(enrolled), cycle__isnull=False)


def enrol(series: Series, *, now: datetime, lot: Random | None = None) -> int:
    """Enrol whom the series reaches at the instant `now`, each batch for itself. Returns how many they are."""
    days, lot = LetterDays(series.team), lot or SystemRandom()
    count = last = 0
    while batch := _enrol_batch(series, last, now, days, lot):
        count, last = count + len(batch), batch[-1].customer_id
    return count


@transaction.atomic
def _enrol_batch(series: Series, last: int, now: datetime, days: LetterDays, lot: Random) -> list[Reminder]:
    """Those whose ids follow `last`."""
    # A purchase that comes meanwhile waits, finds the reminder and stops it; the series cannot stop unseen either.
    hold(series.team)
    if not Series.objects.select_for_update(no_key=True).running().filter(pk=series.pk).first():
        return []
    today = today_of(series.team, now)
    customers = reached(series, on=today).filter(pk__gt=last).order_by("pk")
    rows = list(customers.values_list("pk", "cycle", "score_group", "country")[:BATCH])
    codes = _free_codes(series, len(rows))
    # One day at least, so that one may look at who gets the letter, and take someone out.
    found = [
        _reminder(
            series,
            pk,
            cycle,
            group,
            days.after_day(today, country),
            now,
            lot,
            code=codes.pop() if codes else "",
        )
        for pk, cycle, group, country in rows
    ]
    Reminder.objects.bulk_create(found)
    return found


def _reminder(
    series: Series,
    customer_id: int,
    cycle: date,
    group: str,
    begins_on: date,
    now: datetime,
    lot: Random,
    *,
    code: str,
) -> Reminder:
    held_out = lot.random() * 100 < series.held_out_percent
    return Reminder(
        customer_id=customer_id,
        team_id=series.team_id,
        series=series,
        cycle=cycle,
        group=group,
        held_out=held_out,
        code="" if held_out else code,
        enrolled_at=now,
        begins_on=begins_on,
        next_on=None if held_out else begins_on,
    )


def _free_codes(series: Series, number: int) -> set[str]:
    """So many that no reminder of the team has, nor gets meanwhile; none for a series that has none.

    Of a hundred thousand, two are the same once in 170 times.
    """
    free: set[str] = set()
    while series.code_prefix and len(free) < number:
        drawn = {_code(series.code_prefix) for _ in range(number - len(free))}
        taken = Reminder.objects.filter(team=series.team_id, code__in=drawn)
        free |= drawn.difference(taken.values_list("code", flat=True))
    return free


def _code(prefix: str) -> str:
    """Short enough to be read out, and not to be guessed: 31 ** 8 of them."""
    return f"{prefix}-{''.join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))}"
