"""A dossier's story, newest first: what was said and what was bought, in one order, a page at a time.

A purchase has a day and no time: it stands below that day's entries.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Min, Q, Sum
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts import registry
from contacts.models import Customer, Entry, Purchase
from contacts.models.customer import LATEST
from contacts.models.entry import EntryQuerySet
from crm.markup import written
from crm.prepared import Blank, Prepared

PAGE = LATEST - 1
ALL, ORDERS = "all", "order"
LABELS = {
    Entry.Kind.CALL: gettext_lazy("Calls"),
    Entry.Kind.VISIT: gettext_lazy("Visits"),
    Entry.Kind.EMAIL: gettext_lazy("E-mails"),
    Entry.Kind.LETTER: gettext_lazy("Letters"),
    Entry.Kind.OFFER: gettext_lazy("Offers"),
    Entry.Kind.NOTE: gettext_lazy("Notes"),
    Entry.Kind.TICKET: gettext_lazy("Tickets"),
    Entry.Kind.RATING: gettext_lazy("Ratings"),
    ORDERS: gettext_lazy("Orders"),
}
ICONS = {Entry.Kind.EMAIL: "mail", Entry.Kind.RATING: "good"}
TELLS = (Entry.Kind.TICKET, Entry.Kind.RATING)  # in its first line, what of another app it tells of
_CURSOR = re.compile(r"([12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?)Z-([01])-(\d{1,18})", re.ASCII)


@dataclass(frozen=True, order=True)
class Place:
    """Where a line stands in the order. Sorts by time; of equal times an entry is above a purchase."""

    moment: datetime
    rank: int  # 0: a purchase, 1: an entry
    pk: int

    @classmethod
    def from_slug(cls, slug: str) -> "Place | None":
        """The place a link named, None if it names none."""
        if not (found := _CURSOR.fullmatch(slug)):
            return None
        try:
            return cls(datetime.fromisoformat(f"{found[1]}+00:00"), int(found[2]), int(found[3]))
        except ValueError:
            return None

    @property
    def slug(self) -> str:
        moment = self.moment.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
        return f"{moment.isoformat()}Z-{self.rank}-{self.pk}"


@dataclass(frozen=True)
class EntryLine:
    entry: Entry
    place: Place
    day: date

    is_order = False

    @classmethod
    def of(cls, entry: Entry, zone: ZoneInfo) -> "EntryLine":
        moment = entry.happened_at
        return cls(entry, Place(moment, 1, entry.pk), moment.astimezone(zone).date())

    @property
    def icon(self) -> str:
        return ICONS.get(self.entry.kind, self.entry.kind)

    @property
    def title(self) -> str:
        entry = self.entry
        if self.tells:
            return entry.text.partition("\n")[0]
        if entry.outcome == Entry.Outcome.MISSED:
            return str(entry.get_outcome_display())
        is_answer = entry.kind == Entry.Kind.EMAIL and not (entry.author_id or entry.mail_id)
        kind = _("Answer") if is_answer else str(entry.get_kind_display())
        return f"{kind}, {spell_minutes(entry.minutes)}" if entry.minutes else kind

    @property
    def text(self) -> str:
        """What stands below the title."""
        return self.entry.text.partition("\n")[2].strip() if self.tells else self.entry.text

    @property
    def tells(self) -> bool:
        return self.entry.kind in TELLS

    @property
    def page(self) -> str:
        """Where what it tells of is seen, "" if nowhere."""
        return registry.page_of(self.entry.source, self.entry.source_id) if self.entry.source_id else ""

    @property
    def outcome(self) -> str:
        said = self.entry.outcome in ("", Entry.Outcome.MISSED)
        return "" if said else str(self.entry.get_outcome_display())

    @property
    def who(self) -> str:
        """ "Giorgi"; of what took its time, "Giorgi, in 5 hours"."""
        took = spell_took(self.entry.minutes) if self.tells and self.entry.minutes is not None else ""
        return ", ".join(filter(None, (self.entry.who, took)))

    @property
    def to_month(self) -> bool:
        return self.entry.next_precision == Entry.Precision.MONTH

    @property
    def to_name(self) -> str:
        """The tab it was put behind: "Tue 17 Nov", with the year where it is not that of the talk."""
        to = self.entry.next_on
        near = to.year == self.day.year
        if self.to_month:
            return written(to, "F" if near else "F Y")
        return written(to, "D j M" if near else "D j M Y")


@dataclass(frozen=True)
class OrderLine:
    purchase: Purchase
    place: Place
    day: date

    is_order = True
    icon = "buy"


Line = EntryLine | OrderLine


@dataclass(frozen=True)
class Filter:
    key: str
    label: str | Promise
    count: int
    is_open: bool


@dataclass(frozen=True)
class Month:
    """Lines of one month. `title` is empty where the month has begun on the page before."""

    title: str
    lines: list[Line]


@dataclass(frozen=True)
class Orders:
    """What was bought, summed up."""

    count: int
    total: Decimal
    since: date | None
    last: date | None


class Timeline:
    """One page of the story of `customer`, for somebody whose days are those of `zone`.

    show: ALL, ORDERS or a kind of entry; anything else is ALL. before: the place after which the page begins.
    """

    def __init__(
        self, customer: Customer, *, zone: ZoneInfo, show: str = ALL, before: Place | None = None
    ) -> None:
        self.customer, self.zone, self.before = customer, zone, before
        self.show = show if show in LABELS else ALL

    @cached_property
    def _lines(self) -> list[Line]:
        """A page, and one line more if there is one."""
        lines = [*self._entries(), *self._purchases()]
        return sorted(lines, key=lambda line: line.place, reverse=True)[: PAGE + 1]

    def _entries(self) -> Iterator[EntryLine]:
        if self.show == ORDERS:
            return
        for entry in self._said():
            yield EntryLine.of(entry, self.zone)

    def _said(self) -> Iterable[Entry]:
        if self.show == ALL and not self.before:
            return _latest_entries(customer=self.customer.pk)
        kind = Q() if self.show == ALL else Q(kind=self.show)
        earlier = self._earlier_entries() if self.before else Q()
        return _told(customer=self.customer).filter(kind, earlier)[: PAGE + 1]

    def _earlier_entries(self) -> Q:
        moment = self.before.moment
        same = Q(happened_at=moment, pk__lt=self.before.pk) if self.before.rank else Q()
        return Q(happened_at__lt=moment) | same

    def _purchases(self) -> Iterator[OrderLine]:
        if self.show not in (ALL, ORDERS):
            return
        for purchase in self._bought:
            midnight = datetime.combine(purchase.bought_on, time.min, tzinfo=self.zone)
            yield OrderLine(purchase, Place(midnight, 0, purchase.pk), purchase.bought_on)

    @cached_property
    def _bought(self) -> list[Purchase]:
        """The purchases that may stand on this page, the last one first."""
        if not self.before:
            return self.customer.latest_purchases
        return list(self.customer.purchases.latest_first().filter(self._earlier_purchases())[:LATEST])

    def _earlier_purchases(self) -> Q:
        day = self.before.moment.astimezone(self.zone).date()
        same = Q(bought_on=day) if self.before.rank else Q(bought_on=day, pk__lt=self.before.pk)
        return Q(bought_on__lt=day) | same

    @property
    def lines(self) -> list[Line]:
        return self._lines[:PAGE]

    @property
    def older(self) -> str:
        """What `before` must be for the next page; empty if this is the last."""
        return self.lines[-1].place.slug if len(self._lines) > PAGE else ""

    def months(self, *, going_on: bool = False) -> list[Month]:
        """The page's lines by month. `going_on`: appended to the page before, whose last month may go on."""
        shown = self.before.moment.astimezone(self.zone).date() if self.before and going_on else None
        months = []
        for first, lines in groupby(self.lines, lambda line: line.day.replace(day=1)):
            months.append(Month(_month_title(first, after=shown), list(lines)))
            shown = first
        return months

    @cached_property
    def last_talk(self) -> Entry | None:
        """The last time somebody was spoken with, as far as this page shows it."""
        entries = (line.entry for line in self.lines if not line.is_order)
        return next((entry for entry in entries if entry.is_talk), None)

    @cached_property
    def last_order(self) -> Purchase | None:
        if self.before or self.show not in (ALL, ORDERS):
            return self.customer.purchases.latest_first().first()
        return self._bought[0] if self._bought else None

    @property
    def _is_whole(self) -> bool:
        """The page holds the whole story: what is counted can be counted here."""
        return self.show == ALL and not self.before and len(self._lines) <= PAGE

    @cached_property
    def _kinds(self) -> dict[str, int]:
        if self._is_whole:
            return Counter(line.entry.kind for line in self._lines if not line.is_order)
        rows = self.customer.entries.order_by().values("kind").annotate(n=Count("pk"))
        return {row["kind"]: row["n"] for row in rows}

    @cached_property
    def orders(self) -> Orders:
        if self._is_whole:
            return _summed(self._bought)
        rows = self.customer.purchases.aggregate(
            count=Count("pk"), total=Sum("amount"), since=Min("bought_on"), last=Max("bought_on")
        )
        return Orders(**rows | {"total": rows["total"] or Decimal(0)})

    @property
    def filters(self) -> list[Filter]:
        """The kinds that occur, each with its number, behind "All"."""
        counts = self._kinds | {ORDERS: self.orders.count}
        shown = [(key, label, counts[key]) for key, label in LABELS.items() if counts.get(key)]
        every = (ALL, _("All"), sum(counts.values()))
        return [Filter(key, label, n, is_open=key == self.show) for key, label, n in [every, *shown]]


def _told(**whose: object) -> EntryQuerySet:
    return Entry.objects.filter(**whose).latest_first().with_names().with_mails()


_latest_entries = Prepared(lambda: _told(customer=Blank("customer"))[: PAGE + 1])


def _summed(bought: list[Purchase]) -> Orders:
    """`bought` is all of it, the last one first."""
    if not bought:
        return Orders(0, Decimal(0), since=None, last=None)
    total = sum(purchase.amount for purchase in bought)
    return Orders(len(bought), total, since=bought[-1].bought_on, last=bought[0].bought_on)


def spell_minutes(minutes: int) -> str:
    """ "6 min", "1 h 10"."""
    if minutes < 60:
        return _("%(minutes)d min") % {"minutes": minutes}
    hours, rest = divmod(minutes, 60)
    spelled = _("%(hours)d h %(minutes)02d") if rest else _("%(hours)d h")
    return spelled % {"hours": hours, "minutes": rest}


def spell_took(minutes: int) -> str:
    """ "in 40 minutes", "in 5 hours"."""
    if minutes < 60:
        return ngettext("in %(n)s minute", "in %(n)s minutes", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    return ngettext("in %(n)s hour", "in %(n)s hours", hours) % {"n": hours}


def _month_title(first: date, *, after: date | None) -> str:
    """The year is named once, with its first month on the page."""
    if after and (after.year, after.month) == (first.year, first.month):
        return ""
    return date_format(first, "F" if after and after.year == first.year else "F Y")
