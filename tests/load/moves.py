"""Two people move the same few dossiers about at the same time: no movement may be lost, none done twice."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.db import connection
from django.urls import reverse

from contacts.models import Customer
from crm.team.models import User
from followups.models import FollowUp
from tests.load.web import Browser

DOSSIERS = 12
AT_ONE_LOOK = 6
MOVED, TOO_LATE = "moved", "too late"
STATES = "rb-conflict__tab"  # each of the two on the page that refuses


def move_about(users: list[User], *, port: int, moves: int, password: str) -> dict[str, object]:
    """Each of `users` makes so many random moves. Gives what happened, and under "faults" what must be empty."""
    dossiers = _make(users[0])
    ask = partial(_move, dossiers=dossiers, port=port, moves=moves, password=password)
    try:
        with ThreadPoolExecutor(len(users)) as pool:
            told = list(pool.map(ask, users))
        return {
            "moved": sum(each[MOVED] for each in told),
            "refused": sum(each[TOO_LATE] for each in told),
            "faults": _faults(dossiers, dict(zip(users, told, strict=True))),
        }
    finally:
        Customer.objects.filter(pk__in=dossiers).delete()


def _make(owner: User) -> list[int]:
    customers = [Customer(team=owner.team, owner=owner, name=f"Moved about {n}") for n in range(DOSSIERS)]
    for customer in customers:
        customer.write()
        FollowUp.objects.create(customer=customer, owner=owner, due_on=owner.today())
    return [customer.pk for customer in customers]


def _move(user: User, *, dossiers: list[int], port: int, moves: int, password: str) -> Counter[str]:
    """What this person was told: how many moves were made and how many came too late."""
    browser, chance, told = Browser(port), random.Random(user.pk), Counter()
    browser.log_in(email=user.email, password=password)
    path = reverse("followups:move")
    for n in range(moves):
        if (
            n % AT_ONE_LOOK == 0
        ):  # like a page that is looked at for a while: some of it is old when it is used
            seen = dict(FollowUp.objects.open().filter(customer__in=dossiers).values_list("pk", "version"))
        place = chance.choice(list(seen))
        fields = {"f": f"{place}:{seen[place]}", "when": f"in {chance.randint(0, 60)} days", "tab": "cabinet"}
        answer = browser.post(path, fields)
        done = answer.status == 302 and "placed=" in answer.headers["location"]
        is_told = answer.status == 409 and answer.text.count(STATES) == 2
        told[MOVED if done else TOO_LATE if is_told else f"status {answer.status}"] += 1
    connection.close()
    return told


def _faults(dossiers: list[int], told: dict[User, Counter[str]]) -> list[str]:
    """Whatever differs between what the people were told and what stands in the database."""
    places = FollowUp.objects.filter(customer__in=dossiers)
    faults = [
        f"{user.email}: {what}" for user, each in told.items() for what in set(each) - {MOVED, TOO_LATE}
    ]
    for user, each in told.items():
        written = places.filter(opened_by=user).count()
        if written != each[MOVED]:
            faults.append(f"{user.email} made {each[MOVED]} moves, {written} are written")
    faults += [f"dossier {pk} lies in {n} places" for pk, n in _open_places(places).items() if n != 1]
    torn = places.filter(closed_at__isnull=False, next__isnull=True).count()
    return faults + ([f"{torn} places lead nowhere"] if torn else [])


def _open_places(places: "FollowUp.objects") -> Counter[int]:
    return Counter(places.open().values_list("customer_id", flat=True))
