"""Slips that waited for more than a week: each is a promise to speak up that nobody kept."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from contacts.models import Customer
from crm.team.models import User
from followups.dates import Tab
from followups.models import FollowUp, Slip

MOST = 200  # dossiers on the page


@dataclass
class Ignored:
    """One dossier with all that it has been saying in vain."""

    customer: Customer
    slips: list[Slip]
    place: FollowUp | None
    days: int

    @property
    def tab(self) -> Tab | None:
        return self.place and self.place.tab

    @property
    def since(self) -> date:
        return self.slips[0].speaks_on


class SlipsLeft:
    """For a manager his own, for a lead the whole team's; read in a few queries however many there are."""

    def __init__(self, user: User, *, now: datetime) -> None:
        self.user, self.today = user, user.today(now)

    @cached_property
    def _slips(self) -> dict[int, dict[str, Slip]]:
        found: dict[int, dict[str, Slip]] = {}
        ignored = Slip.objects.visible_to(self.user).ignored(on=self.today).wanted()
        for slip in ignored.select_related("customer__owner"):
            found.setdefault(slip.customer_id, {}).setdefault(slip.reason, slip)
        return found

    @property
    def number(self) -> int:
        """Of dossiers."""
        return len(self._slips)

    @property
    def not_shown(self) -> int:
        return max(self.number - MOST, 0)

    @cached_property
    def by_owner(self) -> list[tuple[User, int]]:
        """Who has how many, most first."""
        owners = {}
        counts: Counter[int] = Counter()
        for slips in self._slips.values():
            owner = next(iter(slips.values())).customer.owner
            owners[owner.pk] = owner
            counts[owner.pk] += 1
        return sorted(((owners[pk], n) for pk, n in counts.items()), key=lambda row: (-row[1], row[0].name))

    @cached_property
    def rows(self) -> list[Ignored]:
        """The oldest first."""
        shown = list(self._slips.items())[:MOST]
        places = FollowUp.objects.open().filter(customer__in=[customer for customer, _slips in shown])
        by_customer = {place.customer_id: place for place in places}
        return [self._row(list(slips.values()), by_customer.get(customer)) for customer, slips in shown]

    def _row(self, slips: list[Slip], place: FollowUp | None) -> Ignored:
        return Ignored(slips[0].customer, slips, place, (self.today - slips[0].speaks_on).days)
