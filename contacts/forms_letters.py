"""Letters of a team, what they are looked at with, and one letter written by hand."""

from dataclasses import dataclass
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.forms import complain_of_length
from contacts.letters import check_body, check_subject
from contacts.letters.objections import objections
from contacts.models import Customer, Letter, LetterText
from crm.mail.models import LANGUAGES

LONGEST_SUBJECT = LetterText._meta.get_field("subject").max_length
LONGEST_BODY = LetterText._meta.get_field("body").max_length


def subject_field(label: str | Promise, **more: object) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(
        label=label, max_length=LONGEST_SUBJECT, validators=[check_subject], widget=widget, **more
    )


def body_field(label: str | Promise, **more: object) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 14, "spellcheck": "true"})
    return forms.CharField(
        label=label, max_length=LONGEST_BODY, validators=[check_body], widget=widget, **more
    )


@dataclass(frozen=True)
class Section:
    """The letter in one language."""

    language: str
    name: str
    subject: BoundField
    body: BoundField

    @property
    def is_open(self) -> bool:
        return bool(self.subject.value() or self.body.value() or self.subject.errors or self.body.errors)


class LetterForm(forms.Form):
    """A letter of the team: a subject and a text in one language at least."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=Letter._meta.get_field("name").max_length)
    is_advertising = forms.BooleanField(
        label=gettext_lazy("This letter advertises"),
        required=False,
        help_text=gettext_lazy("It goes only to customers with a legal basis, and has a link to opt out."),
    )

    def __init__(self, *args: object, letter: Letter, texts: list[LetterText], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.letter = letter
        self.initial |= {"name": letter.name, "is_advertising": letter.is_advertising}
        for code, own in LANGUAGES:
            words = {"language": own}
            subject, body = _("Subject in %(language)s") % words, _("Text in %(language)s") % words
            self.fields[f"subject_{code}"] = subject_field(subject, required=False)
            self.fields[f"body_{code}"] = body_field(body, required=False)
            for field in (f"subject_{code}", f"body_{code}"):
                self.fields[field].widget.attrs["lang"] = code
        for text in texts:
            self.initial |= {f"subject_{text.language}": text.subject, f"body_{text.language}": text.body}
        complain_of_length(self)

    @property
    def sections(self) -> list[Section]:
        return [Section(code, own, self[f"subject_{code}"], self[f"body_{code}"]) for code, own in LANGUAGES]

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        others = Letter.objects.filter(team=self.letter.team, name=name).exclude(pk=self.letter.pk)
        if others.exists():
            raise ValidationError(self._taken)
        return name

    @property
    def _taken(self) -> str:
        return _("The team already has a letter of this name.")

    def clean(self) -> dict:
        data = super().clean()
        for code, own in LANGUAGES:
            subject, body = f"subject_{code}", f"body_{code}"
            if {subject, body} & set(self.errors):
                continue
            if data[body] and not data[subject]:
                self.add_error(subject, _("Write a subject in %(language)s, too.") % {"language": own})
            elif data[subject] and not data[body]:
                self.add_error(body, _("Write a text in %(language)s, too.") % {"language": own})
        if not set(self.errors) - {"name"} and not self.texts:
            raise ValidationError(_("Write the letter in one language at least."))
        if self.letter.pk and (against := objections(self.letter, self._said)):
            raise ValidationError(against)
        return data

    @property
    def _said(self) -> list[str]:
        return [part for pair in self.texts.values() for part in pair]

    @property
    def texts(self) -> dict[str, tuple[str, str]]:
        """Subject and body by language, of those that have both and no error."""
        pairs = {
            code: (self.cleaned_data.get(f"subject_{code}"), self.cleaned_data.get(f"body_{code}"))
            for code, _own in LANGUAGES
        }
        return {code: pair for code, pair in pairs.items() if all(pair)}

    def save(self) -> bool:
        """Save the letter with its texts; False, with an error on the form, if somebody has just taken the name."""
        self.letter.name = self.cleaned_data["name"]
        self.letter.is_advertising = self.cleaned_data["is_advertising"]
        try:
            with transaction.atomic():
                self._write()
        except IntegrityError:
            self.add_error("name", self._taken)
            return False
        return True

    def _write(self) -> None:
        self.letter.save()
        self.letter.texts.exclude(language__in=self.texts).delete()
        for language, (subject, body) in self.texts.items():
            self.letter.texts.update_or_create(language=language, defaults={"subject": subject, "body": body})


class LookForm(forms.Form):
    """With whose name, and in which language, a letter is looked at."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("", gettext_lazy("the customer’s")), *LANGUAGES],
        required=False,
    )
    who = forms.CharField(
        label=gettext_lazy("Customer"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "list": "some-customers"}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            self.full_clean()

    @property
    def chosen_language(self) -> str:
        return self.cleaned_data.get("language") or ""

    @property
    def text(self) -> str:
        return self.cleaned_data.get("who") or ""


class BeginForm(forms.Form):
    """What a letter by hand begins with. What cannot be read counts as not asked."""

    letter = forms.ModelChoiceField(
        label=gettext_lazy("Begin with"),
        queryset=Letter.objects.none(),
        required=False,
        empty_label=gettext_lazy("an empty letter"),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES, required=False)

    def __init__(self, *args: object, team_letters: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["letter"].queryset = team_letters
        self.full_clean()


class WriteForm(forms.Form):
    """One letter to one customer. `forbidden(email, advertising)` says why it may not be written there, or ""."""

    to = forms.ChoiceField(label=gettext_lazy("To"))
    language = forms.ChoiceField(choices=LANGUAGES, widget=forms.HiddenInput)
    subject = subject_field(
        gettext_lazy("Subject"), error_messages={"required": gettext_lazy("Write a subject.")}
    )
    text = body_field(gettext_lazy("Text"), error_messages={"required": gettext_lazy("Write the letter.")})
    advertising = forms.BooleanField(label=gettext_lazy("This letter advertises"), required=False)
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(
        self, *args: object, customer: Customer, addresses: dict[str, tuple[str, str]], **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)
        self.customer, self.addresses = customer, addresses
        self.fields["to"].choices = [(key, f"{name} <{email}>") for key, (name, email) in addresses.items()]
        complain_of_length(self)
