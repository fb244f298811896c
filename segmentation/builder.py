"""The form in which a segment is built: a name, and a row for each condition."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.forms.utils import ErrorDict
from django.utils.datastructures import MultiValueDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from segmentation.filters import Chain, Clause, Moment
from segmentation.filters.registry import Condition, Operator, find, sections
from segmentation.models import Segment

MOST_ROWS = 20
AND, OR = "and", "or"
_ROW = re.compile(r"r(\d{1,3})-condition")


class RowForm(forms.Form):
    """One condition: which, how, and what is written beside it. Without a condition it counts for nothing."""

    joint = forms.ChoiceField(choices=[(AND, gettext_lazy("and")), (OR, gettext_lazy("or"))], required=False)
    condition = forms.ChoiceField(required=False)

    def __init__(self, data: MultiValueDict, *, number: int, moment: Moment) -> None:
        super().__init__(data, prefix=f"r{number}", use_required_attribute=False)
        self.number, self.moment = number, moment
        self.key = data.get(self.add_prefix("condition"), "")
        self.chosen: Condition | None = find(self.key)
        self.fields["condition"].choices = _offered()
        if self.chosen:
            self._add_fields(data)

    def _add_fields(self, data: MultiValueDict) -> None:
        operators = self.chosen.operators
        asked = self.chosen.operator(data.get(self.add_prefix("operator"), ""))
        self.operator: Operator = asked or operators[0]
        choices = [(each.key, each.label) for each in operators]
        self.fields["operator"] = forms.ChoiceField(choices=choices, required=False)
        for each in self.operator.inputs:
            kept = data.getlist(self.add_prefix(each.name))
            self.fields[each.name] = each.field(self.moment, kept)

    @property
    def is_lost(self) -> bool:
        """It asks something that is not known here any more."""
        return bool(self.key) and not self.chosen

    @property
    def is_blank(self) -> bool:
        return not self.key

    @property
    def inputs(self) -> list[forms.BoundField]:
        return [self[each.name] for each in self.operator.inputs] if self.chosen else []

    @property
    def operator_choices(self) -> list[tuple[str, str, bool]]:
        """(key, label, is it chosen)."""
        return [(each.key, each.label, each is self.operator) for each in self.chosen.operators]

    def clean(self) -> dict:
        data = super().clean()
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day is before the first."))
        return data

    def forgive_what_is_missing(self) -> None:
        """Nobody is told that a field is empty before he has had the time to fill it."""
        _found = self.clause  # before what it needs is forgiven
        for name in list(self.errors):
            if not any(self.data.getlist(self.add_prefix(name))):
                del self.errors[name]

    @cached_property
    def clause(self) -> Clause | None:
        """None as long as something is missing or wrong."""
        if not self.chosen or not self.is_valid():
            return None
        values = {each.name: self.cleaned_data[each.name] for each in self.operator.inputs}
        joins = self.number > 0 and self.cleaned_data["joint"] == OR
        return Clause(self.chosen, self.operator, values, is_alternative=joins)


def _offered() -> list:
    named = [
        (heading, [(c.key, capfirst(str(c.label))) for c in found]) for heading, found in sections().items()
    ]
    return [("", _("choose a condition")), *named]


class NameForm(forms.ModelForm):
    class Meta:
        model = Segment
        fields = ["name"]
        error_messages = {
            "name": {"required": gettext_lazy("Give it a name, under which you will find it again.")}
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs |= {"autocomplete": "off"}

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        others = Segment.objects.filter(team_id=self.instance.team_id, name__iexact=name)
        if others.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_taken(name))
        return name


def _taken(name: str) -> str:
    return _("There is a segment “%(name)s” already: choose another name.") % {"name": name}


class Builder:
    """`rows`, one at least, and `name` as they stand on the page; nothing is written before `save`."""

    def __init__(
        self, data: MultiValueDict, *, segment: Segment, moment: Moment, land_on: int | None = None
    ) -> None:
        self.data, self.segment, self.moment, self.land_on = data, segment, moment, land_on
        self.name = NameForm(data, instance=segment)
        self.rows = [RowForm(data, number=n, moment=moment) for n in range(_count(data) or 1)]
        self.problem = ""

    @classmethod
    def of(cls, segment: Segment, *, moment: Moment) -> "Builder":
        """As the segment stands."""
        builder = cls(_written(segment.filters), segment=segment, moment=moment)
        builder.name = NameForm(instance=segment)
        return builder

    @classmethod
    def sent(cls, data: MultiValueDict, *, segment: Segment, moment: Moment) -> "Builder":
        return cls(_renumbered(data), segment=segment, moment=moment)

    def changed(self, do: str) -> "Builder":
        """After pressing "add" or "remove-2"; with anything else as it was."""
        data, land_on = self.data.copy(), None
        if do == "add" and len(self.rows) < MOST_ROWS:
            land_on = len(self.rows)
            data[f"r{land_on}-condition"] = ""
        if do.startswith("remove-") and do[7:].isdecimal():
            removed = int(do[7:])
            data = _renumbered(data, leave_out=removed)
            land_on = max(0, min(removed, _count(data) - 1))
        changed = Builder(data, segment=self.segment, moment=self.moment, land_on=land_on)
        changed.name = NameForm(initial={"name": self.data.get("name", "")}, instance=self.segment)
        for row in changed.rows:
            row.forgive_what_is_missing()
        return changed

    @cached_property
    def chain(self) -> Chain:
        """Of the conditions that are complete."""
        clauses = [row.clause for row in self.rows if row.clause]
        return Chain(clauses, [row.key for row in self.rows if row.is_lost])

    @property
    def unfinished(self) -> list[int]:
        """Numbers, from 1, of the rows that do not count yet."""
        return [row.number + 1 for row in self.rows if row.chosen and not row.clause]

    @property
    def can_add(self) -> bool:
        return len(self.rows) < MOST_ROWS

    def is_valid(self) -> bool:
        if not any(not row.is_blank for row in self.rows):
            self.problem = _("Choose at least one condition.")
        elif self.chain.lost:
            self.problem = _("Remove the condition that is not known any more.")
        is_named = self.name.is_valid()
        return is_named and not self.problem and not self.unfinished

    def save(self) -> bool:
        """False, with an error beside the name, if somebody has just taken it."""
        self.segment.name, self.segment.filters = self.name.cleaned_data["name"], self.chain.keep()
        try:
            with transaction.atomic():
                self.segment.save()
        except IntegrityError:
            self.name.add_error("name", _taken(self.segment.name))
            return False
        return True

    @cached_property
    def complaints(self) -> list[tuple[str, str]]:
        return list(self._complaints())

    def _complaints(self) -> Iterator[tuple[str, str]]:
        """(id of the field, what is wrong with it), from top to bottom."""
        if self.problem:
            yield ("id_r0-condition", self.problem)
        for row in self.rows:
            if row.chosen:
                yield from _said(row, row.errors, str(capfirst(row.chosen.label)))
        if self.name.is_bound:
            yield from _said(self.name, self.name.errors, _("Name"))


def _said(form: forms.BaseForm, errors: ErrorDict, label: str) -> Iterator[tuple[str, str]]:
    for name, messages in errors.items():
        yield form[name].id_for_label or form[name].auto_id, f"{label}: {' '.join(messages)}"


def _count(data: MultiValueDict) -> int:
    return len([name for name in data if _ROW.fullmatch(name)])


def _numbers(data: MultiValueDict) -> list[int]:
    return sorted(int(found[1]) for name in data if (found := _ROW.fullmatch(name)))


def _renumbered(data: MultiValueDict, *, leave_out: int | None = None) -> MultiValueDict:
    """The rows from 0 on, without gaps and not too many."""
    kept = MultiValueDict({"name": data.getlist("name")})
    numbers = [number for number in _numbers(data) if number != leave_out][:MOST_ROWS]
    for new, old in enumerate(numbers):
        prefix = f"r{old}-"
        for name in (name for name in data if name.startswith(prefix)):
            kept.setlist(f"r{new}-{name.removeprefix(prefix)}", data.getlist(name))
    return kept


def _written(filters: list) -> MultiValueDict:
    """Kept conditions as they would be sent."""
    data = MultiValueDict()
    for number, kept in enumerate(filters):
        row, clause = f"r{number}-", Clause.of(kept)
        if not clause:
            data[f"{row}condition"] = str(kept.get("condition", "?")) if isinstance(kept, dict) else "?"
            continue
        data[f"{row}condition"], data[f"{row}operator"] = clause.condition.key, clause.operator.key
        data[f"{row}joint"] = OR if clause.is_alternative else AND
        for each in clause.operator.inputs:
            written = each.written(kept["values"][each.name])
            data.setlist(f"{row}{each.name}", written if isinstance(written, list) else [written])
    return data
