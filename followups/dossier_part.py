"""What the binder adds to every dossier: its first place, where it lies, and the result slip."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from functools import cached_property

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Customer, Entry
from contacts.registry import Panel, Part, Section
from crm.prepared import Blank, Prepared
from crm.team.models import User
from followups.actions import hand_over, open_in_binder
from followups.board import Board
from followups.dates import Tab
from followups.foreseeing import foresee
from followups.models import FollowUp
from followups.sheet import Sheet, open_sheet
from followups.tries import missed
from followups.views.board import just_placed

PLACES = 6  # that are looked at for the path and for tries


def lies_under(customers: Iterable[Customer]) -> dict[int, FollowUp]:
    return {f.customer_id: f for f in FollowUp.objects.open().filter(customer__in=customers)}


_left = Prepared(
    lambda: (
        FollowUp.objects.filter(customer=Blank("customer"), closed_at__isnull=False)
        .order_by("-closed_at", "-pk")
        .values_list("due_on", "result", "closed_at")[:PLACES]
    )
)


class Place:
    """Where one dossier lies, as its own page shows it."""

    def __init__(self, user: User, customer: Customer, *, placed: str = "") -> None:
        self.user = user
        self.customer = customer
        self.now = timezone.now()
        self._placed = placed

    @cached_property
    def followup(self) -> FollowUp:
        """As the page has read it already; mostly in the binder of the customer's owner."""
        found = getattr(self.customer, "place", None) or FollowUp.objects.open().get(customer=self.customer)
        found.customer = self.customer
        if found.owner_id == self.customer.owner_id:
            found.owner = self.customer.owner
        found.owner.team = self.user.team  # nothing crosses the team: no query needs to tell
        return found

    @cached_property
    def board(self) -> Board:
        tab = Tab(self.followup.due_on, self.followup.precision)
        return Board(user=self.user, owner=self.followup.owner, tab=tab, now=self.now)

    @cached_property
    def sheet(self) -> Sheet:
        sheet = open_sheet(self.board, self.followup, alone=True)
        sheet.missed = missed(
            (result, at) for _day, result, at in self._before if result in Entry.Outcome.values
        )
        return sheet

    @cached_property
    def placed(self) -> list[FollowUp]:
        return just_placed(self.user, self._placed)

    @cached_property
    def _before(self) -> list[tuple[date | None, str, datetime]]:
        """Day, result and end of the places before this one, the latest first."""
        return _left(customer=self.customer.pk)

    @property
    def path(self) -> list[date]:
        """The tabs of the two places before this one, the older first."""
        return [day for day, _result, _at in self._before if day][1::-1]

    @cached_property
    def _neighbours(self) -> list[tuple[int, str]]:
        under = self.board.binder.dossiers_under(self.board.tab)
        return list(under.values_list("customer_id", "customer__name"))

    @property
    def position(self) -> int:
        """Counted from 1 in the working order of its tab."""
        ids = [pk for pk, _ in self._neighbours]
        return ids.index(self.customer.pk) + 1 if self.customer.pk in ids else 0

    @property
    def size(self) -> int:
        return len(self._neighbours)

    @property
    def next(self) -> tuple[int, str] | None:
        return self._neighbours[self.position] if 0 < self.position < self.size else None

    @property
    def previous(self) -> tuple[int, str] | None:
        return self._neighbours[self.position - 2] if self.position > 1 else None


def _place(request: HttpRequest, customer: Customer) -> dict:
    """One Place for all panels of a page."""
    known = request.__dict__.setdefault("places", {})
    if customer.pk not in known:
        known[customer.pk] = Place(request.user, customer, placed=request.GET.get("placed", ""))
    place = known[customer.pk]
    return {
        "place_here": place,
        "board": place.board,
        "sheet": place.sheet,
        "placed": place.placed,
        "page": "dossier",
    }


def _panel(slot: str, context: Callable[[HttpRequest, Customer], dict] = _place) -> Panel:
    return Panel(slot, f"followups/panels/{slot}.html", context)


def export(customer: Customer) -> Iterator[Section]:
    """All places where the dossier has lain, and what was laid on it."""
    places = customer.followups.select_related("owner").order_by("pk")
    columns = (
        "due_on", "precision", "at", "kind", "plan", "rest_reason", "owner", "opened_at", "closed_at", "result",
    )  # fmt: skip
    yield Section("places", _("Places in the binder"), places, columns)
    columns = ("reason", "speaks_on", "made_at", "done_at")
    yield Section("slips", _("Slips"), customer.slips.all(), columns)
    lots = customer.lots.select_related("share__user", "share__split").order_by("pk")
    yield Section("lots", _("Shares of a split binder"), lots, ("looked_after_by", "since"))


PART = Part(
    name="binder",
    panels=tuple(_panel(slot) for slot in ("tabs", "mid", "right", "rail", "bar")),
    opened=open_in_binder,
    foresee=foresee,
    handed_over=hand_over,
    lies_under=lies_under,
    export=export,
)
