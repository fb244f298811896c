"""The result slip and the moving of dossiers."""

from typing import Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from contacts.models import Entry
from followups.binder import Binder
from followups.dates import Tab, UnreadableDate, read_date
from followups.destination import Destination
from followups.models import FollowUp
from followups.quick import QuickDate, in_rhythm, quick
from followups.rhythms import Rhythm, day_of
from followups.tries import read_try

DATE_FIELDS = ("instead", "when", "pick", "next")


def tab_of(slug: str, *, binder: Binder) -> Tab:
    """The tab a page offered; ValidationError for one that is unreadable or has passed."""
    try:
        tab = Tab.from_slug(slug)
    except ValueError as error:
        raise ValidationError(_("There is no such tab.")) from error
    earliest = binder.today.replace(day=1) if tab.is_month else binder.today
    if tab.due_on and tab.due_on < earliest:
        raise ValidationError(_("That day has passed: choose one from today on."))
    return tab


class DateForm(forms.Form):
    """Where to: written freely, picked from the tabs, or one of the quick dates. What is written counts first."""

    when = forms.CharField(label=_("or write"), required=False, max_length=100)
    pick = forms.CharField(label=_("Pick a tab"), required=False, max_length=20)
    next = forms.CharField(label=_("Next date"), required=False, max_length=20)
    instead = forms.CharField(required=False, max_length=20)
    named = forms.CharField(required=False, max_length=30)
    aimed = forms.CharField(required=False, max_length=30)

    def __init__(self, *args: object, binder: Binder, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.binder = binder

    @cached_property
    def quick(self) -> list[QuickDate]:
        return quick(self.binder)

    def clean(self) -> dict:
        data = super().clean()
        try:
            data["to"] = self._destination(data)
        except (UnreadableDate, ValidationError) as error:
            self.add_error("when", error.messages[0] if isinstance(error, ValidationError) else str(error))
        return data

    def _destination(self, data: dict) -> Destination:
        return Destination(self._tab(data), self.binder)

    def _tab(self, data: dict) -> Tab:
        if data.get("instead"):
            return tab_of(data["instead"], binder=self.binder)
        pressed = self._pressed(data)
        if data.get("when"):
            written = read_date(data["when"], today=self.binder.today)
            # Named on the page before, and then something else was pressed: that is the newer word.
            was_named = Destination(written, self.binder).key == data.get("named")
            return pressed if pressed and was_named else written
        if pressed:
            return pressed
        raise ValidationError(
            _("Which day was agreed? Press one, or write it: “tomorrow”, “in 3 weeks”, “5 July”.")
        )

    def _pressed(self, data: dict) -> Tab | None:
        if data.get("pick"):
            return tab_of(data["pick"], binder=self.binder)
        pressed = data.get("next", "")
        if day := day_of(pressed, outcome=data.get("outcome", ""), binder=self.binder):
            return Tab(day)
        return next((choice.to.tab for choice in self.quick if choice.key == pressed), None)

    def as_written(self) -> Self:
        """The same slip with its date written out, so that a second press cannot mean another day."""
        data = self.data.copy()
        data.update(dict.fromkeys(DATE_FIELDS, ""))
        data["when"] = self.cleaned_data["to"].key
        data["kind"] = self.cleaned_data.get("kind", "")
        again = type(self)(data, binder=self.binder)
        again.full_clean()
        return again

    @property
    def to(self) -> Destination | None:
        """Where it would go as far as one can tell, whatever else is still wrong."""
        return self.cleaned_data.get("to") if self.is_bound and (self.is_valid() or self.errors) else None

    @property
    def place_again(self) -> list[tuple[str, str]]:
        """Names and values with which another form says the same date again."""
        return [(name, self.data.get(name, "")) for name in DATE_FIELDS] + [
            ("named", self.to.key if self.to else "")
        ]

    @property
    def was_named(self) -> bool:
        """The date was shown in the button before it was pressed."""
        return self.cleaned_data["named"] == self.cleaned_data["to"].key

    @property
    def was_seen(self) -> bool:
        """On the form below ticked rows it was, or the working day beside it was taken, which says what lies there."""
        data = self.cleaned_data
        return data["aimed"] == data["to"].key or bool(data["instead"])


class ResultForm(DateForm):
    """What was said, how it ended, and the date agreed with the customer; with a `rhythm`, its next date too."""

    rhythm: Rhythm | None = None

    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(label=_("What was said, in one line"), required=False, max_length=2000)
    outcome = forms.ChoiceField(label=_("Outcome"), choices=Entry.Outcome, initial=Entry.Outcome.AGREED)
    kind = forms.ChoiceField(label=_("Next contact by"), choices=FollowUp.Kind, required=False)

    @cached_property
    def quick(self) -> list[QuickDate]:
        return super().quick + ([in_rhythm(self.rhythm, self.binder)] if self.rhythm else [])

    @property
    def to(self) -> Destination | None:
        """On a slip on which nothing was agreed yet, where the rhythm would lead."""
        if self.is_bound:
            return super().to
        return next((choice.to for choice in self.quick if choice.key == self.initial.get("next")), None)

    def keep(self, rhythm: Rhythm | None) -> Self:
        """Offer the rhythm's date; nothing else is agreed on a slip that nobody has written on."""
        self.rhythm = rhythm
        vars(self).pop("quick", None)
        if rhythm and not self.is_bound and "note" not in self.initial:
            self.initial["next"] = rhythm.key(self.binder)
        return self

    def _pressed(self, data: dict) -> Tab | None:
        found = read_try(data.get("next", ""), today=self.binder.today)
        if not found:
            return super()._pressed(data)
        tab, data["kind"] = found[0], found[1] or data.get("kind", "")
        return tab

    def clean(self) -> dict:
        data = super().clean()
        to = data.get("to")
        if to and to.tab.is_cabinet and not data.get("note"):
            self.add_error("note", _("Write why it rests: the reason stands on the dossier in the cabinet."))
        return data
