"""The two forms of an import: which list, and what its columns mean."""

from collections import Counter
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from contacts.importing.columns import CUSTOMER_FIELDS, KEEP, LEAVE_OUT
from contacts.importing.readers import MAX_BYTES, ImportRefused, Table, read_table
from crm.team.models import User


class UploadForm(forms.Form):
    """Afterwards `content` holds the file's bytes, and `table` what could be read of them."""

    file = forms.FileField(
        label=_("Your list"),
        help_text=_("CSV or XLSX, up to 10 MB and 50,000 rows. The first row holds the headings."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Into whose binder"), empty_label=None)
    undated = forms.ChoiceField(
        label=_("Dossiers without a date to come"),
        choices=[
            ("spread", _("spread over the coming working days, as many a day as there is room for")),
            ("rest", _("rest in the cabinet until somebody takes them out")),
        ],
        initial="spread",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if user.is_lead:
            self.fields["owner"].queryset = User.objects.active().visible_to(user)
            self.initial.setdefault("owner", user.pk)
        else:
            del self.fields["owner"]

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        # One byte more than allowed is enough for the reader to refuse it, and for us not to hold it.
        self.content = file.read(MAX_BYTES + 1)
        try:
            self.table = read_table(file.name, self.content)
        except ImportRefused as error:
            raise forms.ValidationError(str(error)) from error
        return file

    def options(self) -> dict[str, Any]:
        owner = self.cleaned_data.get("owner", self.user)
        return {"owner": owner.pk, "undated": self.cleaned_data["undated"]}


class ColumnsForm(forms.Form):
    """One choice per column of the list."""

    def __init__(self, *args: Any, table: Table, mapping: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (KEEP, _("keep in the note")),
            (LEAVE_OUT, _("leave out")),
            *((field.key, field.label) for field in CUSTOMER_FIELDS),
        ]
        for column, heading in enumerate(table.headings):
            label = _("“%(heading)s” means") % {"heading": heading or column + 1}
            field = forms.ChoiceField(label=label, choices=choices, initial=mapping[column], required=False)
            field.widget.attrs = {"class": "rb-select", "aria-label": label}
            field.heading = heading
            self.fields[str(column)] = field

    @property
    def mapping(self) -> dict[int, str]:
        return {int(column): key for column, key in self.cleaned_data.items()}

    def clean(self) -> None:
        labels = {field.key: field.label for field in CUSTOMER_FIELDS}
        used = Counter(key for key in self.cleaned_data.values() if key in labels)
        for key in (key for key, times in used.items() if times > 1):
            self.add_error(None, _("Two columns are said to mean “%(label)s”.") % {"label": labels[key]})
