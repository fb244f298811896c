"""What the left page of the open binder shows: the stack under one tab, and what was left behind."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import Count, DateField, Value
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from contacts import registry
from crm.prepared import Blank, Prepared
from crm.team.models import Absence, User
from followups.binder import Binder, DayTab, MonthTab
from followups.dates import DAY, Tab
from followups.destination import tab_name
from followups.lending import Absences, share_of
from followups.models import FollowUp, FollowUpQuerySet, Slip
from followups.working import Lying, WorkingOrder

BEHIND_SHOWN = 60
STACK_SHOWN = 200
BLOCK, FULL_MARK = 15, 5  # pixels of the gauge


@dataclass(frozen=True)
class Gauge:
    """The day's sheets seen from the edge; lengths are in blocks."""

    done: int
    to_do: int
    capacity: int

    @property
    def total(self) -> int:
        return self.done + self.to_do

    @property
    def is_over(self) -> bool:
        return self.total > self.capacity

    @property
    def width(self) -> int:
        """Of the drawing, in pixels before it is squeezed into the page."""
        return self.total * BLOCK + (FULL_MARK if self.is_over else 0)

    @property
    def done_blocks(self) -> list[float]:
        return [x + 0.5 for x in self._blocks(0, self.done)]

    @property
    def to_do_blocks(self) -> list[int]:
        return self._blocks(self.done, self.total)

    @property
    def full_at(self) -> int:
        return self.capacity * BLOCK

    def _blocks(self, first: int, after: int) -> list[int]:
        return [n * BLOCK + (FULL_MARK if n >= self.capacity else 0) for n in range(first, after)]


class Board:
    """One tab of one binder, as `user` sees it at the instant `now`."""

    def __init__(self, *, user: User, owner: User, tab: Tab, now: datetime) -> None:
        self.user = user
        self.owner = owner
        self.tab = tab
        self.now = now
        self.today = owner.today(now)

    @cached_property
    def absences(self) -> Absences:
        return Absences(self.user, on=self.user.today(self.now))

    @cached_property
    def binder(self) -> Binder:
        """The user's own, or as much of a colleague's as he looks after."""
        share = None if self.is_own else share_of(self.user, self.owner, on=self.absences.on)
        return Binder(self.owner, now=self.now, share=share)

    @cached_property
    def lent(self) -> list[tuple[Absence, int]]:
        """Absences of others whose binder the user looks after, each with how many wait there today."""
        return [(absence, self._waiting(absence)) for absence in self.absences.lent]

    def _waiting(self, absence: Absence) -> int:
        owner = absence.user
        share = share_of(self.user, owner, on=self.absences.on) if absence.is_split else None
        binder = Binder(owner, now=self.now, share=share)
        return binder.places.filter(precision=DAY, due_on__lte=binder.today).count()

    @cached_property
    def url(self) -> str:
        return f"{reverse('followups:today')}{self.owner.pk}/"

    @property
    def is_own(self) -> bool:
        return self.owner.pk == self.user.pk

    @property
    def is_visited(self) -> bool:
        """A colleague's binder that the user opened without standing in for him."""
        return not self.is_own and self.owner.pk not in [absence.user_id for absence in self.absences.lent]

    @property
    def is_today(self) -> bool:
        return self.tab == Tab(self.today)

    @property
    def name(self) -> str:
        return tab_name(self.tab, today=self.today)

    @property
    def holiday(self) -> str:
        return self.binder.calendar.holiday_name(self.tab.due_on) if self.gauge else ""

    @property
    def stack_label(self) -> str:
        return _("Dossiers under %(tab)s") % {"tab": self.name}

    @cached_property
    def rail(self) -> list[DayTab]:
        return self.binder.day_tabs(opened=self.tab)

    @cached_property
    def turns(self) -> set[date]:
        """The first day of each month among the tabs."""
        first: dict[tuple[int, int], date] = {}
        for tab in self.rail:
            if tab.day:
                first.setdefault((tab.day.year, tab.day.month), tab.day)
        return set(first.values())

    @cached_property
    def targets(self) -> list[DayTab]:
        """The same day tabs to move to, as full as they are for their owner."""
        whole = self.binder.whole
        return self.rail if whole is self.binder else whole.day_tabs(opened=self.tab)

    @property
    def targets_from_today(self) -> list[DayTab]:
        """Those in the order of their days, for choosing one."""
        return sorted((tab for tab in self.targets if tab.day), key=lambda tab: tab.day)

    @cached_property
    def months(self) -> list[MonthTab]:
        return self.binder.month_tabs(opened=self.tab)

    @property
    def _under(self) -> FollowUpQuerySet:
        return self.binder.dossiers_under(self.tab)[:STACK_SHOWN]

    @cached_property
    def stack(self) -> list[FollowUp]:
        return list(self._under.with_dossier())

    @cached_property
    def _stack_order(self) -> list[Lying]:
        return Lying.all_of(self._under)

    @cached_property
    def _behind_order(self) -> list[Lying]:
        return Lying.all_of(self._left_behind)

    @property
    def to_do(self) -> int:
        return self.binder.load_of(self.tab)

    @property
    def to_deal_out(self) -> int:
        """Dossiers behind the open month as a whole."""
        return self.binder.months_whole[self.tab.due_on] if self.tab.is_month else 0

    @cached_property
    def dealt_out(self) -> int:
        """On the first working day of a month: how many lie where they were dealt out to from behind it."""
        first = self.today.replace(day=1)
        begins = self.is_today and self.owner.calendar.next_working(first) == self.today
        return self.binder.places.dealt_from(first).count() if begins else 0

    @property
    def is_empty(self) -> bool:
        """Neither under the tab nor left behind lies anything."""
        return not self.to_do and not (self.is_today and self.binder.left_behind)

    @property
    def not_shown(self) -> int:
        return max(self.to_do - STACK_SHOWN, 0)

    @property
    def kinds(self) -> list[tuple[str, int]]:
        """How many of each kind, in the order of the kinds: ("call", 9), ("visit", 1)."""
        found = self._all_kinds if self.not_shown else Counter(place.kind for place in self._stack_order)
        return [(kind, found[kind]) for kind in FollowUp.Kind.values if kind in found]

    @property
    def _all_kinds(self) -> Counter[str]:
        if self.tab.is_day and not self.binder.share:
            return Counter({kind: n for kind, is_done, n in self._of_day if not is_done})
        counted = self.binder.dossiers_under(self.tab).order_by().values_list("kind").annotate(n=Count("pk"))
        return Counter(dict(counted))

    @cached_property
    def _of_day(self) -> list[tuple[str, bool, int]]:
        """Of all places of the day: the kind, whether it has been left, and how many; asked once for both uses."""
        places = FollowUp.objects.of(self.owner).due(on=self.tab.due_on).order_by().values_list("kind")
        # Apart, for each has an index of its own; together they would have none.
        lying, left = (
            rows.annotate(is_done=Value(is_done), n=Count("pk"))
            for rows, is_done in ((places.open(), False), (places.closed(), True))
        )
        return list(lying.union(left, all=True))

    @cached_property
    def gauge(self) -> Gauge | None:
        """None for a month or the cabinet: they have no capacity."""
        if not self.tab.is_day:
            return None
        done = sum(n for _kind, is_done, n in self._of_day if is_done)
        return Gauge(done=done, to_do=self.to_do, capacity=self.binder.capacity_on(self.tab.due_on))

    @property
    def _left_behind(self) -> FollowUpQuerySet:
        if not self.is_today or not self.binder.left_behind:
            return FollowUp.objects.none()
        mine = self.binder.places.left_behind(today=self.today)
        return mine.order_by("due_on", "customer__sort_name")[:BEHIND_SHOWN]

    @cached_property
    def behind(self) -> list[FollowUp]:
        return list(self._left_behind.with_dossier())

    @cached_property
    def slips(self) -> dict[int, list[Slip]]:
        """Waiting slips by customer, for every row of the page."""
        return waiting_slips(self.order, today=self.today)

    def slips_on(self, followup: FollowUp) -> list[Slip]:
        """The waiting slips of one dossier; no query of its own where the page shows the rows too."""
        if self._has_read(followup):
            return self.slips.get(followup.customer_id, [])
        return _told_once(_waiting_on(customer=followup.customer_id, day=self.today))

    @cached_property
    def verdicts(self) -> dict[int, SafeString]:
        """The customers' last words on us, by customer, for every row of the page."""
        return self._verdicts_of([place.customer_id for place in self.order])

    def verdict_on(self, followup: FollowUp) -> SafeString | str:
        """As slips_on: no query of its own where the page shows the rows too."""
        read = self._has_read(followup)
        found = self.verdicts if read else self._verdicts_of([followup.customer_id])
        return found.get(followup.customer_id, "")

    def _has_read(self, followup: FollowUp) -> bool:
        """The page shows its row, and what rows say is read for all at once."""
        return "stack" in vars(self) and followup.pk in [place.pk for place in self.order]

    def _verdicts_of(self, customers: list[int]) -> dict[int, SafeString]:
        owners = dict.fromkeys(customers, self.owner.pk)
        return registry.verdicts(owners, viewer=self.user, on=self.user.today(self.now))

    def read_rows(self) -> None:
        """Read the stack and what was left behind whole: their order then costs no query of its own."""
        self._stack_order = [Lying.of(place) for place in self.stack]
        self._behind_order = [Lying.of(place) for place in self.behind]

    @property
    def order(self) -> list[Lying]:
        """The order in which one works: what was left behind, then the stack."""
        return self.working.all

    @property
    def working(self) -> WorkingOrder:
        now = self.now.astimezone(self.owner.zone)
        return WorkingOrder(
            behind=self._behind_order, stack=self._stack_order, now=now, is_today=self.is_today
        )

    def find(self, **which: int) -> FollowUp | None:
        """The place with this pk or customer_id, whole, if it lies in this binder."""
        found = _by_pk if "pk" in which else _by_customer
        return next(iter(found(owner=self.owner.pk, **which)), None)

    def holds(self, followup: FollowUp) -> bool:
        """It lies in the stack, or among what was left behind."""
        left = self.is_today and followup.was_behind(today=self.today)
        return left or self.shows(followup)

    def shows(self, followup: FollowUp) -> bool:
        """It lies in the stack, among those that the page shows."""
        return followup.pk in [place.pk for place in self._stack_order]

    def has_others(self, followup: FollowUp) -> bool:
        """The stack holds more than this one."""
        return any(place.pk != followup.pk for place in self._stack_order)

    def above(self, followup: FollowUp) -> Lying | None:
        """What lies in the stack right above this one."""
        ids = [place.pk for place in self._stack_order]
        at = ids.index(followup.pk)
        return self._stack_order[at - 1] if at else None

    @property
    def opening(self) -> FollowUp | None:
        """What lies open when the tab is opened: of the stack what may be begun, else what was left behind."""
        self.read_rows()
        working = self.working
        ready = (place for place in self.stack if not working.is_for_later(place))
        return next(ready, next(iter(self.stack or self.behind), None))


def _whole() -> FollowUpQuerySet:
    return FollowUp.objects.of(Blank("owner")).open().with_dossier()


_by_pk = Prepared(lambda: _whole().filter(pk=Blank("pk")))
_by_customer = Prepared(lambda: _whole().filter(customer=Blank("customer_id")))


def waiting_slips(followups: Iterable[FollowUp | Lying], *, today: date) -> dict[int, list[Slip]]:
    """Waiting slips by customer, for all of them in one query."""
    found: dict[int, list[Slip]] = {}
    waiting = Slip.objects.waiting(on=today).wanted()
    for slip in waiting.filter(customer_id__in=[f.customer_id for f in followups]):
        found.setdefault(slip.customer_id, []).append(slip)
    return {customer: _told_once(slips) for customer, slips in found.items()}


_waiting_on = Prepared(
    lambda: Slip.objects.waiting(on=Blank("day", DateField())).wanted().filter(customer=Blank("customer"))
)


def _told_once(slips: list[Slip]) -> list[Slip]:
    """Of those that say the same, the first."""
    found: dict[str, Slip] = {}
    for slip in slips:
        found.setdefault(slip.reason, slip)
    return list(found.values())
