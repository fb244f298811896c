"""A series to begin with: three letters, with the days that the team's own customers take."""

from collections.abc import Iterable

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from contacts.models import Letter
from crm.mail.models.suppression import ADVERTISING_PAUSE
from crm.team.models import Team
from segmentation.models import Group, Series, TypicalInterval
from segmentation.typical import ALL

LETTERS = 3
PROPOSED_GROUPS = (Group.GROWING, Group.BEGINNER)
USUAL_DAYS, MOST_DAYS = 14, 28  # between letters: without a history, and at most
WEEK = ADVERTISING_PAUSE.days


def usual_interval(team: Team) -> int | None:
    """Days in which half of those who return, or as many as ever do, are back; None before the first night."""
    row = TypicalInterval.objects.filter(team=team, product_group=ALL).first()
    until = (row.later["until"] or row.second["until"]) if row else {}
    return next((days for share in ("0.5", "0.25", "0.1") if (days := until.get(share))), None)


def days_between(interval: int | None) -> int:
    """A quarter of the usual interval in whole weeks, one week at least."""
    weeks = round((interval or 4 * USUAL_DAYS) / 4 / WEEK)
    return min(max(weeks, 1) * WEEK, MOST_DAYS)


def proposed(team: Team, letters: Iterable[Letter]) -> MultiValueDict:
    """The proposal as it would be sent from the form; where the team has too few letters, they are to be chosen."""
    defaults = {name: str(Series._meta.get_field(name).default) for name in ("begins", "held_out_percent")}
    data = MultiValueDict({"groups": list(map(str, PROPOSED_GROUPS))})
    data.update({"name": _("Time to order again"), "shift_days": "0", "product_group": "", "code_prefix": ""})
    data.update(defaults)
    chosen = [str(letter.pk) for letter in letters][:LETTERS]
    days = days_between(usual_interval(team))
    for number in range(LETTERS):
        data[f"s{number}-letter"] = chosen[number] if number < len(chosen) else ""
        data[f"s{number}-after_days"] = str(days if number else 0)
    return data
