"""Did a series help? Its effect as a page shows it: in words, as bars, and as intervals on one scale."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import ceil

from django.utils.translation import gettext as _

from contacts.importing.reports import defused
from crm.statistics import signed
from segmentation.effect import DAYS, Arm, Effect, effect, effect_by_group, effect_by_variant
from segmentation.models import Group, Series, Variant
from segmentation.models.reminder import ReminderQuerySet
from segmentation.words import group_name

WIDTH = 240  # of a drawn interval, in units of its view box
FEW = 30  # customers on one side, below which chance decides almost everything
STEP = 10  # points, to which the scale is rounded up


@dataclass(frozen=True)
class Scale:
    """From −`most` to +`most` points, nought in the middle."""

    most: int

    def at(self, share: float) -> float:
        points = max(-self.most, min(100 * share, self.most))
        return round(WIDTH / 2 + points / self.most * WIDTH / 2, 1)

    @property
    def middle(self) -> float:
        return WIDTH / 2


@dataclass(frozen=True)
class Compared:
    """One line of the report: who was written to beside who was held out."""

    name: str
    effect: Effect
    scale: Scale

    @property
    def letters(self) -> Arm:
        return self.effect.letters

    @property
    def held_out(self) -> Arm:
        return self.effect.held_out

    @property
    def drawn(self) -> dict[str, float] | None:
        """Where the interval begins, lies and ends; None if there is nothing to compare."""
        if not self.effect.is_comparable:
            return None
        low, high = self.effect.interval()
        begin, end = self.scale.at(low), self.scale.at(high)
        middle = self.scale.at(self.effect.difference)
        return {"begin": begin, "width": round(end - begin, 1), "middle": middle}

    @property
    def points(self) -> tuple[str, str, str]:
        """Difference, at least and at most, in points."""
        return tuple(map(signed, (self.effect.difference, *self.effect.interval())))

    @property
    def is_little(self) -> bool:
        return min(self.letters.customers, self.held_out.customers) < FEW


class Report:
    """The figures of one series as they are known on the day `on`."""

    days = DAYS

    def __init__(self, series: Series, reminders: ReminderQuerySet, *, on: date) -> None:
        self.series, self.reminders, self.on = series, reminders, on

    @cached_property
    def effect(self) -> Effect:
        return effect(self.reminders, on=self.on)

    @cached_property
    def all(self) -> Compared:
        return Compared(_("all"), self.effect, self.scale)

    @cached_property
    def young(self) -> int:
        """Enrolled less than DAYS since the day of their first letter: of them one does not know yet."""
        return self.reminders.filter(begins_on__gt=self.on - timedelta(DAYS)).count()

    @property
    def known_from(self) -> date | None:
        """When the first of them are old enough."""
        first = self.reminders.order_by("begins_on").values_list("begins_on", flat=True).first()
        return first and first + timedelta(DAYS)

    @cached_property
    def _by_group(self) -> dict[str, Effect]:
        found = effect_by_group(self.reminders, on=self.on)
        return {group: found[group] for group in Group.values if group in found}

    @cached_property
    def _by_first_letter(self) -> dict[int | None, Effect]:
        return effect_by_variant(self.reminders, on=self.on)

    @property
    def without_first_letter(self) -> int:
        """With letters, but stopped before the first one was written."""
        written = sum(found.letters.customers for found in self._by_first_letter.values())
        return self.effect.letters.customers - written

    @property
    def without_variant(self) -> int:
        """Got the first letter when no subject lines were tried on it."""
        return self._by_first_letter.get(None, Effect()).letters.customers

    @cached_property
    def _by_variant(self) -> list[tuple[str, Effect]]:
        found = self._by_first_letter
        rows = Variant.objects.filter(pk__in=[pk for pk in found if pk]).select_related("step__letter")
        return [(_subject(each), found[each.pk]) for each in rows.prefetch_related("step__letter__texts")]

    @cached_property
    def scale(self) -> Scale:
        """One for all lines, so that they can be compared by eye."""
        effects = [self.effect, *self._by_group.values(), *(effect for _name, effect in self._by_variant)]
        ends = [abs(end) for each in effects if each.is_comparable for end in each.interval()]
        return Scale(max(ceil(100 * max(ends, default=0) / STEP) * STEP, STEP))

    @property
    def groups(self) -> list[Compared]:
        return [Compared(group_name(group), found, self.scale) for group, found in self._by_group.items()]

    @property
    def variants(self) -> list[Compared]:
        """Subject lines of the first letter; one alone is nothing to compare."""
        rows = [Compared(name, found, self.scale) for name, found in self._by_variant]
        return rows if len(rows) > 1 else []

    def csv(self) -> str:
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=";")
        out.write("\ufeff")  # spreadsheets take the file for Latin letters without it
        writer.writerows(self._table())
        return out.getvalue()

    def _table(self) -> Iterator[list]:
        yield [_("Compared by"), _("Which"), _("with letters"), _("of them bought again"), _("held out"),
               _("of them bought again"), _("points more"), _("at least"), _("at most")]  # fmt: skip
        parts = ((_("all"), [self.all]), (_("subject line"), self.variants), (_("group"), self.groups))
        for by, rows in parts:
            for row in rows:
                arms = [
                    row.letters.customers,
                    row.letters.bought,
                    row.held_out.customers,
                    row.held_out.bought,
                ]
                yield [by, defused(row.name), *arms, *_points(row.effect)]


def _points(found: Effect) -> list[float | str]:
    if not found.is_comparable:
        return ["", "", ""]
    return [round(100 * share, 1) for share in (found.difference, *found.interval())]


def _subject(variant: Variant) -> str:
    """ "A: Time for new boxes?", in the first language that the letter has."""
    text = next(iter(variant.step.letter.texts.all()))
    return f"{variant.key}: {variant.subjects.get(text.language) or text.subject}"
