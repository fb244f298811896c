"""The whole team's coming days: what is too much for a day goes to days with room, each in its own binder."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import islice

from django.db.models import Count, Exists, OuterRef

from crm.team.models import Absence, User
from followups.dates import DAY, Tab
from followups.levelling import MOST, SLOTS
from followups.models import FollowUp, FollowUpQuerySet, Slip


@dataclass(frozen=True)
class Cell:
    """One day of one binder: how many lie there, and how many would; None of both where its owner does not work."""

    before: int | None = None
    after: int | None = None
    capacity: int = 0
    is_away: bool = False

    @property
    def is_over(self) -> bool:
        return self.after is not None and self.after > self.capacity

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def relieve(
    loads: Counter[date],
    days: list[date],
    *,
    today: date,
    capacity: Callable[[date], int],
    free: Mapping[date, list[int]],
) -> Iterator[tuple[int, date]]:
    """(id, new day) for each that leaves an overfull day for the one of `days` with most room, while there is any; not
    for today, of which nobody knows how much is left.

    free: what may leave each day, in the order in which it leaves. loads: is brought up to date.
    """
    later = [day for day in days if day > today]
    for day in days if later else ():
        for pk in free.get(day, ()):
            to = min(later, key=lambda each: (loads[each] / capacity(each), each))
            if loads[day] <= capacity(day) or loads[to] >= capacity(to):
                break
            loads[day] -= 1
            loads[to] += 1
            yield pk, to


class TeamLevelling:
    """What levelling the next SLOTS working days would mean, for everybody in the team of `user`.

    At most MOST dossiers at once, the first days first. A few queries, however many people and dossiers there are.

    wanted: the day of each place, by its id, where somebody has chosen; None leaves the choice to us: no agreed time,
    no reason to speak up within these days, never beyond what a day can hold, and nothing on days on which its owner is
    away.
    """

    def __init__(self, user: User, *, now: datetime, wanted: Mapping[int, date] | None = None) -> None:
        self.user, self.now, self.wanted = user, now, wanted
        self.today = user.today(now)

    @cached_property
    def people(self) -> list[User]:
        return list(User.objects.active().visible_to(self.user))

    def person(self, place: FollowUp) -> User:
        """The owner, who has been read already."""
        return self._by_pk[place.owner_id]

    @cached_property
    def _by_pk(self) -> dict[int, User]:
        return {person.pk: person for person in self.people}

    @cached_property
    def days_of(self) -> dict[int, list[date]]:
        """The working days of each person within the team's next SLOTS, by id."""
        *_rest, last = islice(self.user.team.calendar.working_days_from(self.today), SLOTS)
        return {person.pk: self._working_days(person, last) for person in self.people}

    def _working_days(self, person: User, last: date) -> list[date]:
        today = person.today(self.now)
        days = (today + timedelta(n) for n in range((last - today).days + 1))
        return [day for day in days if person.calendar.is_working(day)]

    @cached_property
    def days(self) -> list[date]:
        """All of them together."""
        return sorted({self.today, *(day for days in self.days_of.values() for day in days)})

    @cached_property
    def _away(self) -> dict[int, set[date]]:
        away: dict[int, set[date]] = defaultdict(set)
        absences = Absence.objects.visible_to(self.user).not_over(on=self.days[0])
        for absence in absences.filter(starts_on__lte=self.days[-1]):
            span = (absence.ends_on - absence.starts_on).days + 1
            away[absence.user_id].update(absence.starts_on + timedelta(n) for n in range(span))
        return away

    @property
    def _lying(self) -> FollowUpQuerySet:
        mine = FollowUp.objects.open().filter(owner__in=[person.pk for person in self.people])
        return mine.filter(precision=DAY, due_on__range=(self.days[0], self.days[-1]))

    @cached_property
    def loads(self) -> dict[int, Counter[date]]:
        loads: dict[int, Counter[date]] = {person.pk: Counter() for person in self.people}
        counted = self._lying.order_by().values_list("owner_id", "due_on").annotate(n=Count("pk"))
        for owner, day, n in counted:
            loads[owner][day] = n
        return loads

    @cached_property
    def _free(self) -> dict[int, dict[date, list[int]]]:
        """Ids of what may leave overfull days, by owner and day, from the end of the working order."""
        over = {
            (person.pk, day)
            for person in self.people
            for day in self._levelled(person)
            if self.loads[person.pk][day] > person.capacity_on(day)
        }
        # It could come to lie on any of these days: what speaks up before the last of them keeps it.
        speaks = Slip.objects.waiting(on=self.days[-1]).wanted().filter(customer=OuterRef("customer"))
        rows = self._lying.filter(
            ~Exists(speaks),
            at__isnull=True,
            owner__in={pk for pk, _day in over},
            due_on__in={day for _pk, day in over},
        )
        free: dict[int, dict[date, list[int]]] = defaultdict(lambda: defaultdict(list))
        order = ("-customer__sort_name", "-customer_id")
        for pk, owner, day in rows.order_by(*order).values_list("pk", "owner_id", "due_on"):
            if (owner, day) in over:
                free[owner][day].append(pk)
        return free

    def _levelled(self, person: User) -> list[date]:
        return [day for day in self.days_of[person.pk] if day not in self._away[person.pk]]

    @cached_property
    def _proposed(self) -> dict[int, date]:
        plan: dict[int, date] = {}
        for person in self.people:
            loads, free = self.loads[person.pk].copy(), self._free[person.pk]
            days, today = self._levelled(person), person.today(self.now)
            plan |= relieve(loads, days, today=today, capacity=person.capacity_on, free=free)
        return plan

    @cached_property
    def _seen(self) -> list[FollowUp]:
        """The places of the plan, as they are now: some may be closed, or have a time by now."""
        ids = self._proposed if self.wanted is None else self.wanted
        names = {person.pk: person.name for person in self.people}
        rows = FollowUp.objects.filter(pk__in=list(ids), owner__in=names).select_related("customer")
        rows = rows.defer("customer__search_text").order_by("due_on", "customer__sort_name", "pk")
        return sorted(rows, key=lambda place: (place.due_on or date.max, names[place.owner_id]))[:MOST]

    @cached_property
    def places(self) -> list[FollowUp]:
        """Those that can still be moved."""
        return [place for place in self._seen if self._is_free(place)]

    @staticmethod
    def _is_free(place: FollowUp) -> bool:
        is_dated = place.due_on is not None and place.precision == DAY
        return is_dated and place.closed_at is None and not place.is_appointment

    @property
    def gone(self) -> list[FollowUp]:
        """Somebody else has moved them since they were shown."""
        return [place for place in self._seen if not self._is_free(place)]

    @property
    def not_listed(self) -> int:
        return max(len(self._proposed) - MOST, 0) if self.wanted is None else 0

    def day_of(self, place: FollowUp) -> date:
        """Where it would lie: where it lies already, if a day was chosen that is none of its owner's."""
        plan = self._proposed if self.wanted is None else self.wanted
        day = plan[place.pk]
        return day if day in self.days_of[place.owner_id] else place.due_on

    @cached_property
    def moves(self) -> list[tuple[FollowUp, Tab]]:
        chosen = ((place, self.day_of(place)) for place in self.places)
        return [(place, Tab(day)) for place, day in chosen if day != place.due_on]

    @cached_property
    def table(self) -> list[tuple[User, list[Cell]]]:
        """Everybody's days before and after, in the order of `days`."""
        after = {pk: loads.copy() for pk, loads in self.loads.items()}
        for place, to in self.moves:
            after[place.owner_id][place.due_on] -= 1
            after[place.owner_id][to.due_on] += 1
        return [
            (person, [self._cell(person, day, after[person.pk][day]) for day in self.days])
            for person in self.people
        ]

    def _cell(self, person: User, day: date, after: int) -> Cell:
        if day not in self.days_of[person.pk]:
            return Cell()
        before, is_away = self.loads[person.pk][day], day in self._away[person.pk]
        return Cell(before, after, person.capacity_on(day), is_away)

    @property
    def over(self) -> int:
        """Days that would still be too full."""
        return sum(cell.is_over for _person, cells in self.table for cell in cells)

    @property
    def by_person(self) -> list[tuple[User, list[FollowUp]]]:
        """What would leave its day, by owner."""
        found: dict[int, list[FollowUp]] = defaultdict(list)
        for place in self.places:
            found[place.owner_id].append(place)
        return [(person, found[person.pk]) for person in self.people if person.pk in found]
