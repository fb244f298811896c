"""In which order one works through a tab: what comes next, and whose agreed time has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

from followups.models import FollowUp, FollowUpQuerySet

NEAR = timedelta(minutes=30)  # before an agreed time, in which one may open it as the next
TOLD = 12  # agreed times that a page knows of
RECENT = timedelta(hours=1)  # after it, in which one is told of it


class Lying(NamedTuple):
    """As much of a place as its neighbours must know. A customer's name is `name`."""

    pk: int
    customer_id: int
    name: str
    kind: str
    at: time | None = None
    skipped_at: datetime | None = None

    @classmethod
    def all_of(cls, places: FollowUpQuerySet) -> "list[Lying]":
        fields = ("pk", "customer_id", "customer__name", "kind", "at", "skipped_at")
        return [cls(*row) for row in places.values_list(*fields)]

    @classmethod
    def of(cls, place: FollowUp) -> "Lying":
        return cls(place.pk, place.customer_id, place.customer.name, place.kind, place.at, place.skipped_at)


@dataclass(frozen=True)
class Appointment:
    """An agreed time of today. `seconds` until it comes; not above 0 when it has come."""

    place: Lying
    seconds: int

    @property
    def has_come(self) -> bool:
        return self.seconds <= 0


class WorkingOrder:
    """What was left behind and the stack, in working order, at the instant `now` of the owner's clock.

    is_today: it is the tab of today, whose agreed times count.
    """

    def __init__(
        self, *, behind: Sequence[Lying], stack: Sequence[Lying], now: datetime, is_today: bool
    ) -> None:
        self.behind, self.stack, self.now, self.is_today = list(behind), list(stack), now, is_today

    @property
    def all(self) -> list[Lying]:
        return [*self.behind, *self.stack]

    def after(self, pk: int) -> Lying | None:
        """What opens when this one is filed or skipped: the next that may be begun, else the first that is left."""
        left = [place for place in self.all if place.pk != pk]
        return self._begin([*_following(self.stack, pk), *_following(self.all, pk), *left])

    def first(self, *, without: int) -> Lying | None:
        return self._begin([place for place in self.all if place.pk != without])

    def _begin(self, places: Sequence[Lying]) -> Lying | None:
        """The first of them whose time is not still far off; if all are agreed for later, the first."""
        ready = (place for place in places if not self.is_for_later(place))
        return next(ready, places[0] if places else None)

    def is_for_later(self, place: Lying | FollowUp) -> bool:
        """A time was agreed, and it is not near yet."""
        return bool(self.is_today and place.at) and self._agreed(place.at) - self.now > NEAR

    @property
    def appointments(self) -> list[Appointment]:
        """The next agreed times of today, and those of the last hour; none that was skipped since."""
        timed = sorted((p for p in self.stack if self.is_today and p.at), key=lambda place: place.at)
        return [self._appointment(place) for place in timed if self._is_to_be_told(place)][:TOLD]

    def _appointment(self, place: Lying) -> Appointment:
        return Appointment(place, int((self._agreed(place.at) - self.now).total_seconds()))

    def _is_to_be_told(self, place: Lying) -> bool:
        agreed = self._agreed(place.at)
        was_skipped = place.skipped_at and place.skipped_at >= agreed
        return agreed > self.now - RECENT and not was_skipped

    def _agreed(self, at: time) -> datetime:
        return datetime.combine(self.now.date(), at, tzinfo=self.now.tzinfo)


def _following(places: Sequence[Lying], pk: int) -> list[Lying]:
    ids = [place.pk for place in places]
    return list(places[ids.index(pk) + 1 :]) if pk in ids else []
