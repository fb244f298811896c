"""The card, the people on it, a note, and the list's own search."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.actions import hand_over_all, save_card, save_person
from contacts.importing.values import read_country, read_money
from contacts.models import Customer, Person, Tag
from contacts.models.tag import read_tags, write_tags
from crm.mail.models import LANGUAGES
from crm.team.models import User

LONGEST_NOTE = 10_000


class MoneyField(forms.CharField):
    """An amount as people write it: 1.234,56 or 1,234.56."""

    def clean(self, value: object) -> Decimal | None:
        text = super().clean(value)
        try:
            return read_money(text) if text else None
        except ValueError as error:
            raise ValidationError(_("Write an amount, such as 12,500 or 1234.50.")) from error


class CountryField(forms.CharField):
    """A country by its two letters, or its English or German name."""

    def clean(self, value: object) -> str:
        text = super().clean(value)
        try:
            return read_country(text) if text else ""
        except ValueError as error:
            raise ValidationError(_("Write a country’s name or its two letters, such as DE.")) from error


class TagsField(forms.CharField):
    """Tags in one line, put in order."""

    def clean(self, value: object) -> str:
        try:
            return write_tags(read_tags(super().clean(value)))
        except ValueError as error:
            raise ValidationError(_("Shorten a tag: %(problem)s.") % {"problem": error}) from error


def has_a_digit(phone: str) -> None:
    if not any(map(str.isdecimal, phone)):
        raise ValidationError(_("Write a phone number, such as +49 69 231250."))


class PhoneField(forms.CharField):
    """A phone number in any notation; words without a digit are none."""

    default_validators = [has_a_digit]
    widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**{"label": gettext_lazy("Phone"), "required": False, "max_length": 60} | kwargs)


def complain_of_length(form: forms.Form) -> None:
    """Let a text that is too long be sent and refused: the browser would cut it without a word."""
    for field in form.fields.values():
        field.widget.attrs.pop("maxlength", None)


@dataclass(frozen=True)
class Contested:
    """A field that two people changed: what stands on the card by now, and what this person wrote."""

    name: str
    label: str
    now: object
    mine: object


def day_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class CardForm(forms.ModelForm):
    """The info card. The owner stands on it only for those who may give the dossier away.

    What stood on the card when it was opened is sent along: a field that was left as it was stays as it is by
    now. `contested` are fields that somebody else has changed meanwhile, in another way.
    """

    phone = PhoneField()
    annual_revenue = MoneyField(label=gettext_lazy("Revenue last year"), required=False, max_length=30)
    country = CountryField(label=gettext_lazy("Country"), required=False, max_length=60)
    tags = TagsField(
        label=gettext_lazy("Tags"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy(
            "Words of your own, with commas between them, such as “fair 2026, gift cartons”."
        ),
        widget=forms.TextInput(attrs={"list": "known-tags", "autocomplete": "off"}),
    )
    owner = forms.ModelChoiceField(
        label=gettext_lazy("Owner"), queryset=User.objects.none(), empty_label=None
    )

    class Meta:
        model = Customer
        fields = [
            "name", "kind", "number", "about", "phone", "email", "website", "best_time",
            "street", "postcode", "town", "country", "language", "vat_id", "source", "annual_revenue", "customer_since",
        ]  # fmt: skip
        widgets = {"customer_since": day_input()}
        help_texts = {"about": gettext_lazy("Such as “winery, 14 people”.")}

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.before = self.instance.owner
        self.initial["tags"] = write_tags(self.instance.tag_names)
        if user.is_lead or user.pk == self.instance.owner_id:
            # Whoever has left keeps what he has until somebody gives it on.
            choices = User.objects.visible_to(user)
            self.fields["owner"].queryset = choices.active() | choices.filter(pk=self.instance.owner_id)
            self.initial["owner"] = self.instance.owner_id
        else:
            del self.fields["owner"]
        self.fields["language"].choices = [("", _("that of the country")), *LANGUAGES]
        self.contested: list[Contested] = []
        complain_of_length(self)
        for field in self.fields.values():
            field.show_hidden_initial = True
        if self.is_bound:
            self.data = self.data.copy()

    def clean(self) -> dict:
        data = super().clean()
        given_up = self.data.get("theirs", "").split()
        for name, mine in list(data.items()):
            seen, now = self._seen(name), self._read(name, self[name].initial)
            if mine == seen or name in given_up:
                data[name] = now
                self.data[name] = self[name].initial
            elif now not in (seen, mine):
                self.contested.append(self._contest(name, now, mine))
            # Whoever sends it again has seen this.
            self.data[self[name].html_initial_name] = self[name].initial
        return data

    def lines_of_tags(self) -> list[str]:
        """What the field of tags may be completed to: the tags it has, and one more that the team knows."""
        mine = self.instance.tag_names
        others = Tag.objects.visible_to(self.user).exclude(name__in=mine)
        return [write_tags([*mine, tag.name]) for tag in others]

    def _seen(self, name: str) -> object:
        """What stood in a field when the card was opened."""
        bound = self[name]
        return self._read(name, self.data.get(bound.html_initial_name, bound.initial))

    def _read(self, name: str, value: object) -> object:
        """A value as the field reads it, or as it is where the field would not take it today."""
        try:
            return self.fields[name].clean(value)
        except ValidationError:
            return value

    def _contest(self, name: str, now: object, mine: object) -> Contested:
        words = dict(Customer._meta.get_field(name).choices or ()) if name in ("kind", "language") else {}
        return Contested(name, self.fields[name].label, words.get(now, now), words.get(mine, mine))

    def clean_number(self) -> str:
        number = self.cleaned_data["number"]
        others = Customer.objects.filter(team_id=self.instance.team_id, number=number).exclude(
            pk=self.instance.pk
        )
        if number and others.exists():
            raise ValidationError(self._taken(number))
        return number

    def _taken(self, number: str) -> str:
        """Names the other dossier to those who may see it."""
        other = Customer.objects.visible_to(self.user).filter(number=number).first()
        if other:
            return _("%(name)s already has the number %(number)s.") % {"name": other.name, "number": number}
        return _("Another dossier of the team already has the number %(number)s.") % {"number": number}

    def write(self, *, now: datetime) -> bool:
        """Save the card; False, with an error on the form, if somebody has taken the number, or left, meanwhile."""
        try:
            save_card(
                customer=self.instance,
                owner=self.cleaned_data.get("owner") or self.before,
                by=self.user,
                now=now,
                tags=read_tags(self.cleaned_data["tags"]),
            )
        except IntegrityError:
            self.add_error("number", self._taken(self.cleaned_data["number"]))
            return False
        except ValidationError as error:
            self.add_error("owner", error)
            return False
        return True


class PersonForm(forms.ModelForm):
    phone = PhoneField()
    is_main = forms.BooleanField(label=gettext_lazy("The one to call first"), required=False)

    class Meta:
        model = Person
        fields = ["name", "position", "role", "phone", "email", "birthday", "note"]
        widgets = {"birthday": day_input()}

    def __init__(self, *args: object, today: date, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        complain_of_length(self)
        self.fields["role"].choices = [("", _("not known")), *Person.Role.choices]
        main = self.instance.customer.main_person_id
        self.initial["is_main"] = main is None or main == self.instance.pk

    def clean_birthday(self) -> date | None:
        birthday = self.cleaned_data["birthday"]
        if birthday and birthday > self.today:
            raise ValidationError(_("This day is yet to come: write the day of birth."))
        return birthday

    def write(self) -> None:
        save_person(person=self.instance, is_main=self.cleaned_data["is_main"])


class HandOverForm(forms.Form):
    """Who gets all that `owner` has."""

    to = forms.ModelChoiceField(
        label=gettext_lazy("New owner"),
        queryset=User.objects.none(),
        empty_label=gettext_lazy("choose a colleague"),
        error_messages={"required": gettext_lazy("Choose who gets them.")},
    )

    def __init__(self, *args: object, user: User, owner: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.owner, self.number = owner, 0
        self.fields["to"].queryset = User.objects.visible_to(user).active().exclude(pk=owner.pk)

    def hand_over(self, *, by: User, now: datetime) -> bool:
        """Do it, and keep how many dossiers they were in `number`. False, with an error, if the new owner has left."""
        try:
            self.number = hand_over_all(owner=self.owner, to=self.cleaned_data["to"], by=by, now=now)
        except ValidationError as error:
            self.add_error("to", error)
            return False
        return True


class NoteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write something before you add it.")},
    )


class FindForm(forms.Form):
    """What the list was asked for. What cannot be read counts as not asked."""

    q = forms.CharField(required=False, max_length=100)
    owner = forms.ModelChoiceField(queryset=User.objects.none(), required=False)
    tag = forms.ModelChoiceField(queryset=Tag.objects.none(), required=False)
    after = forms.IntegerField(required=False, min_value=1)
    before = forms.IntegerField(required=False, min_value=1)

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.binders_open_to(user, on=user.today()).active()
        self.fields["tag"].queryset = Tag.objects.visible_to(user)
        self.full_clean()

    @property
    def text(self) -> str:
        return self.cleaned_data.get("q") or ""

    @property
    def whose(self) -> User | None:
        return self.cleaned_data.get("owner")

    @property
    def with_tag(self) -> Tag | None:
        return self.cleaned_data.get("tag")

    @property
    def is_filtered(self) -> bool:
        return bool(self.text or self.whose or self.with_tag)

    @property
    def asked(self) -> str:
        """The question as the beginning of a query string."""
        chosen = {"owner": self.whose, "tag": self.with_tag}
        asked = {"q": self.text} | {key: one.pk if one else "" for key, one in chosen.items()}
        return "".join(f"{urlencode({key: value})}&" for key, value in asked.items() if value)

    def owners(self, user: User) -> list[tuple[int, str | Promise]]:
        """Whose dossiers may be asked for: one's own first."""
        others = [(each.pk, each.name) for each in self.fields["owner"].queryset if each.pk != user.pk]
        return [(user.pk, _("Mine")), *others]


class CluesForm(forms.Form):
    """What has been typed so far of a card. `own` is the dossier it stands on, if there is one yet."""

    name = forms.CharField(required=False, max_length=200)
    phone = forms.CharField(required=False, max_length=60)
    email = forms.CharField(required=False, max_length=254)
    own = forms.IntegerField(required=False, min_value=1)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.full_clean()

    @property
    def clues(self) -> dict[str, str]:
        """By what to look for similar dossiers; what cannot be read is empty."""
        return {key: self.cleaned_data.get(key) or "" for key in ("name", "phone", "email")}

    @property
    def own_pk(self) -> int | None:
        return self.cleaned_data.get("own")
