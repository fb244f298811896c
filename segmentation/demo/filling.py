"""Reminders for the small demo: a series that has run for a year, its letters, and an outbox with every kind of end."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from random import Random

from contacts.models import Customer, Entry, Purchase
from crm.mail.models import Suppression
from crm.team.models import Team, User
from followups.demo.stage import KESSLER
from segmentation.demo.cycles import BACK, GAPS, GROUPS, LEAST_LEAD, Cycle, History, Year
from segmentation.demo.letters import give_grounds, make_letters, make_sender
from segmentation.demo.outbox import Outbox
from segmentation.models import Group, Reminder, Scoring, Series, Step
from segmentation.models.reminder import NOT_SPOKEN
from segmentation.quarters import today_of
from segmentation.reminding.enrolling import CODE_LENGTH, CODE_SIGNS
from segmentation.typical import keep

CODE = "AGAIN"
SUBJECTS = {
    "A": {},
    "B": {
        "en": "Your last order was on {last_purchase}",
        "de": "Ihre letzte Bestellung: {last_purchase}",
        "ka": "თქვენი ბოლო შეკვეთა: {last_purchase}",
    },
}


def fill(team: Team, random: Random, now: datetime) -> None:
    lead, today = User.objects.filter(team=team, role=User.Role.LEAD).get(), today_of(team, now)
    sender, letters = make_sender(team), make_letters(team)
    give_grounds(team, lead, random, now)
    keep(team, on=today)
    series = _series(team, lead, now, [letters[key] for key in ("reminder", "offer", "last")])
    _draft(team, lead, now, [letters["offer"], letters["last"]])
    scoring = Scoring.objects.get(team=team)
    year = Year(team, random, now=now, vip_from=scoring.vip_from)
    cycles = list(year.cycles(_histories(team, today)))
    reminders = _write(series, cycles, random)
    outbox = Outbox(sender, series, random, now=now)
    by_hand = (letters["thanks"], letters["missed"])
    outbox.fill(list(zip(cycles, reminders, strict=True)), by_hand)


def _series(team: Team, lead: User, now: datetime, letters: list) -> Series:
    series = Series.objects.create(
        team=team,
        name="Time to order again",
        groups=list(GROUPS),
        code_prefix=CODE,
        made_by=lead,
        made_at=now - timedelta(days=BACK + 3),
        running_since=now - timedelta(days=BACK + 1),
    )
    for position, (letter, gap) in enumerate(zip(letters, GAPS, strict=True), start=1):
        step = Step.objects.create(series=series, position=position, after_days=gap, letter=letter)
        if position == 1:
            for key, subjects in SUBJECTS.items():
                step.variants.create(key=key, subjects=subjects)
    return series


def _draft(team: Team, lead: User, now: datetime, letters: list) -> None:
    """One that is not running yet."""
    series = Series.objects.create(
        team=team, name="The second purchase", groups=[Group.BEGINNER], code_prefix="TWO", made_by=lead,
        made_at=now - timedelta(days=2),
    )  # fmt: skip
    for position, letter in enumerate(letters, start=1):
        Step.objects.create(series=series, position=position, after_days=21 * (position > 1), letter=letter)


def _histories(team: Team, today: date) -> list[History]:
    """Of all who may be written to and of whom something is expected."""
    bought: dict[int, list[date]] = defaultdict(list)
    days = Purchase.objects.filter(team=team, amount__gte=0).order_by("customer", "bought_on")
    for customer, day in days.values_list("customer", "bought_on").distinct():
        bought[customer].append(day)
    spoke: dict[int, list[datetime]] = defaultdict(list)
    talks = Entry.objects.filter(customer__team=team).exclude(outcome__in=NOT_SPOKEN).order_by("happened_at")
    for customer, at in talks.values_list("customer", "happened_at"):
        spoke[customer].append(at)
    customers = Customer.objects.filter(team=team, expectation__isnull=False).open_to_advertising()
    rows = customers.select_related("owner", "main_person", "legal_basis", "expectation", "score")
    return [_history(each, bought[each.pk], spoke[each.pk], today) for each in rows.order_by("pk")]


def _history(customer: Customer, bought: list[date], spoke: list[datetime], today: date) -> History:
    if customer.name == KESSLER:  # joins this morning
        return History(customer, (today - bought[-1]).days, bought, spoke, first=len(bought) - 1)
    lead = (customer.expectation.window_from - customer.score.last_on).days
    return History(customer, max(lead, LEAST_LEAD), bought, spoke)


def _write(series: Series, cycles: list[Cycle], random: Random) -> list[Reminder]:
    reminders = [_reminder(series, found, _code(random)) for found in cycles]
    Suppression.objects.bulk_create(
        Suppression(
            team=series.team, address_hash=each.customer.letter_hash, reason=each.stopped_why,
            made_at=each.stopped_at,
        )
        for each in reminders if each.stopped_why == Reminder.Stopped.OPTED_OUT
    )  # fmt: skip
    return Reminder.objects.bulk_create(reminders)


def _code(random: Random) -> str:
    return f"{CODE}-{''.join(random.choices(CODE_SIGNS, k=CODE_LENGTH))}"


def _reminder(series: Series, found: Cycle, code: str) -> Reminder:
    stopped_at, why = found.stopped or (None, "")
    return Reminder(
        customer=found.customer,
        team=series.team,
        series=series,
        cycle=found.cycle,
        group=found.group,
        held_out=found.held_out,
        code="" if found.held_out else code,
        enrolled_at=found.enrolled_at,
        begins_on=found.begins_on,
        steps_done=len(found.letters),
        next_on=found.next_on,
        stopped_at=stopped_at,
        stopped_why=why,
        stopped_by_id=found.customer.owner_id if why == Reminder.Stopped.TAKEN_OUT else None,
        bought_on=found.bought_on,
    )
