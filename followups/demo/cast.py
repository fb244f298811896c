"""The team of the demo and its people."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from random import Random

from django.contrib.auth.hashers import make_password

from crm.team.models import Absence, Team, User
from followups.demo.stage import LENA, MANAGERS
from followups.demo.words import FIRST_NAMES, SURNAMES

PASSWORD = "demo-binder-31"  # noqa: S105  printed with the logins; a demo has nothing to protect
TEAM = "Ringbinder demo: Carton & Co"
_FRIDAY = 5


def cast(random: Random, *, managers: int, capacity: int) -> tuple[User, list[User]]:
    """A new team; its lead and its managers. All share one password."""
    team = Team.objects.create(
        name=TEAM, currency="EUR", time_zone="Europe/Berlin", country="DE", day_capacity=capacity
    )
    named = [
        (*LENA, User.Role.LEAD),
        *((*who, User.Role.MANAGER) for who in islice(_managers(random), managers)),
    ]
    secret = make_password(PASSWORD)
    users = [
        User(team=team, name=name, email=email, role=role, password=secret) for name, email, role in named
    ]
    lead, *others = User.objects.bulk_create(users)
    return lead, others


def _managers(random: Random) -> Iterator[tuple[str, str]]:
    yield from MANAGERS
    number = len(MANAGERS)
    while True:
        number += 1
        country = random.choice(list(SURNAMES))
        name = f"{random.choice(FIRST_NAMES[country])} {random.choice(SURNAMES[country])}"
        yield name, f"manager{number}@demo.example"


def send_on_leave(away: User, *, stand_in: User, today: date) -> Absence:
    """Away until Friday: of this week or, from Friday on, of the next one."""
    until = today + timedelta(days=(_FRIDAY - today.isoweekday() - 1) % 7 + 1)
    since = min(today, until - timedelta(days=4))
    return Absence.objects.create(user=away, stand_in=stand_in, starts_on=since, ends_on=until)
