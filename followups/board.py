"""What the open binder shows: the stack under one tab, what was left behind, and one dossier beside it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from django.db.models import Count, Window
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts import card, registry
from contacts.lines import short_lines
from contacts.models import Customer
from crm.team.models import Absence, User
from followups.binder import Binder, DayTab, MonthTab
from followups.dates import Tab
from followups.destination import tab_name
from followups.forms import ResultForm
from followups.models import FollowUp, FollowUpQuerySet, Slip
from followups.rhythms import rhythm_of

BEHIND_SHOWN = 60
STACK_SHOWN = 200
SOON = 90  # minutes
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


class Lying(NamedTuple):
    """As much of a place as its neighbours must know. A customer's name is `name`."""

    pk: int
    customer_id: int
    name: str
    kind: str

    @classmethod
    def all_of(cls, places: FollowUpQuerySet) -> "list[Lying]":
        return [cls(*row) for row in places.values_list("pk", "customer_id", "customer__name", "kind")]

    @classmethod
    def of(cls, place: FollowUp) -> "Lying":
        return cls(place.pk, place.customer_id, place.customer.name, place.kind)


class Board:
    """One tab of one binder, as `user` sees it at the instant `now`."""

    def __init__(self, *, user: User, owner: User, tab: Tab, now: datetime) -> None:
        self.user = user
        self.owner = owner
        self.tab = tab
        self.now = now
        self.binder = Binder(owner, now=now)
        self.today = self.binder.today

    @cached_property
    def url(self) -> str:
        return f"{reverse('followups:today')}{self.owner.pk}/"

    @property
    def is_own(self) -> bool:
        return self.owner.pk == self.user.pk

    @property
    def is_visited(self) -> bool:
        """A colleague's binder that the user opened without standing in for him."""
        return not self.is_own and self.owner.pk not in [absence.user_id for absence in self.lent]

    @property
    def is_today(self) -> bool:
        return self.tab == Tab(self.today)

    @property
    def name(self) -> str:
        return tab_name(self.tab, today=self.today)

    @property
    def holiday(self) -> str:
        return self.owner.calendar.holiday_name(self.tab.due_on) if self.gauge else ""

    @property
    def stack_label(self) -> str:
        return _("Dossiers under %(tab)s") % {"tab": self.name}

    @cached_property
    def rail(self) -> list[DayTab]:
        return self.binder.day_tabs(opened=self.tab)

    @property
    def rail_from_today(self) -> list[DayTab]:
        """The day tabs in the order of their days, for choosing one."""
        return sorted((tab for tab in self.rail if tab.day), key=lambda tab: tab.day)

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
        found = Counter(f.kind for f in self._stack_order)
        return [(kind, found[kind]) for kind in FollowUp.Kind.values if kind in found]

    @cached_property
    def gauge(self) -> Gauge | None:
        """None for a month or the cabinet: they have no capacity."""
        if self.tab.is_month or self.tab.is_cabinet:
            return None
        done = FollowUp.objects.of(self.owner).due(on=self.tab.due_on).filter(closed_at__isnull=False).count()
        return Gauge(done=done, to_do=self.to_do, capacity=self.binder.capacity)

    @property
    def _left_behind(self) -> FollowUpQuerySet:
        if not self.is_today or not self.binder.left_behind:
            return FollowUp.objects.none()
        mine = FollowUp.objects.of(self.owner).open().left_behind(today=self.today)
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
        if "stack" in vars(self) and followup.pk in [place.pk for place in self.order]:
            return self.slips.get(followup.customer_id, [])
        return waiting_slips([followup], today=self.today).get(followup.customer_id, [])

    @cached_property
    def lent(self) -> list[Absence]:
        """Absences for which the user stands in today."""
        running = Absence.objects.running(on=self.user.today(self.now)).filter(stand_in=self.user)
        return list(running.select_related("user__team"))

    def read_rows(self) -> None:
        """Read the stack and what was left behind whole: their order then costs no query of its own."""
        self._stack_order = [Lying.of(place) for place in self.stack]
        self._behind_order = [Lying.of(place) for place in self.behind]

    @property
    def order(self) -> list[Lying]:
        """The order in which one works: what was left behind, then the stack."""
        return [*self._behind_order, *self._stack_order]

    def find(self, **which: int) -> FollowUp | None:
        """The place with this pk or customer_id, whole, if it lies in this binder."""
        try:
            return FollowUp.objects.of(self.owner).open().with_dossier().get(**which)
        except FollowUp.DoesNotExist:
            return None

    def holds(self, followup: FollowUp) -> bool:
        """It lies in the stack, or among what was left behind."""
        left = self.is_today and followup.was_behind(today=self.today)
        return left or followup.pk in [place.pk for place in self._stack_order]

    def after(self, followup: FollowUp) -> Lying | None:
        """What opens when this one is filed: the next in order, else the first that is left."""
        return (
            self._next_in(self._stack_order, followup)
            or self._next_in(self.order, followup)
            or self.first(followup)
        )

    def _next_in(self, places: list[Lying], followup: FollowUp) -> Lying | None:
        ids = [place.pk for place in places]
        following = places[ids.index(followup.pk) + 1 :] if followup.pk in ids else []
        return following[0] if following else None

    def first(self, without: FollowUp) -> Lying | None:
        """The first in order, leaving out one."""
        return next((place for place in self.order if place.pk != without.pk), None)


def waiting_slips(followups: Iterable[FollowUp | Lying], *, today: date) -> dict[int, list[Slip]]:
    """Waiting slips by customer, for all of them in one query."""
    found: dict[int, list[Slip]] = {}
    for slip in Slip.objects.waiting(on=today).filter(customer_id__in=[f.customer_id for f in followups]):
        found.setdefault(slip.customer_id, []).append(slip)
    return found


@dataclass
class Sheet:
    """One dossier on the right page. `then` is what opens when it is filed."""

    followup: FollowUp
    board: Board
    form: ResultForm
    then: Lying | None = None

    @property
    def customer(self) -> Customer:
        return self.followup.customer

    @cached_property
    def entries(self) -> list:
        """The last three, each knowing how many there are in `of`."""
        latest = self.customer.entries.latest_first().with_names()
        return list(latest.annotate(of=Window(Count("*")))[:3])

    @property
    def entry_count(self) -> int:
        return self.entries[0].of if self.entries else 0

    @property
    def card(self) -> SafeString:
        """The lines of the info card."""
        return card.on_sheet(self.customer, today=self.board.today, currency=self.board.user.team.currency)

    @property
    def mark(self) -> SafeString:
        return registry.mark(self.customer)

    @property
    def last_entries(self) -> SafeString:
        return short_lines(self.entries, zone=self.board.user.zone)

    @cached_property
    def slips(self) -> list[Slip]:
        return self.board.slips_on(self.followup)

    @property
    def may_bring_forward(self) -> bool:
        """A slip waits, and only an agreed time keeps the dossier from coming forward by itself."""
        return self.followup.is_appointment and self.followup.due_on > self.board.today

    @property
    def next_contact(self) -> str:
        """What is to be done: "Call at 10:15"."""
        place = self.followup
        kind = place.get_kind_display()
        return (
            _("%(kind)s at %(time)s") % {"kind": kind, "time": f"{place.at:%H:%M}"} if place.at else str(kind)
        )

    @property
    def about_it(self) -> str:
        """How soon, where it lies if not under the open tab, and the customer's best time."""
        best = self.customer.best_time
        words = [self._how_soon, self._where, _("· best time: %(time)s") % {"time": best} if best else ""]
        return "".join(f" {word}" for word in words if word)

    @property
    def _how_soon(self) -> str:
        minutes = self.minutes_left
        if minutes is None or not 0 < minutes <= SOON:
            return ""
        return ngettext("in %(n)s minute", "in %(n)s minutes", minutes) % {"n": minutes}

    @property
    def _where(self) -> str:
        if not self.followup.due_on:
            return _("rests in the cabinet")
        if self.followup.due_on == self.board.tab.due_on:
            return ""
        return _("lies under %(tab)s") % {"tab": tab_name(self.followup.tab, today=self.board.today)}

    @property
    def its_time_has_passed(self) -> bool:
        minutes = self.minutes_left
        return minutes is not None and minutes < 0

    @cached_property
    def minutes_left(self) -> int | None:
        """Minutes until the agreed time, negative when it has passed; None without one or on another day."""
        if not self.followup.at or self.followup.due_on != self.board.today:
            return None
        zone = self.board.owner.zone
        agreed = datetime.combine(self.followup.due_on, self.followup.at, tzinfo=zone)
        return round((agreed - self.board.now).total_seconds() / 60)


def open_sheet(
    board: Board, followup: FollowUp, *, form: ResultForm | None = None, alone: bool = False
) -> Sheet:
    """The sheet with its result slip; `alone` on the dossier's own page, where nothing opens after it."""
    form = form or ResultForm(
        binder=board.binder, initial={"version": followup.version, "outcome": "agreed", "kind": followup.kind}
    )
    form.keep(rhythm_of(followup.customer))
    return Sheet(followup, board, form, then=None if alone else board.after(followup))
