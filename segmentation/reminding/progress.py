"""How far a series has come: who is where, and what became of the letters."""

from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from segmentation.models import Reminder, ReminderLetter, Series

GONE = "gone"  # of letters whose mail the outbox has no more


@dataclass(frozen=True)
class Progress:
    """Customers by where they are; `stopped` by Reminder.Stopped, `letters` by the state of their mail.

    Each customer is in exactly one of `held_out`, `to_begin`, `under_way` and `stopped`.
    """

    held_out: int = 0
    to_begin: int = 0  # enrolled, the first letter still to come
    under_way: int = 0
    bought: int = 0  # with letters or without
    stopped: dict[str, int] = field(default_factory=dict)
    letters: dict[str, int] = field(default_factory=dict)

    @property
    def enrolled(self) -> int:
        return self.held_out + self.to_begin + self.under_way + sum(self.stopped.values())

    @property
    def queued(self) -> int:
        return sum(self.letters.values())


def progress_of(series: Series) -> Progress:
    """In three queries."""
    return progress_by_series([series]).get(series.pk, Progress())


def progress_by_series(series: list[Series]) -> dict[int, Progress]:
    """The same for many, in the same three queries; a series that has reached nobody is left out."""
    rows = Reminder.objects.filter(series__in=series)
    going = Q(stopped_at__isnull=True, held_out=False)
    found = rows.values("series").annotate(
        held=Count("pk", filter=Q(held_out=True)),
        to_begin=Count("pk", filter=going & Q(steps_done=0)),
        under_way=Count("pk", filter=going & Q(steps_done__gt=0)),
        bought=Count("pk", filter=Q(bought_on__isnull=False)),
    )
    stopped = _by_series(
        rows.filter(stopped_at__isnull=False, held_out=False).values("series", "stopped_why"), "stopped_why"
    )
    letters = _by_series(
        ReminderLetter.objects.filter(reminder__series__in=series).values("reminder__series", "mail__state"),
        "mail__state",
    )
    return {
        each["series"]: Progress(
            held_out=each["held"],
            to_begin=each["to_begin"],
            under_way=each["under_way"],
            bought=each["bought"],
            stopped=stopped.get(each["series"], {}),
            letters=letters.get(each["series"], {}),
        )
        for each in found
    }


def _by_series(rows: QuerySet, name: str) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for row in rows.annotate(n=Count("pk")):
        key = row.get("series", row.get("reminder__series"))
        found.setdefault(key, {})[row[name] or GONE] = row["n"]
    return found
