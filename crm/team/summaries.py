"""What apps above know about colleagues and the team. They register themselves from AppConfig.ready; none is known.

Two keys are read by the team's pages: DAY gives a DayLoad, KEPT the number of dossiers in somebody's binder.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from crm.team.models import Team, User

DAY, KEPT = "day", "kept"

Summary = Callable[[Iterable[User], datetime], dict[int, object]]
_summaries: dict[str, Summary] = {}
_keepers_of_amounts: list[Callable[[Team], bool]] = []


@dataclass(frozen=True)
class DayLoad:
    """Dossiers behind today's tab of one binder, and behind tabs of days that have passed."""

    due: int = 0
    left_behind: int = 0


def register(key: str, summary: Summary) -> None:
    """`summary(users, now)` gives one value by user id, in as many queries however many users there are."""
    _summaries[key] = summary


def summarize(key: str, users: Iterable[User], *, now: datetime) -> dict[int, object]:
    """By user id; who has nothing to tell of is left out."""
    return _summaries[key](users, now) if key in _summaries else {}


def register_amounts(keeps: Callable[[Team], bool]) -> None:
    """`keeps(team)` says whether there are amounts in the team's currency already."""
    _keepers_of_amounts.append(keeps)


def keeps_amounts(team: Team) -> bool:
    return any(keeps(team) for keeps in _keepers_of_amounts)
