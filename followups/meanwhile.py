"""What was done in a binder while its owner was away."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import groupby

from contacts.models import Entry
from crm.team.models import Absence, User
from followups.dates import Tab
from followups.models import FollowUp

MOST = 2000  # lines that are listed


def instants(user: User, first: date, last: date) -> tuple[datetime, datetime]:
    """From the beginning of the first day to the end of the last, as it is with that user."""
    after = last + timedelta(1)
    return tuple(datetime.combine(day, time.min, tzinfo=user.zone) for day in (first, after))


@dataclass(frozen=True)
class Deed:
    """One line: what was said or moved, by whom, and where the dossier went."""

    at: datetime
    customer_id: int
    customer: str
    who: str
    what: str
    text: str = ""
    tab: Tab | None = None


class Meanwhile:
    """The work of others in the owner's binder on the days of an absence, as far as they have come."""

    def __init__(self, absence: Absence, *, now: datetime) -> None:
        self.absence, self.owner = absence, absence.user
        self.today = self.owner.today(now)
        self.span = instants(self.owner, absence.starts_on, absence.ends_on)

    @cached_property
    def _talks(self) -> list[Entry]:
        """Also notes and letters; those which went with a movement know its place."""
        # By way of the dossiers, whose timelines are in order: who wrote for whom is not.
        mine = Entry.objects.filter(customer__owner=self.owner, on_behalf_of=self.owner)
        rows = mine.filter(happened_at__range=self.span).select_related("customer", "author")
        return list(rows.defer("customer__search_text").order_by("happened_at", "pk")[:MOST])

    @cached_property
    def _moves(self) -> list[FollowUp]:
        """Movements without a talk."""
        rows = FollowUp.objects.of(self.owner).filter(closed_at__range=self.span, entry__isnull=True)
        others = rows.filter(closed_by__isnull=False).exclude(closed_by=self.owner)
        known = others.select_related("customer", "closed_by", "next").defer("customer__search_text")
        return list(known.order_by("closed_at", "pk")[:MOST])

    @cached_property
    def _deeds(self) -> list[Deed]:
        return sorted([*map(_of_talk, self._talks), *map(_of_move, self._moves)], key=lambda deed: deed.at)

    @property
    def days(self) -> Iterator[tuple[date, list[Deed]]]:
        """Each day on which something was done, with its lines."""
        for day, deeds in groupby(self._deeds, key=lambda deed: deed.at.astimezone(self.owner.zone).date()):
            yield day, list(deeds)

    @property
    def is_nothing(self) -> bool:
        return not self._deeds

    @cached_property
    def spoken(self) -> Counter:
        """How many talks ended how."""
        return Counter(entry.outcome for entry in self._talks if entry.outcome)

    @property
    def outcomes(self) -> list[tuple[str, int]]:
        """(outcome in words, how many) in the order of the result slip."""
        return [(label, self.spoken[key]) for key, label in Entry.Outcome.choices if self.spoken[key]]

    @property
    def filed(self) -> int:
        return self.spoken.total()

    @property
    def moved(self) -> int:
        return len(self._moves) + sum(
            not entry.outcome and entry.next_on is not None for entry in self._talks
        )

    @property
    def written(self) -> int:
        """Notes and letters."""
        return sum(not entry.outcome and entry.next_on is None for entry in self._talks)

    @property
    def by(self) -> str:
        """First names of those who did it."""
        return ", ".join(sorted({deed.who for deed in self._deeds if deed.who}))


def _of_talk(entry: Entry) -> Deed:
    what = entry.get_kind_display()
    what = f"{what}: {entry.get_outcome_display()}" if entry.outcome else what
    tab = Tab(entry.next_on, entry.next_precision) if entry.next_on else None
    author = entry.author.first_name if entry.author else ""
    return Deed(entry.happened_at, entry.customer_id, entry.customer.name, author, what, entry.text, tab)


def _of_move(place: FollowUp) -> Deed:
    following = getattr(place, "next", None)
    who, what = place.closed_by.first_name, str(FollowUp.Result.MOVED.label)
    tab = following.tab if following else None
    return Deed(place.closed_at, place.customer_id, place.customer.name, who, what, tab=tab)
