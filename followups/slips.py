"""Who may lay a reason slip on a dossier. Apps above add their source from AppConfig.ready."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.functional import Promise

from contacts.models import Customer
from followups.actions import lie_back, speak_up
from followups.models import FollowUp, MovedMeanwhile, Slip, SlipQuerySet, SlipWish


@dataclass(frozen=True)
class SlipDraft:
    """One reason to speak up on a day. `key` tells it from all others of this source and customer."""

    customer: Customer
    key: str
    reason: str
    on: date


@dataclass(frozen=True)
class SlipSource:
    """`find` gives what there is to say at an instant, whether or not it was said before; `page`, where a slip of
    this source leads. `passes`: what `find` no longer gives is no longer true, and a slip that waits is withdrawn.
    """

    name: str
    label: str | Promise
    icon: str
    find: Callable[[datetime], Iterable[SlipDraft]]
    pull_forward: bool
    page: Callable[[Slip], str] | None = None
    passes: bool = False

    @property
    def by_itself(self) -> str:
        """What it does for whoever has no wish."""
        return SlipWish.What.PULL if self.pull_forward else SlipWish.What.SHOW


_sources: dict[str, SlipSource] = {}


def register(source: SlipSource) -> None:
    _sources[source.name] = source


def all_sources() -> list[SlipSource]:
    return list(_sources.values())


def page_of(slip: Slip) -> str:
    """Where what it speaks of is seen; "" if nobody knows."""
    source = _sources.get(slip.source)
    return source.page(slip) if source and source.page else ""


def collect(now: datetime) -> str:
    """Lay every slip whose time has come and that was not laid before; says how many those were."""
    return f"{sum(_collect_from(source, now) for source in _sources.values())} slips"


def _collect_from(source: SlipSource, now: datetime) -> int:
    drafts = list(source.find(now))
    if source.passes and (passed := _waiting_but(source, {draft.key for draft in drafts})):
        withdraw(Slip.objects.filter(source=source.name, key__in=passed), now=now)
    days = {draft.on for draft in drafts}
    laid = set(Slip.objects.filter(source=source.name, speaks_on__in=days).values_list("customer_id", "key"))
    wishes = SlipWish.objects.by_user(source.name)
    fresh = (draft for draft in drafts if (draft.customer.pk, draft.key) not in laid)
    return sum(_lay(source, draft, wishes, now=now) for draft in fresh)


def lay(source: SlipSource, draft: SlipDraft, *, now: datetime) -> bool:
    """Lay one slip; False if somebody is at the dossier."""
    return _lay(source, draft, SlipWish.objects.by_user(source.name), now=now)


def _lay(source: SlipSource, draft: SlipDraft, wishes: Mapping[int, str], *, now: datetime) -> bool:
    wish = wishes.get(draft.customer.owner_id, source.by_itself)
    try:
        speak_up(
            customer=draft.customer,
            source=source.name,
            key=draft.key,
            reason=draft.reason[:200],
            on=draft.on,
            pull_forward=wish == SlipWish.What.PULL,
            now=now,
        )
    except MovedMeanwhile:
        return False  # somebody is at this dossier right now: the next run lays it
    return True


def _waiting_but(source: SlipSource, keys: set[str]) -> list[str]:
    waiting = Slip.objects.filter(source=source.name, done_at__isnull=True).values_list("key", flat=True)
    return [key for key in waiting if key not in keys]


@transaction.atomic
def withdraw(slips: SlipQuerySet, *, now: datetime) -> None:
    """Take away those of the slips that wait. A dossier that they brought forward lies where it lay before.

    Should it become true again, it is said again.
    """
    waiting = slips.filter(done_at__isnull=True)
    ids = sorted(set(waiting.values_list("customer_id", flat=True)))
    waiting.delete()
    for customer_id in ids:
        _lie_back(customer_id, now)


def _lie_back(customer_id: int, now: datetime) -> None:
    place = (
        FollowUp.objects.open().filter(customer=customer_id).select_related("owner__team", "previous").first()
    )
    if not (place and place.was_pulled):
        return
    waiting = Slip.objects.filter(customer=customer_id, source__in=_pulling(place), done_at__isnull=True)
    with suppress(MovedMeanwhile):
        lie_back(followup=place, waiting=list(waiting), now=now)


def _pulling(place: FollowUp) -> list[str]:
    """The sources that may bring dossiers forward in this binder."""
    wishes = SlipWish.objects.by_source(place.owner_id)
    return [
        name for name, source in _sources.items() if wishes.get(name, source.by_itself) == SlipWish.What.PULL
    ]
