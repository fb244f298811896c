"""Many people at the same dossiers through the real pages: one wins, the others see both states, nothing is lost."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import Entry
from followups.checks import Report, check_binder
from followups.models import FollowUp
from tests.factories import make_dossier, make_team, make_user
from tests.followups.test_law import IS_THOROUGH, assert_law, at_once

pytestmark = pytest.mark.django_db(transaction=True)
STATES = "rb-conflict__tab"  # each of the two on the page that refuses
MOVES = 1000 if IS_THOROUGH else 30  # of each of two people


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def test_fifty_who_file_the_same_dossier_leave_one_place_and_no_error():
    owner = make_user()
    place = make_dossier(owner=owner)
    answers = []
    clients = [client_of(owner) for _ in range(50)]

    def file(client, n):
        day = str(owner.today() + timedelta(n))
        fields = {
            "version": 1,
            "outcome": "agreed",
            "kind": "call",
            "note": f"Said {n}",
            "when": day,
            "named": day,
        }
        answers.append(client.post(reverse("followups:file", args=[place.pk]), fields))

    ends = at_once([lambda client=client, n=n: file(client, n) for n, client in enumerate(clients, start=1)])
    assert [end for end in ends if end] == []
    assert Counter(answer.status_code for answer in answers) == {409: 49, 302: 1}
    assert {answer.content.decode().count(STATES) for answer in answers if answer.status_code == 409} == {2}
    assert (FollowUp.objects.open().count(), FollowUp.objects.count(), Entry.objects.count()) == (1, 2, 1)
    assert_law()


def test_two_who_move_at_random_see_both_states_of_what_came_too_late():
    team = make_team()
    users = [make_user(team=team) for _ in range(2)]
    customers = [make_dossier(owner=users[0]).customer_id for _ in range(3)]
    told = []

    def move(client, user, seed):
        chance = random.Random(seed)
        for _ in range(MOVES // 2):
            # Like a page that is looked at for a while: some of it is old when it is used.
            seen = list(FollowUp.objects.open().filter(customer__in=customers).values_list("pk", "version"))
            for pk, version in chance.sample(seen, 2):
                fields = {
                    "f": f"{pk}:{version}",
                    "when": f"in {chance.randint(1, 60)} days",
                    "tab": "cabinet",
                }
                answer = client.post(reverse("followups:move"), fields)
                told.append((user.pk, answer.status_code, answer.content.decode().count(STATES)))

    jobs = [lambda user=user, seed=seed: move(client_of(user), user, seed) for seed, user in enumerate(users)]
    assert at_once(jobs) == [None, None]
    assert {(status, states) for _user, status, states in told} <= {(302, 0), (409, 2)}
    for user in users:
        made = sum(who == user.pk and status == 302 for who, status, _states in told)
        assert FollowUp.objects.filter(opened_by=user).count() == made
    assert check_binder() == Report(3, 0, [])
    assert_law()
