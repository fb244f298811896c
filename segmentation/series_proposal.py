"""A series to begin with: three letters, with the days that the team's own customers take."""

from collections.abc import Iterable
from itertools import count

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from contacts.letters.presets import PRESETS
from contacts.models import Letter
from crm.mail.models.suppression import ADVERTISING_PAUSE
from crm.team.models import Team
from segmentation.models import Group, Series, TypicalInterval
from segmentation.offer_codes import names_a_code
from segmentation.typical import ALL

LETTERS = 3
CODE = "AGAIN"  # with which offer codes begin, where a letter names one
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
    chosen = sorted(letters, key=_place)[:LETTERS]
    code = CODE if any(map(names_a_code, chosen)) else ""
    data.update({"name": free_name(team), "shift_days": "0", "product_group": "", "code_prefix": code})
    data.update(defaults)
    days = days_between(usual_interval(team))
    for number in range(LETTERS):
        data[f"s{number}-letter"] = str(chosen[number].pk) if number < len(chosen) else ""
        data[f"s{number}-after_days"] = str(days if number else 0)
    return data


def free_name(team: Team) -> str:
    """ "Time to order again", with the first number from 2 on that makes it a name nobody has taken."""
    name = _("Time to order again")
    names = Series.objects.filter(team=team, name__istartswith=name).values_list("name", flat=True)
    taken = {each.casefold() for each in names}
    numbered = (f"{name} {n}" if n > 1 else name for n in count(1))
    return next(each for each in numbered if each.casefold() not in taken)


def _place(letter: Letter) -> tuple[int, int]:
    """Where it stands in a series: our own letters in their order, then the others as they were made."""
    ours = [str(preset.name) for preset in PRESETS]
    return ours.index(letter.name) if letter.name in ours else len(ours), letter.pk
