"""What a lead sets for scores and groups."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from segmentation.models import Rules

FIXED = ("recency_limits", "frequency_limits", "money_limits")
GROUP_LIMITS = ("one_time_after", "lost_after", "vip_from")
MOST_DAYS, MOST_PURCHASES, MOST_MONEY = 3650, 100_000, Decimal("999999999999")


class FourWidget(forms.MultiWidget):
    """Four boxes side by side, each under its name."""

    use_fieldset = True

    def __init__(self, labels: Sequence[Promise], *, step: str) -> None:
        self.labels = labels
        attrs = {"step": step, "min": 0, "inputmode": "decimal"}
        super().__init__([forms.NumberInput(attrs=attrs) for _box in labels])

    def decompress(self, value: list | None) -> list:
        return value or [None] * len(self.labels)

    def render(
        self, name: str, value: object, attrs: dict | None = None, renderer: object = None
    ) -> SafeString:
        boxes = self.get_context(name, value, attrs)["widget"]["subwidgets"]
        named = zip(self.labels, self.widgets, boxes, strict=True)
        markup = format_html_join(
            "",
            "<label><span>{}</span>{}</label>",
            ((label, box.render(it["name"], it["value"], it["attrs"], renderer)) for label, box, it in named),
        )
        return format_html('<div class="rb-four">{}</div>', markup)


class FourField(forms.MultiValueField):
    """Four rising numbers, or nothing at all."""

    def __init__(
        self, labels: Sequence[Promise], *, most: int | Decimal, decimals: int = 0, **kwargs: object
    ) -> None:
        limits = {"required": False, "min_value": 0, "max_value": most}
        if decimals:
            boxes = [forms.DecimalField(decimal_places=decimals, **limits) for _box in labels]
        else:
            boxes = [forms.IntegerField(**limits) for _box in labels]
        widget = FourWidget(labels, step="0.01" if decimals else "1")
        super().__init__(boxes, required=False, require_all_fields=False, widget=widget, **kwargs)

    def compress(self, values: list) -> list | None:
        if not any(value is not None for value in values):
            return None
        if None in values or any(low >= high for low, high in pairwise(values)):
            raise ValidationError(
                _("Four numbers are needed, each larger than the one before; or none at all.")
            )
        return [str(value) if isinstance(value, Decimal) else value for value in values]


RISING = [_("score 1 up to"), _("score 2 up to"), _("score 3 up to"), _("score 4 up to")]
FALLING = [_("score 5 up to"), _("score 4 up to"), _("score 3 up to"), _("score 2 up to")]


class RulesForm(forms.ModelForm):
    """Whatever is empty is as our proposal, which the page shows in the box."""

    quarters = forms.TypedChoiceField(
        label=_("Purchases that make the scores"),
        choices=[("", _("the whole history")), *Rules.Period.choices],
        coerce=int,
        empty_value=None,
        required=False,
    )
    quintiles_from = forms.IntegerField(
        label=_("Fifths from so many customers"), required=False, min_value=5, max_value=1_000_000
    )
    recency_limits = FourField(
        FALLING,
        most=MOST_DAYS,
        label=_("Recency: days since the last purchase"),
    )
    frequency_limits = FourField(
        RISING,
        most=MOST_PURCHASES,
        label=_("Frequency: days with a purchase"),
    )
    money_limits = FourField(
        RISING,
        most=MOST_MONEY,
        decimals=2,
        label=_("Money"),
    )

    vip_from = forms.IntegerField(
        label=_("VIP: from so many days with a purchase"),
        required=False,
        min_value=2,
        max_value=MOST_PURCHASES,
    )

    class Meta:
        model = Rules
        fields = ("quarters", "quintiles_from", *FIXED, *GROUP_LIMITS, "thank_after_purchase")
        labels: ClassVar = {
            "one_time_after": _("One-time: no second purchase for more than … days"),
            "lost_after": _("Lost: bought repeatedly, but not for more than … days"),
            "thank_after_purchase": _(
                "On the working day after a purchase, a slip: say thank you, ask whether all is well"
            ),
        }

    def __init__(self, *args: object, proposed: Mapping[str, object], **kwargs: object) -> None:
        """`proposed` is what holds where nothing is set, a number or four, by field."""
        super().__init__(*args, **kwargs)
        for name, value in proposed.items():
            widget = self.fields[name].widget
            boxes = zip(widget.widgets, value, strict=True) if name in FIXED else [(widget, value)]
            for box, number in boxes:
                box.attrs["placeholder"] = number

    def clean_quintiles_from(self) -> int:
        return self.cleaned_data["quintiles_from"] or Rules._meta.get_field("quintiles_from").default
