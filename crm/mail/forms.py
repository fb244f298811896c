"""Forms of the outbox: what to look for, and as whom the team writes."""

from urllib.parse import urlencode

from crispy_forms.helper import FormHelper
from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from crm.mail.models import Sender
from crm.mail.outbox import Heap


class FindForm(forms.Form):
    """Which mail to list. What cannot be read counts as not asked."""

    heap = forms.ChoiceField(required=False, choices=[("", ""), *Heap.choices])
    q = forms.CharField(required=False, max_length=100)
    after = forms.IntegerField(required=False, min_value=1)
    before = forms.IntegerField(required=False, min_value=1)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.full_clean()

    @property
    def heap_asked(self) -> str:
        return self.cleaned_data.get("heap", "")

    @property
    def text(self) -> str:
        return self.cleaned_data.get("q", "")

    @property
    def asked(self) -> str:
        """What a link to another page asks for, as the beginning of its query."""
        wanted = {"heap": self.heap_asked, "q": self.text}
        return "".join(f"{urlencode({name: value})}&" for name, value in wanted.items() if value)

    @property
    def edges(self) -> dict[str, int | None]:
        return {edge: self.cleaned_data.get(edge) for edge in ("after", "before")}


class SenderForm(forms.ModelForm):
    """Without what is required here nothing may be sent: the law wants a postal address under each letter."""

    dkim_selector = forms.CharField(
        label=_("DKIM selector"),
        required=False,
        max_length=60,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", _("Letters, digits, dots and dashes only.")
            )
        ],
        help_text=_(
            "The name under which your provider published the key, for example “s1”. Only for checking."
        ),
    )

    class Meta:
        model = Sender
        fields = ("name", "email", "reply_to", "language", "postal_address", "dkim_selector", "stays_here")
        help_texts = {
            "name": _(
                "Stands before the address in the customer’s mail program, and on top of every letter."
            ),
            "email": _("In a domain of yours: its owner says in the DNS who may send in its name."),
            "reply_to": _("Where answers go; the address above if it is left empty."),
            "language": _("For customers of whom no language is known."),
            "postal_address": _("Stands under every letter. Advertising without it is against the law."),
            "stays_here": _("Nothing is sent: every mail is shown in the outbox and put into a folder."),
        }
        widgets = {"postal_address": forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"})}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    @property
    def has_new_domain(self) -> bool:
        """Was another domain written than that of before?"""
        before = Sender(email=self.initial.get("email") or "")
        return self.instance.domain != before.domain
