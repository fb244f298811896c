from dataclasses import asdict
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.team.models import Team
from segmentation.charts import BarChart, StepChart
from segmentation.interval import SHARES, Waits, curve
from segmentation.models import TypicalInterval
from segmentation.typical import MARKS, Kept, keep, keep_all
from tests.factories import NOW, TODAY, make_customer, make_purchase, make_team
from tests.segmentation.logs import cdnow
from tests.segmentation.test_interval import WAITS, waited

URL = "/segments/interval/"


def buy(customer, *days_ago, **kw):
    for ago in days_ago:
        make_purchase(customer=customer, bought_on=customer.owner.today() - timedelta(ago), **kw)


@pytest.fixture
def page(client_of, nino):
    return client_of(nino)


def shown(response):
    return {each.key: each for each in response.context["curves"]}


# --- what is kept


@settings(deadline=None, max_examples=40)
@given(WAITS)
def test_what_is_kept_says_what_the_curve_says(pairs):
    ours = waited(pairs)
    found, full = Kept.of(ours), curve(ours)
    assert found.until == full.table()
    assert [found.days_until(share) for share in SHARES] == [full.days_until(share) for share in SHARES]
    for day, share, _low, _high in found.by_day():
        place = np.searchsorted(full.days, day, side="right") - 1
        assert share == round(float(full.back[place]), 4)
    assert Kept(**asdict(found)) == found


def test_a_large_history_is_kept_small():
    log = cdnow()
    gaps = np.diff(log.day)[log.who[1:] == log.who[:-1]]
    found = Kept.of(Waits(gaps, np.ones(len(gaps), dtype=bool)))
    assert len(found.steps) <= 90 + len(MARKS) + len(SHARES)


def test_each_team_is_studied_once_a_day(team, nino):
    customer = make_customer(owner=nino)
    for ago in (30, 10):
        make_purchase(customer=customer, bought_on=TODAY - timedelta(ago), product_group="boxes")
    make_team(time_zone="Pacific/Auckland")
    assert keep_all(NOW) == "2 teams"
    assert keep_all(NOW) == "0 teams"
    assert keep_all(NOW + timedelta(hours=2)) == "1 teams"
    names = TypicalInterval.objects.filter(team=team).order_by("product_group")
    assert list(names.values_list("product_group", flat=True)) == ["", "boxes"]


# --- the page


def test_the_curves_are_told_drawn_and_tabled(page, nino):
    for _ in range(3):
        buy(make_customer(owner=nino), 100, 70, 60)
    buy(make_customer(owner=nino), 50)
    response = page.get(URL)
    text = response.content.decode()
    assert shown(response)["second"].sentence == "50 % return within 30 days."
    assert shown(response)["later"].sentence == "50 % return within 10 days."
    assert text.count('<svg class="rb-chart"') == 2
    assert "Only 3 have come back so far" in text
    assert "style=" not in text


def test_fewer_than_half_ever_return_and_the_seen_median_is_too_short(page, nino):
    for days in (10, 20, 30):
        buy(make_customer(owner=nino), 200, 200 - days)
    for _ in range(6):
        buy(make_customer(owner=nino), 200)
    second = shown(page.get(URL))["second"]
    assert second.sentence == "25 % return within 30 days; fewer than half ever do."
    assert (second.curve.seen, second.seen_is_short, second.away) == (20, True, 6)


def test_product_groups_have_their_own_curves(page, nino):
    customer = make_customer(owner=nino)
    buy(customer, 60, 30, product_group="boxes")
    buy(customer, 20, product_group="tape & glue")
    response = page.get(URL, {"group": "boxes"})
    assert response.context["groups"] == ["boxes", "tape & glue"]
    assert (response.context["row"].product_group, shown(response)["second"].curve.returns) == ("boxes", 1)
    assert page.get(URL, {"group": "sold no more"}).context["row"].product_group == ""


def test_htmx_gets_the_curves_alone(page, nino):
    buy(make_customer(owner=nino), 60, 30)
    text = page.get(URL, headers={"HX-Request": "true"}).content.decode()
    assert text.strip().startswith('<div id="study"')


def test_nobody_has_bought_anything(page):
    assert "Nobody has bought anything yet." in page.get(URL).content.decode()


def test_a_purchase_today_has_nothing_to_tell(page, nino):
    buy(make_customer(owner=nino), 0)
    response = page.get(URL)
    assert shown(response)["second"].sentence == "Nobody has come back yet."
    assert "There is nothing to tell yet." in response.content.decode()


def test_a_stranger_sees_his_own_teams_figures(client_of, nino, stranger):
    buy(make_customer(owner=nino), 60, 30)
    assert "Nobody has bought anything yet." in client_of(stranger).get(URL).content.decode()


def test_only_reading_is_possible(page):
    assert page.post(URL).status_code == 405


@pytest.mark.parametrize("size", [1, 5])
def test_what_was_kept_is_read_in_one_query(page, nino, size, django_assert_num_queries):
    for n in range(size):
        buy(make_customer(owner=nino), 60, 30, product_group=f"group {n}")
    keep(Team.objects.get(pk=nino.team_id), on=nino.today())
    with django_assert_num_queries(3):
        assert page.get(URL).status_code == 200


def test_what_was_kept_is_shown_until_the_next_night(page, nino):
    keep(nino.team, on=TODAY)
    buy(make_customer(owner=nino), 60, 30)
    assert page.get(URL).context["row"].as_of == TODAY


# --- the drawings


@settings(deadline=None, max_examples=40)
@given(WAITS)
def test_lines_stay_in_the_drawing(pairs):
    kept = Kept.of(waited(pairs))
    if not kept.returns:
        return
    chart = StepChart(kept.steps, kept.longest)
    for path in (chart.line, chart.band):
        numbers = path.replace("M", "").replace("L", "").replace("Z", "").split()
        assert all(40 <= float(x) <= 410 for x in numbers[::2])
        assert all(12 <= float(y) <= 204 for y in numbers[1::2])
    assert 2 <= len(chart.shares) <= 11
    assert len(chart.days) <= 7


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.none() | st.integers(0, 5000), st.floats(0, 5000)), min_size=1, max_size=26))
def test_bars_stay_in_the_drawing(weeks):
    bars, line = zip(*weeks, strict=True)
    chart = BarChart(bars, line)
    assert len(chart.columns) == sum(bar is not None for bar in bars)
    assert all(12 <= bar.y <= 204 and bar.height >= 0 for bar in chart.columns)
    assert all(40 < x < 410 and 12 <= y <= 204 for x, y in chart.points)
    assert len(chart.numbers) <= 7
