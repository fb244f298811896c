from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from redis.exceptions import RedisError

from crm.team.models import Team
from segmentation import kept
from segmentation.matrix import MOST_DOTS, Matrix
from segmentation.models import Group, Rules, Scoring
from segmentation.quarters import last_day, quarter_of, quarters_back
from segmentation.scores import score_again, score_everything
from tests.factories import make_customer, make_purchase

URL = reverse("segmentation:matrix")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """However busy the machine is, nothing here counts as slow."""
    monkeypatch.setattr(kept, "SLOW", 3600)


@pytest.fixture
def today(nino):
    return nino.today()


@pytest.fixture
def before(today):
    """The last day of the quarter that is over."""
    return last_day(quarters_back(quarter_of(today), 1))


def buy(owner, *days, amount="50.00", **kw):
    customer = make_customer(owner=owner, **kw)
    for day in days:
        make_purchase(customer=customer, bought_on=day, amount=amount)
    return customer


@pytest.fixture
def five(team, nino, levan, today, before):
    """A customer in each group: limits of 150 days and four purchases."""
    Rules.objects.create(team=team, one_time_after=150, lost_after=150, vip_from=4)
    long_ago = today - timedelta(400)
    made = {
        "vip": buy(nino, *(before - timedelta(n) for n in range(5)), amount="1000.00"),
        "growing": buy(nino, before, today - timedelta(1)),
        "beginner": buy(nino, today),
        "one_time": buy(levan, long_ago),
        "lost": buy(levan, *(long_ago - timedelta(n) for n in range(4)), amount="250.00"),
    }
    score_everything(team, as_of=today)
    return made


def test_five_zones_with_counts_money_and_change(nino, five, before):
    zones = Matrix(nino).zones
    assert {group: (zone.n, zone.rounded) for group, zone in zones.items()} == {
        "vip": (1, 5000), "growing": (1, 100), "beginner": (1, 50), "one_time": (1, 50), "lost": (1, 1000),
    }  # fmt: skip
    # At the end of the last quarter the one who grows had bought once.
    assert {group: zone.change for group, zone in zones.items()} == {
        "vip": 0, "growing": 1, "beginner": 0, "one_time": 0, "lost": 0,
    }  # fmt: skip
    assert Matrix(nino).compared_on == before


def test_lost_customers_say_what_they_once_were(nino, five):
    matrix = Matrix(nino)
    assert (matrix.once_vip, matrix.once_vip_money, matrix.won_back) == (1, 1000, 0)


def test_a_customer_won_back_is_told(team, nino, five, today):
    make_purchase(customer=five["lost"], bought_on=today)
    score_everything(team, as_of=today)
    assert Matrix(nino).won_back == 1


def test_the_page_shows_zones_that_open_their_lists(client_of, nino, five):
    page = client_of(nino).get(URL).content.decode()
    lists = [f'href="{reverse("segmentation:customers")}?group={group}"' for group in Group.values]
    assert [link for link in lists if link not in page] == []
    for words in (
        "4 or more",
        "2–3",
        "150 days ago",
        "€5,000",
        "1 of them once bought 4 times or more",
        "<b>5</b>",
    ):
        assert words in page


def test_different_limits_are_named_beside_their_zones(client_of, team, nino, five):
    Rules.objects.update(lost_after=90)
    score_again(team)
    page = client_of(nino).get(URL).content.decode()
    assert ("90 days ago" in page, "150 days ago" in page) == (True, True)


def test_before_the_first_purchase_the_page_says_what_will_be_there(client_of, nino):
    page = client_of(nino).get(URL).content.decode()
    assert "Nobody has bought yet." in page


def test_without_a_quarter_to_compare_no_change_is_told(team, nino, today):
    buy(nino, today)
    score_everything(team, as_of=today)
    assert {zone.change for zone in Matrix(nino).zones.values()} == {None}
    assert Matrix(nino).told == []


def test_who_sees_only_his_own_counts_only_them(team, nino, five):
    Team.objects.update(managers_see=Team.Sees.OWN)
    nino.team.refresh_from_db()
    assert {group: zone.n for group, zone in Matrix(nino).zones.items()} == {
        "vip": 1, "growing": 1, "beginner": 1, "one_time": 0, "lost": 0,
    }  # fmt: skip


def test_a_dot_is_as_many_customers_as_it_must_be(team, nino, today):
    for _ in range(MOST_DOTS + 1):
        buy(nino, today)
    score_everything(team, as_of=today)
    matrix = Matrix(nino)
    assert (matrix.per_dot, matrix.zones["beginner"].dots) == (2, (MOST_DOTS + 2) // 2)


def test_sums_are_kept_until_a_score_changes(client_of, team, nino, five, today):
    client = client_of(nino)
    client.get(URL)
    with CaptureQueriesContext(connection) as queries:
        client.get(URL)
    # Session, user, what is in force.
    assert len(queries) == 3
    make_purchase(customer=five["beginner"], bought_on=today - timedelta(1))
    score_everything(team, as_of=today)
    assert (Matrix(nino).zones["growing"].n, Scoring.objects.get().version) == (2, 2)


def test_what_took_long_to_sum_up_may_be_a_minute_old(team, nino, five, today, monkeypatch):
    monkeypatch.setattr(kept, "SLOW", -1)
    assert Matrix(nino).zones["beginner"].n == 1
    buy(nino, today)
    score_everything(team, as_of=today)
    assert Matrix(nino).zones["beginner"].n == 1
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert Matrix(nino).zones["beginner"].n == 2


def test_other_limits_are_never_a_minute_late(team, nino, five, monkeypatch):
    monkeypatch.setattr(kept, "SLOW", -1)
    assert Matrix(nino).zones["vip"].n == 1
    Rules.objects.update(vip_from=9)
    score_again(team)
    assert Matrix(nino).zones["vip"].n == 0


def test_a_cache_that_does_not_answer_is_done_without(nino, five, monkeypatch):
    def silent(*args):
        raise RedisError

    monkeypatch.setattr(kept, "cache", SimpleNamespace(get=silent, set=silent, delete=silent))
    kept.forget("anything")
    assert Matrix(nino).zones["vip"].n == 1


@pytest.mark.parametrize("size", [1, 9])
def test_the_number_of_queries_does_not_grow(client_of, team, nino, today, size):
    for _ in range(size):
        buy(nino, today, today - timedelta(100))
    score_everything(team, as_of=today)
    client = client_of(nino)
    with CaptureQueriesContext(connection) as queries:
        client.get(URL)
    assert len(queries) == 5
