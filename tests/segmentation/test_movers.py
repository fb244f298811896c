from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.team.models import Team
from segmentation.models import Rules
from segmentation.moving import NEW, Move, by_weight, ends, moved
from segmentation.quarters import last_day, quarter_of, quarters_back
from segmentation.scores import score_everything
from tests.factories import make_customer, make_purchase

URL, LIST = reverse("segmentation:movers"), reverse("segmentation:mover_list")


@pytest.fixture
def today(nino):
    return nino.today()


@pytest.fixture
def quarter(today):
    """The last quarter that is over."""
    return quarters_back(quarter_of(today), 1)


@pytest.fixture
def story(team, nino, levan, today, quarter):
    """Lost after 60 days, VIP from 3 purchases: one of each move, and two lost of which one is Levan's."""
    Rules.objects.create(team=team, one_time_after=150, lost_after=60, vip_from=3)
    end = last_day(quarter)
    silent = today - timedelta(61)

    def buy(name, owner, *days):
        customer = make_customer(owner=owner, name=name)
        for day in days:
            make_purchase(customer=customer, bought_on=day, amount="100.00")
        return customer

    made = {
        "new": buy("New", nino, end + timedelta(1)),
        "back": buy("Back", nino, end - timedelta(200), end - timedelta(100), today),
        "vip lost": buy("Was VIP", nino, *(min(end, silent) - timedelta(n) for n in range(3))),
        "grown lost": buy("Grown", levan, *(min(end, silent) - timedelta(n) for n in range(2))),
    }
    score_everything(team, as_of=today)
    return made


def test_moves_are_counted_from_group_to_group(nino, story, quarter):
    found = {(move.old, move.new): (move.n, move.rounded) for move in moved(nino, since=quarter)}
    assert found[NEW, "beginner"] == (1, 100)
    assert found["lost", "vip"] == (1, 300)
    assert sum(n for n, _money in found.values()) == 4


def test_between_two_ends_of_quarters(nino, story, quarter):
    earlier = quarters_back(quarter, 1)
    found = moved(nino, since=earlier, until=quarter)
    # Who bought for the first time after the last quarter is not there yet.
    assert sum(move.n for move in found) == 3


def test_the_worst_is_told_first_and_who_stayed_is_not():
    moves = [Move("lost", "growing", 9), Move("vip", "vip", 99), Move("", "beginner", 50), Move("growing", "lost", 2),
             Move("vip", "lost", 1)]  # fmt: skip
    assert [move.sentence for move in by_weight(moves)] == [
        "1 VIP became lost",
        "2 growing became lost",
        "9 lost were won back, now growing",
        "50 new customers, now beginners",
    ]


def test_losses_and_gains_are_told_apart():
    moves = [Move("vip", "lost", 1), Move("lost", "vip", 1), Move("vip", "vip", 1), Move("vip", "growing", 1)]
    assert [(move.is_loss, move.is_gain) for move in moves] == [
        (True, False), (False, True), (False, False), (False, False),
    ]  # fmt: skip


def test_the_page_tells_and_every_figure_opens_its_people(client_of, nino, story, quarter):
    page = client_of(nino).get(URL).content.decode()
    link = f"{LIST}?since={quarter}&amp;until=&amp;old=lost&amp;new=vip"
    assert page.count(link) == 2  # in the sentence, and in the table
    assert "1 lost was won back, now VIP" in page


def test_a_list_has_the_people_of_its_figure(client_of, nino, story, quarter):
    answer = client_of(nino).get(LIST, {"since": quarter, "until": "", "old": "lost", "new": "vip"})
    page = answer.content.decode()
    assert [row.customer for row in answer.context["listing"].rows] == [story["back"]]
    assert "1 lost was won back, now VIP" in page
    assert "until today" in page
    assert f"{URL}?since={quarter}" in page


def test_the_list_of_new_customers(client_of, nino, story, quarter):
    fields = {"since": quarter, "old": "", "new": "beginner"}
    answer = client_of(nino).get(LIST, fields)
    assert [row.customer for row in answer.context["listing"].rows] == [story["new"]]


@pytest.mark.parametrize("fields", [{}, {"new": "rich"}, {"new": "vip", "since": "1999-01-01"}])
def test_a_list_of_nothing_is_not_found(client_of, nino, story, fields):
    assert client_of(nino).get(LIST, fields).status_code == 404


def test_an_end_before_the_beginning_is_asked_for_again(client_of, nino, story, quarter):
    earlier = quarters_back(quarter, 1)
    page = client_of(nino).get(URL, {"since": quarter, "until": earlier}).content.decode()
    assert "Choose a day after the first one, or today." in page


def test_before_the_first_quarter_is_over_there_is_nothing_to_compare(client_of, nino):
    page = client_of(nino).get(URL).content.decode()
    assert "There is nothing to compare yet." in page


def test_two_days_between_which_nobody_moved(client_of, team, nino, today):
    make_purchase(customer=make_customer(owner=nino), bought_on=today - timedelta(900))
    score_everything(team, as_of=today)
    assert "Nobody moved between these two days." in client_of(nino).get(URL).content.decode()


def test_quarters_are_offered_from_the_first_with_a_group_on(team, nino, story, today, quarter):
    found = ends(team, today=today)
    assert (found[0], len(found) <= 8) == (quarter, True)


def test_who_sees_only_his_own_learns_nothing_of_others(client_of, levan, story, quarter):
    Team.objects.update(managers_see=Team.Sees.OWN)
    levan.team.refresh_from_db()
    client = client_of(levan)
    assert sum(move.n for move in moved(levan, since=quarter)) == 1
    answer = client.get(LIST, {"since": quarter, "old": "lost", "new": "vip"})
    assert answer.context["listing"].rows == []


def test_a_stranger_sees_his_own_team(client_of, stranger, story, quarter):
    assert moved(stranger, since=quarter) == []
    assert "There is nothing to compare yet." in client_of(stranger).get(URL).content.decode()


@pytest.mark.parametrize("size", [1, 8])
def test_the_number_of_queries_does_not_grow(client_of, team, nino, today, size):
    for _ in range(size):
        make_purchase(customer=make_customer(owner=nino), bought_on=today - timedelta(200))
    score_everything(team, as_of=today)
    client = client_of(nino)
    with CaptureQueriesContext(connection) as queries:
        client.get(URL)
    assert len(queries) == 5
