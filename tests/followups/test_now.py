"""Agreed times of today, for pages other than today's tab."""

import re
from datetime import time, timedelta

import pytest
import time_machine

from tests.factories import NOW, TODAY, make_absence, make_dossier  # 10:03 in Berlin

URL = "/binder/now/"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def lines(answer):
    """(name, seconds until it comes, is it hidden) of each."""
    found = re.findall(
        r'data-in="(-?\d+)" data-of="\d+"( hidden)?>.*?</b> (\w+): its time has come',
        answer.content.decode(),
        re.S,
    )
    return [(name, int(seconds), bool(hidden)) for seconds, hidden, name in found]


def test_the_next_agreed_times_and_those_of_the_last_hour(client_of, nino):
    times = {"Early": time(8), "Just": time(10), "Soon": time(10, 30), "Any": None}
    for name, at in times.items():
        make_dossier(owner=nino, name=name, at=at)
    make_dossier(owner=nino, name="Tomorrow", at=time(10), due_on=TODAY + timedelta(1))
    answer = client_of(nino).get(URL)
    assert lines(answer) == [("Just", -180, False), ("Soon", 1620, True)]
    assert answer["Cache-Control"] == "no-store"


def test_those_of_a_binder_that_is_lent_say_whose_they_are(client_of, nino, levan, lead):
    make_absence(user=nino, stand_in=levan)
    place = make_dossier(owner=nino, name="Just", at=time(10))
    page = client_of(levan).get(URL).content.decode()
    assert "Just: its time has come (for Nino)" in page
    assert f'href="/binder/{nino.pk}/{TODAY}/{place.customer_id}/"' in page
    assert lines(client_of(lead).get(URL)) == []


def test_a_time_is_that_of_the_owners_zone(client_of, nino):
    nino.own_time_zone = "Asia/Tbilisi"  # 13:03 there
    nino.save()
    make_dossier(owner=nino, name="Just", at=time(13))
    assert lines(client_of(nino).get(URL)) == [("Just", -180, False)]


def test_nothing_to_tell_is_an_empty_answer(client_of, nino):
    assert client_of(nino).get(URL).content.strip() == b""


def test_every_page_may_ask_and_no_page_asks_the_database_for_it(client_of, nino):
    for path in ("/settings/", "/tickets/", "/customers/", f"/binder/{nino.pk}/{TODAY}/"):
        page = client_of(nino).get(path).content.decode()
        assert page.count(f'data-now="{URL}"') == 1


@pytest.mark.parametrize("number", [1, 30])
def test_however_many_there_are_it_takes_the_same_few_queries(
    client_of, nino, django_assert_num_queries, number
):
    for _ in range(number):
        make_dossier(owner=nino, at=time(11))
    client = client_of(nino)
    with django_assert_num_queries(4):
        client.get(URL)
