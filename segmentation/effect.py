"""Did the letters help? Shares who bought again, with letters and without, and how sure their difference is.

Who was chosen to get letters counts as such whatever became of them: only then are both sides alike but for the
letters ("intention to treat").
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, DateField, ExpressionWrapper, F, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm import statistics
from crm.statistics import Interval, Share
from segmentation.models.reminder import ReminderQuerySet

DAYS = 28  # from the day of the first letter, within which a purchase counts


@dataclass(frozen=True)
class Arm(Share):
    """Customers, and those of them who bought again."""

    @property
    def customers(self) -> int:
        return self.n

    @property
    def bought(self) -> int:
        return self.k


@dataclass(frozen=True)
class Effect:
    """Those chosen for letters beside those held out."""

    letters: Arm = Arm()
    held_out: Arm = Arm()

    @property
    def is_comparable(self) -> bool:
        return bool(self.letters.customers and self.held_out.customers)

    @property
    def difference(self) -> float:
        return self.letters.share - self.held_out.share

    def interval(self) -> Interval:
        """The 95 % interval of the difference; both sides need customers."""
        return statistics.difference(self.letters, self.held_out)

    @property
    def is_certain(self) -> bool:
        return statistics.is_certain(self.interval())

    @property
    def in_words(self) -> str:
        """ "about 11 points more; not certain yet: between −2 and +25"."""
        if not self.letters.customers:
            return _("nobody has been reached long enough ago")
        if not self.held_out.customers:
            return _("nobody was held out, so there is nothing to compare with")
        return statistics.how_sure(_about(self.difference), self.interval())


def _about(difference: float) -> str:
    points = round(100 * abs(difference))
    if not points:
        return _("about as many")
    if difference > 0:
        words = ngettext("about %(n)s point more", "about %(n)s points more", points)
    else:
        words = ngettext("about %(n)s point less", "about %(n)s points less", points)
    return words % {"n": points}


def mature(reminders: ReminderQuerySet, *, on: date, days: int = DAYS) -> ReminderQuerySet:
    """Of whom one knows, it being `days` since the day of their first letter. Who bought before it counts nowhere."""
    old = reminders.filter(begins_on__lte=on - timedelta(days))
    return old.filter(Q(bought_on__isnull=True) | Q(bought_on__gte=F("begins_on")))


def effect(reminders: ReminderQuerySet, *, on: date, days: int = DAYS) -> Effect:
    """Of all these together."""
    arms = _arms(mature(reminders, on=on, days=days), "held_out", days)
    return Effect(arms.get(False, Arm()), arms.get(True, Arm()))


def effect_by_series(reminders: ReminderQuerySet, *, on: date, days: int = DAYS) -> dict[int, Effect]:
    """By the id of the series."""
    return _effects(reminders, "series", on, days)


def effect_by_group(reminders: ReminderQuerySet, *, on: date, days: int = DAYS) -> dict[str, Effect]:
    """By the group in which the customer was when he was enrolled."""
    return _effects(reminders, "group", on, days)


def effect_by_variant(reminders: ReminderQuerySet, *, on: date, days: int = DAYS) -> dict[int | None, Effect]:
    """By the id of the first letter's subject variant, None if it had none; each beside all who were held out."""
    rows = mature(reminders, on=on, days=days)
    held_out = _arms(rows.filter(held_out=True), "held_out", days).get(True, Arm())
    first = rows.filter(held_out=False, letters__step__position=1)
    return {
        variant: Effect(letters, held_out)
        for variant, letters in _arms(first, "letters__variant", days).items()
    }


def _effects(reminders: ReminderQuerySet, name: str, on: date, days: int) -> dict:
    found = {}
    for row in _counted(mature(reminders, on=on, days=days).values(name, "held_out"), days):
        found.setdefault(row[name], {})[row["held_out"]] = Arm(row["n"], row["bought"])
    return {key: Effect(arms.get(False, Arm()), arms.get(True, Arm())) for key, arms in found.items()}


def _arms(reminders: ReminderQuerySet, name: str, days: int) -> dict:
    return {row[name]: Arm(row["n"], row["bought"]) for row in _counted(reminders.values(name), days)}


def _counted(rows: ReminderQuerySet, days: int) -> ReminderQuerySet:
    last = ExpressionWrapper(F("begins_on") + timedelta(days), output_field=DateField())
    return rows.order_by().annotate(n=Count("pk"), bought=Count("pk", filter=Q(bought_on__lte=last)))
