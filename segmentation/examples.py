"""Segments to begin with."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Filters = list[dict]


@dataclass(frozen=True)
class Example:
    key: str
    name: str | Promise
    filters: Filters


def _holds(condition: str, operator: str, **values: object) -> dict:
    return {"condition": condition, "operator": operator, "values": values}


EXAMPLES = [
    Example(
        "silent-vips",
        _("VIPs without contact for 60 days"),
        [_holds("group", "is", groups=["vip"]), _holds("last_contact", "ago", days=60)],
    ),
    Example(
        "second-purchase",
        _("Bought once, due within two weeks"),
        [_holds("ever", "is", times=1), _holds("next_purchase", "within", days=14)],
    ),
    Example(
        "lost-regulars",
        _("Lost who once bought five times or more"),
        [_holds("group", "is", groups=["lost"]), _holds("ever", "least", times=5)],
    ),
]


def find(key: str) -> Example | None:
    return next((example for example in EXAMPLES if example.key == key), None)
