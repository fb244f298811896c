"""The parts of the form in which a series of reminder letters is built: name and rule, and one for each letter."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import combinations
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from contacts.letters import check_subject
from contacts.models import Letter
from crm.mail.models import LANGUAGES
from crm.mail.models.suppression import ADVERTISING_PAUSE
from crm.numbers import number_in
from segmentation.models import Group, Series, Step
from segmentation.models.series import MOST_VARIANTS
from segmentation.offer_codes import names_a_code
from segmentation.words import group_name

KEYS = "ABC"[:MOST_VARIANTS]
LEAST_DAYS = ADVERTISING_PAUSE.days
LONGEST_SUBJECT = 150
RULE = ("groups", "product_group", "begins", "shift_days", "held_out_percent", "code_prefix")
LANGUAGE_NAMES = dict(LANGUAGES)
_CODE_PREFIX = RegexValidator(
    r"^[A-Z0-9]{2,8}$", gettext_lazy("Two to eight capital letters or digits, such as AGAIN.")
)


class SeriesForm(forms.ModelForm):
    """Name and rule. `counts` are the customers of each group today."""

    groups = forms.MultipleChoiceField(
        label=gettext_lazy("Groups"), required=False, widget=forms.CheckboxSelectMultiple
    )
    product_group = forms.ChoiceField(label=gettext_lazy("Bought last"), required=False)
    code_prefix = forms.CharField(
        label=gettext_lazy("Offer code begins with"), required=False, validators=[_CODE_PREFIX]
    )

    class Meta:
        model = Series
        fields = ("name", *RULE)
        labels: ClassVar = {
            "begins": gettext_lazy("First letter on"),
            "shift_days": pgettext_lazy("after a day", "days later"),
            "held_out_percent": gettext_lazy("Without a letter, of 100"),
        }
        error_messages: ClassVar = {
            "name": {"required": gettext_lazy("Give it a name, under which you will find it again.")}
        }

    def __init__(
        self, *args: Any, counts: dict[str, int], product_groups: Iterable[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, use_required_attribute=False, **kwargs)
        for field in self.fields.values():
            field.widget.attrs |= {"autocomplete": "off"}
            field.widget.attrs.pop("maxlength", None)
        self.fields["groups"].choices = [
            (group, f"{group_name(group)} ({counts.get(group, 0)})") for group in Group.values
        ]
        kept = [self.instance.product_group] if self.instance.product_group else []
        names = sorted({*product_groups, *kept}, key=str.casefold)
        self.fields["product_group"].choices = [("", _("anything")), *((name, name) for name in names)]

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        others = Series.objects.filter(team_id=self.instance.team_id, name__iexact=name)
        if others.exclude(pk=self.instance.pk).exists():
            raise ValidationError(taken(name))
        return name

    def clean_code_prefix(self) -> str:
        return self.cleaned_data["code_prefix"].strip()


def taken(name: str) -> str:
    return _("There is a series “%(name)s” already: choose another name.") % {"name": name}


class StepForm(forms.Form):
    """One letter: which, how many days after the one before, and up to three subject lines tried for it."""

    step = forms.IntegerField(required=False, widget=forms.HiddenInput)
    letter = forms.ChoiceField(
        label=gettext_lazy("Letter"), error_messages={"required": gettext_lazy("Choose a letter.")}
    )
    variants = forms.IntegerField(
        required=False, widget=forms.HiddenInput, min_value=0, max_value=MOST_VARIANTS
    )

    def __init__(
        self, data: MultiValueDict, *, number: int, letters: dict[int, Letter], kept: dict[int, Step]
    ) -> None:
        super().__init__(data, prefix=f"s{number}", use_required_attribute=False)
        self.number, self.letters = number, letters
        self.kept = kept.get(number_in(data.get(self.add_prefix("step"))))
        choices = [(str(pk), letter.name) for pk, letter in letters.items()]
        self.fields["letter"].choices = [("", _("choose a letter")), *choices]
        if number:
            self.fields["after_days"] = forms.IntegerField(
                label=_("Days after the letter before"), min_value=LEAST_DAYS, max_value=365,
                error_messages={"min_value": _(
                    "At least %(n)s days: nobody gets two such letters within a week."
                ) % {"n": LEAST_DAYS}},
            )  # fmt: skip
        for key, language in self._subject_names():
            self.fields[f"{key}-{language}"] = forms.CharField(
                label=LANGUAGE_NAMES[language],
                required=False,
                max_length=LONGEST_SUBJECT,
                validators=[check_subject],
                widget=forms.TextInput(attrs={"placeholder": self._own_subject(language), "lang": language}),
            )

    @cached_property
    def chosen(self) -> Letter | None:
        return self.letters.get(number_in(self.data.get(self.add_prefix("letter"))))

    @cached_property
    def variant_count(self) -> int:
        return min(number_in(self.data.get(self.add_prefix("variants"))) or 0, MOST_VARIANTS)

    @property
    def keys(self) -> str:
        return KEYS[: self.variant_count]

    def _subject_names(self) -> Iterator[tuple[str, str]]:
        texts = self.chosen.texts.all() if self.chosen else ()
        return ((key, text.language) for key in self.keys for text in texts)

    def _own_subject(self, language: str) -> str:
        return next(text.subject for text in self.chosen.texts.all() if text.language == language)

    @property
    def position(self) -> int:
        return self.number + 1

    @property
    def own_subjects(self) -> list[tuple[str, str]]:
        """(language, subject) of the letter itself."""
        texts = self.chosen.texts.all() if self.chosen else ()
        return [(text.language, text.subject) for text in texts]

    @property
    def is_sent(self) -> bool:
        """Letters of it have been queued: it stays."""
        return bool(self.kept and self.kept.is_sent)

    @property
    def can_vary(self) -> bool:
        return bool(self.chosen) and self.variant_count < MOST_VARIANTS

    @property
    def last_removable(self) -> bool:
        """The last subject line has not been on a letter yet."""
        sent = self.kept.sent_keys if self.kept else set()
        return bool(self.keys) and self.keys[-1] not in sent

    @property
    def rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        """(key, its field for each language) of every subject line."""
        fields = [(key, self[f"{key}-{language}"]) for key, language in self._subject_names()]
        return [(key, [field for other, field in fields if other == key]) for key in self.keys]

    def subjects(self, key: str) -> dict[str, str]:
        """What was written for the variant, by language; where nothing is, the letter's own subject is meant."""
        pairs = ((language, self.cleaned_data.get(f"{key}-{language}", "")) for each, language in
                 self._subject_names() if each == key)  # fmt: skip
        return {language: text for language, text in pairs if text}

    def clean(self) -> dict:
        data = super().clean()
        if not self.errors:
            self._refuse_twins()
        return data

    def _refuse_twins(self) -> None:
        for one, other in combinations(self.keys, 2):
            if self.subjects(one) == self.subjects(other):
                first = next(language for key, language in self._subject_names() if key == other)
                words = _("Subject lines %(one)s and %(other)s are the same: nothing could be compared.")
                self.add_error(f"{other}-{first}", words % {"one": one, "other": other})

    def forgive_what_is_missing(self) -> None:
        """Nobody is told that a field is empty before he has had the time to fill it."""
        for name in list(self.errors):
            if not self.data.get(self.add_prefix(name)):
                del self.errors[name]

    @property
    def names_a_code(self) -> bool:
        return bool(self.chosen) and names_a_code(self.chosen)
