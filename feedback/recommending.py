"""Asking once a quarter whether customers would recommend the team: only those who agreed, spread over its weeks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Mod

from contacts.letters import recipient_of
from contacts.models import Customer, LegalBasis, Purchase
from contacts.models.customer import CustomerQuerySet
from crm.mail.actions import compose, queue
from crm.mail.models import IN_HAND, WAITING, AdvertisingTurn, OutgoingMail, Sender
from crm.mail.models.suppression import ADVERTISING_PAUSE
from crm.mail.quiet import open_from
from feedback.asking import KEEPS, PAUSE
from feedback.asking_words import content_of
from feedback.kinds_rating import RECOMMEND
from feedback.models import Invitation, ServiceRules, Ticket

WEEKS = 13
CATCHES_UP = 5  # weeks after his own in which a customer who had just been asked something may be asked
DEALT = relativedelta(months=12)  # how long ago a customer may have bought or asked
BATCH = 500
Question = Invitation.Question


@dataclass(frozen=True)
class Quarter:
    """The quarter of a day; `week` counts from 0, and its last days belong to the last week."""

    day: date

    @property
    def first(self) -> date:
        return self.day.replace(month=self.day.month - (self.day.month - 1) % 3, day=1)

    @property
    def week(self) -> int:
        return min((self.day - self.first).days // 7, WEEKS - 1)

    @property
    def number(self) -> int:
        return self.day.year * 4 + (self.day.month - 1) // 3

    def __str__(self) -> str:
        return f"{self.day.year}-Q{(self.day.month - 1) // 3 + 1}"


def ask_all(now: datetime) -> str:
    """Put the questions of the day into the outbox. Does as much, however often it runs."""
    senders = Sender.objects.filter(
        team__in=ServiceRules.objects.filter(asks_to_recommend=True).values("team")
    )
    count = sum(_ask_team(sender, now) for sender in senders.select_related("team"))
    return f"{count} asked whether they recommend" if count else ""


def _ask_team(sender: Sender, now: datetime) -> int:
    quarter = Quarter(now.astimezone(ZoneInfo(sender.team.time_zone)).date())
    asked = 0
    for ids in _batches(due(sender, quarter, now=now)):
        asked += _ask_batch(sender, quarter, ids, now)
    return asked


def due(sender: Sender, quarter: Quarter, *, now: datetime) -> CustomerQuerySet:
    """Whose week it is, or was lately; who agreed, dealt with us within a year, and was left in peace of late."""
    team, since = sender.team, quarter.day - DEALT
    began = datetime.combine(quarter.first, datetime.min.time(), ZoneInfo(team.time_zone))
    mine = {"customer": OuterRef("pk")}
    bought = Purchase.objects.filter(bought_on__gte=since, amount__gte=0, **mine)
    spoke = Ticket.objects.filter(opened_at__gte=now - timedelta(days=366), **mine)
    this_quarter = Invitation.objects.filter(question=Question.RECOMMEND, made_at__gte=began, **mine)
    lately = Invitation.objects.made_or_asked(since=now - PAUSE).filter(**mine)
    # The same for a customer all through a quarter, another in the next.
    week = Mod(F("pk") + 5 * quarter.number, WEEKS)
    weeks = range(max(0, quarter.week - CATCHES_UP), quarter.week + 1)
    customers = Customer.objects.open_to_advertising().filter(
        Exists(bought) | Exists(spoke), team=team, legal_basis__kind=LegalBasis.Kind.CONSENT
    )
    return customers.annotate(week=week).filter(
        ~Exists(this_quarter), ~Exists(lately), ~_advertised(sender, now), week__in=weeks
    )


def _advertised(sender: Sender, now: datetime) -> Q:
    """Advertising went to his address within a week, or is on its way."""
    turns = AdvertisingTurn.objects.filter(
        team=sender.team_id, address_hash=OuterRef("letter_hash"), taken_at__gt=now - ADVERTISING_PAUSE
    )
    waiting = OutgoingMail.objects.filter(
        team=sender.team_id, recipient_id=OuterRef("pk"), is_advertising=True, state__in=(*WAITING, *IN_HAND)
    )
    return Q(Exists(turns)) | Q(Exists(waiting))


def _batches(customers: CustomerQuerySet) -> Iterator[list[int]]:
    ids = list(customers.order_by("pk").values_list("pk", flat=True))
    yield from (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


@transaction.atomic
def _ask_batch(sender: Sender, quarter: Quarter, ids: list[int], now: datetime) -> int:
    held = Customer.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    customers = list(held.select_related("main_person", "legal_basis", "owner"))
    for customer in customers:
        _ask(customer, sender, quarter, now)
    return len(customers)


def _ask(customer: Customer, sender: Sender, quarter: Quarter, now: datetime) -> None:
    invitation = Invitation(team=sender.team, customer=customer, question=Question.RECOMMEND, made_at=now)
    to = recipient_of(customer, sender=sender)
    invitation.mail = queue(
        compose(
            sender=sender, kind=RECOMMEND, key=f"recommend:{customer.pk}:{quarter}", to=to, now=now,
            content=content_of(invitation, sender=sender, language=to.language), valid_for=KEEPS,
            not_before=open_from(now, country=to.country, team=sender.team), advertising=True,
        )
    )  # fmt: skip
    invitation.save()
