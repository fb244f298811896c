"""A series of reminder letters as it stands on the page while it is built."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from django import forms
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Prefetch
from django.forms.utils import ErrorDict
from django.utils.datastructures import MultiValueDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from contacts.models import Letter
from crm.numbers import number_in
from crm.team.models import Team
from segmentation.forms_series import KEYS, RULE, SeriesForm, StepForm, taken
from segmentation.models import ReminderLetter, Series, Step, TypicalInterval, Variant
from segmentation.models.series import MOST_STEPS
from segmentation.typical import ALL

NAME_ONCE = "series_name_once_in_team"
NAME = "id_name"
_STEP = re.compile(r"s(\d{1,2})-letter")


class SeriesBuilder:
    """`form` and `steps` as they stand on the page; nothing is written before `save`."""

    def __init__(
        self, data: MultiValueDict, *, series: Series, counts: dict[str, int], land_on: str = ""
    ) -> None:
        self.data, self.series, self.counts, self.land_on = data, series, counts, land_on
        self.letters = letters_for(series)
        self.kept = kept_steps(series)
        names = product_groups(series.team)
        self.form = SeriesForm(data, instance=series, counts=counts, product_groups=names)
        self.steps = [self._step(number) for number in range(_count(data) or 1)]
        parts = (self.form, *self.steps)
        for field in (field for part in parts for field in part if field.id_for_label == land_on):
            field.field.widget.attrs["autofocus"] = True
        self.problem = ""

    def _step(self, number: int) -> StepForm:
        return StepForm(self.data, number=number, letters=self.letters, kept=self.kept)

    @classmethod
    def of(cls, series: Series, *, counts: dict[str, int]) -> "SeriesBuilder":
        """As the series stands."""
        return cls(written(series, kept_steps(series).values()), series=series, counts=counts)._opened()

    @classmethod
    def copy(cls, series: Series, *, to: Series, counts: dict[str, int]) -> "SeriesBuilder":
        """A copy of it, not saved, under a name to be chosen."""
        steps = list(series.steps.prefetch_related("variants"))
        data = written(series, steps)
        data["name"] = ""
        for number in range(len(steps)):
            data[f"s{number}-step"] = ""
        return cls(data, series=to, counts=counts, land_on=NAME)._opened()

    @classmethod
    def proposal(cls, data: MultiValueDict, *, series: Series, counts: dict[str, int]) -> "SeriesBuilder":
        """What is proposed for a new series, not saved."""
        return cls(data, series=series, counts=counts, land_on=NAME)._opened()

    @classmethod
    def sent(cls, data: MultiValueDict, *, series: Series, counts: dict[str, int]) -> "SeriesBuilder":
        return cls(_renumbered(data), series=series, counts=counts)

    def changed(self, do: str) -> "SeriesBuilder":
        """After pressing "add", "remove-2", "vary-0" or "unvary-0"; with anything else as it was."""
        verb, _dash, number = do.partition("-")
        n, data, land_on = number_in(number) or 0, self.data.copy(), ""
        if verb == "add" and self.can_add:
            land_on = f"id_s{len(self.steps)}-letter"
            data[f"s{len(self.steps)}-letter"] = ""
        elif verb == "remove":
            data, land_on = _renumbered(data, leave_out=n), f"id_s{max(n - 1, 0)}-letter"
        elif verb in ("vary", "unvary") and n < len(self.steps):
            land_on = _vary(data, self.steps[n], more=verb == "vary")
        changed = SeriesBuilder(data, series=self.series, counts=self.counts, land_on=land_on)
        changed._forgive()
        return changed

    def _opened(self) -> "SeriesBuilder":
        """Before anything was sent nothing is complained of."""
        for part in (self.form, *self.steps):
            part.errors.clear()
        return self

    def _forgive(self) -> None:
        self.form.full_clean()
        for name in list(self.form.errors):
            if not any(self.data.getlist(name)):
                del self.form.errors[name]
        for step in self.steps:
            step.forgive_what_is_missing()

    @property
    def can_add(self) -> bool:
        return len(self.steps) < MOST_STEPS

    @property
    def rule_is_read(self) -> bool:
        """The rule can be counted: `series` has it, though it is not saved."""
        return not set(RULE) & set(self.form.errors)

    def is_valid(self) -> bool:
        parts = [self.form, *self.steps]
        are_valid = [part.is_valid() for part in parts]  # each says what it has to say
        if gone := self._gone():
            words = _("Letters of step %(n)s have left already, so it stays, and stays in its place.")
            self.problem = words % {"n": gone.position}
        elif wanting := self._wanting_a_code():
            self.form.add_error("code_prefix", _wants_a_code(wanting))
        return all(are_valid) and not self.problem and not self.form.errors

    def _gone(self) -> Step | None:
        """One of which letters have left, and which is not where it was: reminders count the steps they have had."""
        places = {step.kept.pk: step.position for step in self.steps if step.kept}
        sent = (step for step in self.kept.values() if step.is_sent)
        return next((step for step in sent if places.get(step.pk) != step.position), None)

    def _wanting_a_code(self) -> Letter | None:
        """None also where the beginning of codes is wrong already: one mistake, one message."""
        if self.form.cleaned_data.get("code_prefix") or "code_prefix" in self.form.errors:
            return None
        return next((step.chosen for step in self.steps if step.names_a_code), None)

    def save(self) -> bool:
        """False, with what is to be said, if somebody has just taken the name, or changed the series meanwhile."""
        try:
            with transaction.atomic():
                series = self.form.save()
                _write_steps(series, self.steps, self.kept)
        except IntegrityError as error:
            if NAME_ONCE in str(error):
                self.form.add_error("name", taken(self.series.name))
            else:
                self.problem = _(
                    "The series has changed meanwhile: look at it in another window before you save."
                )
            return False
        return True

    @cached_property
    def complaints(self) -> list[tuple[str, str]]:
        return list(self._complaints())

    def _complaints(self) -> Iterator[tuple[str, str]]:
        """(id of the field, what is wrong with it), from top to bottom."""
        yield from _said(self.form, self.form.errors, "")
        for step in self.steps:
            yield from _said(step, step.errors, _("letter %(n)s") % {"n": step.position})
        if self.problem:
            yield "id_s0-letter", self.problem


def _wants_a_code(letter: Letter) -> str:
    words = _("The letter “%(letter)s” names an offer code: say how codes begin.")
    return words % {"letter": letter.name}


def _said(form: forms.BaseForm, errors: ErrorDict, of: str) -> Iterator[tuple[str, str]]:
    for name, messages in errors.items():
        label = capfirst(", ".join(filter(None, (of, str(form[name].label or "")))))
        yield form[name].id_for_label or form[name].auto_id, f"{label}: {' '.join(messages)}"


def letters_for(series: Series) -> dict[int, Letter]:
    """The team's letters that advertise, by id, each with its texts; and those that the series has already."""
    letters = Letter.objects.filter(team_id=series.team_id, is_advertising=True)
    if series.pk:
        letters |= Letter.objects.filter(pk__in=series.steps.order_by().values("letter"))
    return {letter.pk: letter for letter in letters.prefetch_related("texts")}


def kept_steps(series: Series) -> dict[int, Step]:
    """The steps by id; each knows whether it `is_sent` and on which of its variants, `sent_keys`."""
    if not series.pk:
        return {}
    used = ReminderLetter.objects.filter(step=OuterRef("pk"))
    tried = Variant.objects.annotate(is_sent=Exists(ReminderLetter.objects.filter(variant=OuterRef("pk"))))
    steps = series.steps.annotate(is_sent=Exists(used)).prefetch_related(Prefetch("variants", tried))
    for step in steps:
        step.sent_keys = {variant.key for variant in step.variants.all() if variant.is_sent}
    return {step.pk: step for step in steps}


def product_groups(team: Team) -> list[str]:
    """Those bought most often, which intervals are told of."""
    rows = TypicalInterval.objects.filter(team=team).exclude(product_group=ALL)
    return list(rows.order_by("product_group").values_list("product_group", flat=True))


def written(series: Series, steps: Iterable[Step]) -> MultiValueDict:
    """A series as it would be sent."""
    data = MultiValueDict({"groups": list(series.groups)})
    for name in ("name", *RULE[1:]):
        data[name] = str(getattr(series, name))
    for number, step in enumerate(steps):
        prefix = f"s{number}-"
        data[f"{prefix}step"], data[f"{prefix}letter"] = str(step.pk or ""), str(step.letter_id or "")
        data[f"{prefix}after_days"] = str(step.after_days)
        variants = list(step.variants.all()) if step.pk else []
        data[f"{prefix}variants"] = str(len(variants))
        for variant in variants:
            data.update({f"{prefix}{variant.key}-{name}": text for name, text in variant.subjects.items()})
    return data


def _vary(data: MultiValueDict, step: StepForm, *, more: bool) -> str:
    """One subject line more or less for that step; gives where the focus goes. One alone is nothing to compare."""
    count = step.variant_count
    if more and step.can_vary:
        data[step.add_prefix("variants")] = str(max(count + 1, 2))
        language = step.own_subjects[0][0]
        return f"id_{step.prefix}-{KEYS[0] if not count else KEYS[count]}-{language}"
    if not more and step.last_removable:
        data[step.add_prefix("variants")] = str(count - 1 if count > 2 else 0)
    return f"id_{step.prefix}-letter"


def _count(data: MultiValueDict) -> int:
    return len([name for name in data if _STEP.fullmatch(name)])


def _renumbered(data: MultiValueDict, *, leave_out: int | None = None) -> MultiValueDict:
    """The steps from 0 on, without gaps and not too many."""
    kept = MultiValueDict({name: data.getlist(name) for name in ("name", *RULE)})
    found = sorted(int(match[1]) for name in data if (match := _STEP.fullmatch(name)))
    for new, old in enumerate([number for number in found if number != leave_out][:MOST_STEPS]):
        prefix = f"s{old}-"
        for name in (name for name in data if name.startswith(prefix)):
            kept.setlist(f"s{new}-{name.removeprefix(prefix)}", data.getlist(name))
    return kept


def _write_steps(series: Series, forms_: list[StepForm], kept: dict[int, Step]) -> None:
    stay = {form.kept.pk for form in forms_ if form.kept}
    series.steps.filter(pk__in=set(kept) - stay).delete()
    series.steps.update(position=F("position") + 2 * MOST_STEPS)  # out of the way of the new numbers
    for form in forms_:
        step = form.kept or Step(series=series)
        step.position, step.letter = form.position, form.chosen
        step.after_days = form.cleaned_data.get("after_days", 0)
        step.save()
        _write_variants(step, form)


def _write_variants(step: Step, form: StepForm) -> None:
    for key in form.keys:
        Variant.objects.update_or_create(step=step, key=key, defaults={"subjects": form.subjects(key)})
    used = form.kept.sent_keys if form.kept else set()
    step.variants.exclude(key__in=[*form.keys, *used]).delete()
