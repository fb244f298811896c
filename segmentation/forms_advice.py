"""What a lead has to say about a group."""

from typing import ClassVar

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from segmentation.advice import our_words
from segmentation.models import Advice

TEXTS = ("should", "should_not")


class AdviceForm(forms.ModelForm):
    """Texts begin as ours; as long as they are left so, or emptied, ours hold in every reader's language."""

    class Meta:
        model = Advice
        fields = ("should", "should_not", "contact_every", "slip_when_due")
        labels: ClassVar = {
            "should": _("What they should get"),
            "should_not": _("What they should not get"),
            "contact_every": _("Contact every … days"),
            "slip_when_due": _("A slip on the dossier when the next purchase is due"),
        }
        help_texts: ClassVar = {
            "contact_every": _("Proposed as the next date after every contact. Empty: no rhythm."),
        }
        widgets: ClassVar = {name: forms.Textarea(attrs={"rows": 6}) for name in TEXTS}

    def __init__(self, *args: object, instance: Advice, **kwargs: object) -> None:
        super().__init__(*args, instance=instance, prefix=instance.group, **kwargs)
        for name in TEXTS:
            self.initial[name] = self.initial[name] or self._ours[name]

    @cached_property
    def _ours(self) -> dict[str, str]:
        return dict(zip(TEXTS, our_words(self.instance.group), strict=True))

    @property
    def is_ours(self) -> bool:
        """Nothing but what we propose is kept."""
        return not self.instance.should and not self.instance.should_not

    def _text(self, name: str) -> str:
        text = self.cleaned_data[name].replace("\r\n", "\n").strip()
        return "" if text == self._ours[name] else text

    def clean_should(self) -> str:
        return self._text("should")

    def clean_should_not(self) -> str:
        return self._text("should_not")
