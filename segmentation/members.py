"""Who is in a segment: today, on another day, and who came and went in between."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet, Value

from contacts.models import Customer
from contacts.models.customer import CustomerQuerySet
from crm.team.models import User
from segmentation.filters import Chain, Moment
from segmentation.models import Segment


def moment_of(user: User, *, on: date | None = None) -> Moment:
    today = user.today()
    return Moment(user, on=on or today, today=today)


def members(chain: Chain, *, user: User, moment: Moment) -> CustomerQuerySet:
    """Those whom `user` may see. Raises filters.NotKnown."""
    return Customer.objects.visible_to(user, on=moment.today).filter(chain.q(moment))


def counts(segments: Iterable[Segment], *, user: User, moment: Moment) -> dict[int, int]:
    """How many are in each, by segment id and in one query. One with conditions not known here is left out."""
    chains = {segment.pk: Chain.of(segment.filters) for segment in segments}
    counted = [
        _counted(pk, members(chain, user=user, moment=moment))
        for pk, chain in chains.items()
        if not chain.lost
    ]
    if not counted:
        return {}
    first, *others = counted
    return dict(first.union(*others, all=True) if others else first)


def _counted(pk: int, found: CustomerQuerySet) -> QuerySet:
    return found.order_by().annotate(segment=Value(pk)).values("segment").annotate(n=Count("pk")).values_list(
        "segment", "n"
    )  # fmt: skip


@dataclass(frozen=True)
class Change:
    """Ids by name: who was in a segment on the first day, and on the second; who came and who went."""

    before: list[int]
    after: list[int]

    @property
    def came(self) -> list[int]:
        known = set(self.before)
        return [pk for pk in self.after if pk not in known]

    @property
    def went(self) -> list[int]:
        known = set(self.after)
        return [pk for pk in self.before if pk not in known]


def change(chain: Chain, user: User, since: Moment, until: Moment) -> Change:
    """One query for each of the two days."""
    before, after = (members(chain, user=user, moment=moment) for moment in (since, until))
    return Change(*(list(each.values_list("pk", flat=True)) for each in (before, after)))


def gone_from(chain: Chain, user: User, *, there: Moment, gone: Moment) -> CustomerQuerySet:
    """Who was in the segment on the one day and was not on the other."""
    return members(chain, user=user, moment=there).filter(~chain.q(gone.beside_others()))
