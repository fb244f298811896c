"""What the dossier shows of a customer's scores and expectations."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from segmentation.models import Advice, Expectation, Forecast, GroupHistory, Relationship, Rules, Score
from segmentation.nightly_expectations import expect_team
from segmentation.quarters import quarter_of, quarters_back
from segmentation.scores import score_again, score_everything
from segmentation.strip import Bought, Strip
from tests.factories import TODAY, make_dossier, make_purchase

HTMX = {"HX-Request": "true", "HX-Target": "relationship"}


def page_of(client, customer):
    return client.get(customer.get_absolute_url()).content.decode()


def url(customer):
    return reverse("segmentation:relationship", args=[customer.pk])


@pytest.fixture
def kessler(nino):
    return make_dossier(owner=nino, name="Weingut Kessler", due_on=nino.today()).customer


@pytest.fixture
def regular(team, nino, kessler):
    """Has bought six times, every 60 days, the last time 53 days ago."""
    today = nino.today()
    for n in range(6):
        make_purchase(customer=kessler, bought_on=today - timedelta(53 + 60 * n), amount="410.00")
    score_everything(team, as_of=today)
    expect_team(team, on=today)
    return kessler


def test_a_customer_without_purchases_has_nothing_to_expect(client_of, nino, kessler):
    page = page_of(client_of(nino), kessler)
    assert ("so nothing can be expected" in page, "Not known yet." in page, "Has not bought yet." in page) == (
        True, True, True,
    )  # fmt: skip
    assert ("h-group" in page, "h-advice" in page, "rb-rhythm" in page) == (False, False, False)


def test_what_stands_in_the_right_column(client_of, nino, regular):
    page = page_of(client_of(nino), regular)
    for words in (
        "usually every", "due in", "the next expected between", 'aria-label="4 of 5"', "53 days ago",
        "6 days with a purchase", "€2,460", 'aria-pressed="true"><b>Seeker</b>', "Bought on 6 days, last 53 days ago.",
        "One person who knows them", "Too little history for a chance; missing:", "rb-seg--vip",
    ):  # fmt: skip
        assert words in page, words


def test_the_chance_stands_beside_its_sentence(client_of, nino, regular):
    Forecast.objects.update(missing_weeks=0, missing_buyers=0, kind="table")
    Expectation.objects.update(p14=0.31, p28=0.5, cases=412)
    page = page_of(client_of(nino), regular)
    assert "<b>31 %</b> within 14 days, <b>50 %</b> within 28 days" in page
    assert "31 % bought within two weeks (of 412)." in page


def test_a_window_that_has_passed_is_said(client_of, nino, regular):
    today = nino.today()
    Expectation.objects.update(
        window_from=today - timedelta(20), due_on=today - timedelta(9), window_to=today - timedelta(1)
    )
    page = page_of(client_of(nino), regular)
    assert ("9 days over" in page, "rb-c-bad rb-standing__due" in page or "rb-standing__due rb-c-bad" in page) == (
        True, True,
    )  # fmt: skip


def test_nobody_has_come_back_yet(client_of, team, nino, kessler):
    make_purchase(customer=kessler, bought_on=nino.today() - timedelta(3))
    score_everything(team, as_of=nino.today())
    expect_team(team, on=nino.today())
    page = page_of(client_of(nino), kessler)
    assert "Nobody of your customers has come back yet" in page
    assert "rb-rhythm" in page


def test_since_when_in_the_group(client_of, team, nino, regular):
    running = quarter_of(nino.today())
    GroupHistory.objects.all().delete()
    for back, group in ((1, "vip"), (2, "vip"), (3, "growing")):
        GroupHistory.objects.create(
            customer=regular, team=team, quarter=quarters_back(running, back), group=group
        )
    since = quarters_back(running, 2)
    assert f"VIP since the quarter of {since:%B %Y}" in page_of(client_of(nino), regular)
    GroupHistory.objects.filter(group="growing").delete()
    first = quarter_of(nino.today() - timedelta(353))
    assert f"VIP since the quarter of {first:%B %Y}" in page_of(client_of(nino), regular)
    Score.objects.update(first_on=nino.today() - timedelta(2000))
    assert f"VIP since before {quarters_back(running, 8):%B %Y}" in page_of(client_of(nino), regular)


def test_with_a_period_both_are_told(client_of, team, nino, regular):
    Rules.objects.create(team=team, quarters=4)
    score_again(team)
    page = page_of(client_of(nino), regular)
    assert "ever: 6 days, €2,460." in page


def test_the_team_s_advice_is_shown(client_of, team, nino, regular):
    Advice.objects.create(team=team, group="vip", should="Bring wine", contact_every=30)
    page = page_of(client_of(nino), regular)
    assert ("Bring wine" in page, "No mass mail" in page, "Contact every 30 days." in page) == (
        True,
        True,
        True,
    )


@pytest.mark.parametrize("size", [0, 1, 9])
def test_the_panels_cost_no_query_of_their_own(client_of, team, nino, kessler, size):
    for n in range(size):
        make_purchase(customer=kessler, bought_on=nino.today() - timedelta(30 * n))
    score_everything(team, as_of=nino.today())
    expect_team(team, on=nino.today())
    client = client_of(nino)
    page_of(client, kessler)
    with CaptureQueriesContext(connection) as queries:
        page_of(client, kessler)
    assert len(queries) == 13


def test_the_printed_sheet_stays_as_it_is(client_of, nino, regular):
    page = client_of(nino).get(reverse("contacts:print", args=[regular.pk]), headers=HTMX).content.decode()
    assert ("rb-a4__write" in page, "rb-rhythm" in page, "<button" in page) == (True, False, False)


def test_a_relationship_set_by_hand_names_who_set_it(client_of, nino, regular):
    client = client_of(nino)
    answer = client.post(url(regular), {"kind": "loyal"})
    assert answer.url == f"{regular.get_absolute_url()}#relationship"
    page = page_of(client, regular)
    for words in ("Set to “loyal” by Nino Beridze on", "Behaviour suggests “relationship seeker”.",
                  'aria-pressed="true"><b>Loyal buyer</b>'):  # fmt: skip
        assert words in page
    client.post(url(regular), {"kind": "behaviour"})
    assert Relationship.objects.count() == 0


def test_with_htmx_the_panel_comes_back(client_of, nino, regular):
    answer = client_of(nino).post(url(regular), {"kind": "unknown"}, headers=HTMX)
    page = answer.content.decode()
    assert (answer.status_code, page.strip()[:26], "not known yet" in page) == (
        200,
        '<section id="relationship"',
        True,
    )


@pytest.mark.parametrize(("headers", "status"), [({}, 302), (HTMX, 422)])
@pytest.mark.parametrize("kind", ["", "friend"])
def test_an_unknown_kind_is_refused(client_of, nino, regular, headers, status, kind):
    answer = client_of(nino).post(url(regular), {"kind": kind}, headers=headers)
    assert (answer.status_code, Relationship.objects.count()) == (status, 0)


def test_a_stranger_sets_nothing(client_of, stranger, regular):
    assert client_of(stranger).post(url(regular), {"kind": "loyal"}).status_code == 404
    assert Relationship.objects.count() == 0


def test_a_relationship_is_only_posted(client_of, nino, regular):
    assert client_of(nino).get(url(regular)).status_code == 405


# --- the line of time


def strip(*days_ago, window=None):
    bought = [Bought(TODAY - timedelta(n), 100.0) for n in days_ago]
    expected = None
    if window:
        begin, due, end = (TODAY + timedelta(n) for n in window)
        expected = Expectation(window_from=begin, due_on=due, window_to=end)
    return Strip(bought, today=TODAY, expectation=expected)


@pytest.mark.parametrize(
    ("days", "window"),
    [
        ((0,), None),
        ((5, 5), (0, 0, 0)),
        ((700, 400, 53), (-6, 9, 40)),
        ((4000,), (-3900, -3890, -3880)),
        ((1,), (1, 400, 900)),
    ],
)
def test_everything_lies_on_the_line(days, window):
    found = strip(*days, window=window)
    places = [float(bar.x) for bar in found.bars] + [float(found.today_x)]
    if window:
        x, width = map(float, found.window)
        places += [x, x + width, float(found.due)]
    assert len(list(found.bars)) == len(days)
    assert all(-3 <= place <= 306 for place in places)
    labels = list(found.labels)
    assert len(labels) <= 7
    assert all(0 <= float(x) <= 300 for x, _name in labels)


def test_who_bought_too_long_ago_is_not_drawn_too_small():
    found = strip(3000, 900, 10)
    assert [each.on for each in found.shown] == [TODAY - timedelta(10)]


def test_a_larger_purchase_is_a_higher_bar():
    found = Strip([Bought(TODAY - timedelta(9), 10.0), Bought(TODAY, 100.0)], today=TODAY, expectation=None)
    low, high = found.bars
    assert float(low.height) < float(high.height) == 28.0


def test_months_are_named_in_order():
    names = [name for _x, name in strip(200, 100, window=(5, 9, 20)).labels]
    assert names == ["May", "Jul", "Sep", "Nov"]
