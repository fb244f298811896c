"""Who may lay a reason slip on a dossier. Apps above add their source from AppConfig.ready."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise

from contacts.models import Customer
from followups.actions import speak_up
from followups.models import MovedMeanwhile, Slip


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


_sources: dict[str, SlipSource] = {}


def register(source: SlipSource) -> None:
    _sources[source.name] = source


def page_of(slip: Slip) -> str:
    """Where what it speaks of is seen; "" if nobody knows."""
    source = _sources.get(slip.source)
    return source.page(slip) if source and source.page else ""


def collect(now: datetime) -> str:
    """Lay every slip whose time has come and that was not laid before; says how many those were."""
    return f"{sum(_collect_from(source, now) for source in _sources.values())} slips"


def _collect_from(source: SlipSource, now: datetime) -> int:
    drafts = list(source.find(now))
    if source.passes:
        withdraw(_waiting_but(source, {draft.key for draft in drafts}), source=source)
    days = {draft.on for draft in drafts}
    laid = set(Slip.objects.filter(source=source.name, speaks_on__in=days).values_list("customer_id", "key"))
    return sum(lay(source, d, now=now) for d in drafts if (d.customer.pk, d.key) not in laid)


def lay(source: SlipSource, draft: SlipDraft, *, now: datetime) -> bool:
    """Lay one slip; False if somebody is at the dossier."""
    try:
        speak_up(
            customer=draft.customer,
            source=source.name,
            key=draft.key,
            reason=draft.reason[:200],
            on=draft.on,
            pull_forward=source.pull_forward,
            now=now,
        )
    except MovedMeanwhile:
        return False  # somebody is at this dossier right now: the next run lays it
    return True


def _waiting_but(source: SlipSource, keys: set[str]) -> list[str]:
    waiting = Slip.objects.filter(source=source.name, done_at__isnull=True).values_list("key", flat=True)
    return [key for key in waiting if key not in keys]


def withdraw(keys: Collection[str], *, source: SlipSource) -> None:
    """Take away slips that wait, of a source whose keys tell customers apart. The dossier stays where it lies.

    Should it become true again, it is said again.
    """
    if keys:
        Slip.objects.filter(source=source.name, key__in=keys, done_at__isnull=True).delete()
