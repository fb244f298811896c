"""What apps above know about colleagues and the team. They register themselves from AppConfig.ready; none is known.

Two keys are read by the team's pages: DAY gives a DayLoad, KEPT the number of dossiers in somebody's binder.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from crm.team.models import Team, User

DAY, KEPT = "day", "kept"

Summary = Callable[[Iterable[User], datetime], dict[int, object]]
_summaries: dict[str, Summary] = {}
Duties = Callable[[User], str]
_duties: list[Duties] = []
_lying: list["Lying"] = []
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


def register_duties(duties: Duties) -> None:
    """`duties(user)` says in a sentence what he must hand over before he leaves, "" if there is nothing."""
    _duties.append(duties)


def duties_of(user: User) -> list[str]:
    """What he must hand over, besides his binder."""
    return [told for duties in _duties if (told := duties(user))]


class Lying(Protocol):
    """Sentences on what there is to do on days on which `owner` will be away, as far as `by` may know it."""

    def __call__(
        self, owner: User, first: date, last: date, *, stand_in: User | None, by: User, now: datetime
    ) -> list[str]: ...


def register_lying(lying: Lying) -> None:
    _lying.append(lying)


def lying_on(
    owner: User, first: date, last: date, *, stand_in: User | None, by: User, now: datetime
) -> list[str]:
    """Everything there is to do then, in sentences; none if there is nothing."""
    return [line for tell in _lying for line in tell(owner, first, last, stand_in=stand_in, by=by, now=now)]


def register_amounts(keeps: Callable[[Team], bool]) -> None:
    """`keeps(team)` says whether there are amounts in the team's currency already."""
    _keepers_of_amounts.append(keeps)


def keeps_amounts(team: Team) -> bool:
    return any(keeps(team) for keeps in _keepers_of_amounts)
