"""Where the figures of an expectation come from, in words. Without numpy, which whoever only starts would wait for."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True)
class Missing:
    """What is still missing until chances can be told; nothing is missing if both are 0."""

    weeks: int = 0
    buyers: int = 0

    def __bool__(self) -> bool:
        return bool(self.weeks or self.buyers)


def reason(*, kind: str, chance: float | None, cases: int, purchases: int, missing: Missing) -> str:
    """One sentence, or two, on where the figures beside it come from."""
    said = too_little(missing) if chance is None else _told_by(kind, chance, cases)
    if purchases == 1:
        return f"{said} {_('Bought once so far, so the interval is the typical one.')}"
    return said


def _told_by(kind: str, chance: float, cases: int) -> str:
    words = (
        _("Customers who buy at this pace and had waited this fraction of their usual gap:")
        if kind == "table"
        else _("Customers whose pace, wait and latest purchases are most like these:")
    )
    share = _("%(share)s %% bought within two weeks (of %(cases)s).")
    return f"{words} {share % {'share': _percent(chance), 'cases': f'{cases:,}'}}"


def _percent(chance: float) -> str:
    return f"{100 * chance:.1f}" if chance < 0.1 else f"{100 * chance:.0f}"


def too_little(missing: Missing) -> str:
    """What is missing until chances can be told, in words."""
    parts = []
    if missing.weeks:
        words = ngettext("%(n)s more week of history", "%(n)s more weeks of history", missing.weeks)
        parts.append(words % {"n": missing.weeks})
    if missing.buyers:
        words = ngettext("%(n)s more repeat purchase", "%(n)s more repeat purchases", missing.buyers)
        parts.append(words % {"n": missing.buyers})
    return _("Too little history for a chance; missing: %(what)s.") % {"what": ", ".join(parts)}
