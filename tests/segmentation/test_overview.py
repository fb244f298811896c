"""The overview of segments."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from segmentation import overview as module
from segmentation.models import Forecast, GroupHistory, Scoring
from segmentation.overview import Overview
from segmentation.quarters import quarter_of, quarters_back
from segmentation.scores import score_everything
from tests.caching import start_afresh
from tests.factories import make_customer, make_purchase, make_user
from tests.segmentation.buyers import make_buyer, make_scoring, tick
from tests.segmentation.test_lists import now_of

PAGE = reverse("segmentation:overview")


@pytest.fixture(autouse=True)
def fresh_cache():
    start_afresh()
    yield
    start_afresh()


@pytest.fixture
def scored(nino):
    return make_scoring(nino.team, as_of=nino.today())


def of(user):
    return Overview.of(user, today=user.today())


def cell(found, r, f):
    return next(each for _name, _words, cells in found.rows for each in cells if (each.r, each.f) == (r, f))


def test_the_map_counts_customers_and_money_and_names_groups(nino, scored):
    for n in range(3):
        make_buyer(owner=nino, score={"r": 5, "f": 5, "group": "vip", "monetary": Decimal(1000 + n)})
    make_buyer(owner=nino, score={"r": 5, "f": 5, "group": "growing", "monetary": Decimal(10)})
    make_buyer(owner=nino, score={"r": 5, "f": 4, "group": "vip", "monetary": Decimal(30)})
    make_buyer(owner=nino, score={"r": 1, "f": 1, "group": "one_time", "monetary": Decimal(-30)})
    make_buyer(owner=nino, score={"r": None, "f": None, "m": None, "group": "lost", "monetary": Decimal(0)})
    found = of(nino)
    best = cell(found, 5, 5)
    assert (best.n, best.money, best.shade, best.mostly, best.is_named) == (4, Decimal(3013), 5, "vip", True)
    assert (cell(found, 5, 4).shade, cell(found, 5, 4).is_named) == (1, False)
    assert (cell(found, 1, 1).shade, cell(found, 1, 1).is_named) == (0, True)
    assert cell(found, 3, 3).n == 0
    assert found.figures.customers == 7


def test_the_axes_say_what_a_score_means(nino, scored):
    found = of(nino)
    assert found.columns == [
        ("R1", "over 365\xa0d"), ("R2", "up to 365\xa0d"), ("R3", "up to 180\xa0d"),
        ("R4", "up to 90\xa0d"), ("R5", "up to 30\xa0d"),
    ]  # fmt: skip
    words = ["10+ times", "5–9 times", "3–4 times", "2 times", "once"]
    assert [(name, said) for name, said, _cells in found.rows] == list(
        zip(["F5", "F4", "F3", "F2", "F1"], words, strict=True)
    )


def test_scores_that_no_customer_can_have_are_none(nino):
    day = (nino.today() - timedelta(31)).isoformat()
    make_scoring(nino.team, as_of=nino.today(), frequency_points=[1, 1, 1, 4], recency_points=[day] * 4)
    found = of(nino)
    assert [said for _name, said, _cells in found.rows] == ["5+ times", "2–4 times", "none", "none", "once"]
    assert [said for _name, said in found.columns] == [
        "over 30\xa0d",
        "none",
        "none",
        "none",
        "up to 30\xa0d",
    ]


def test_groups_are_compared_with_the_end_of_the_last_quarter(nino, scored):
    vip, lost = (
        make_buyer(owner=nino, due=1, score={"group": "vip"}),
        make_buyer(owner=nino, due=20, score={"group": "lost"}),
    )
    quarter = quarters_back(quarter_of(nino.today()), 1)
    for place in (vip, lost):
        GroupHistory.objects.create(customer=place.customer, team=nino.team, quarter=quarter, group="vip")
    make_buyer(owner=nino, due=-3, score={"group": "growing"})
    lines = {line.group: (line.n, line.change, line.money, line.due) for line in of(nino).groups}
    assert lines == {
        "vip": (1, -1, 300, 1), "growing": (1, 1, 300, 1), "beginner": (0, 0, 0, 0), "one_time": (0, 0, 0, 0),
        "lost": (1, 1, 300, 0),
    }  # fmt: skip
    whole = of(nino).all
    assert (whole.n, whole.change, whole.money, whole.due) == (3, 1, 900, 2)


def test_the_method_in_force_is_told_with_how_many_customers(nino, scored):
    assert "fifths of your own 400 customers" in of(nino).method
    Scoring.objects.update(method="limits", customers=23)
    assert (
        "fixed limits; fifths of your own customers begin with 100 customers, and 23 bought"
        in of(nino).method
    )


def test_figures_are_kept_until_any_score_changes(nino, scored, django_assert_num_queries):
    make_buyer(owner=nino)
    assert of(nino).figures.customers == 1
    make_buyer(owner=nino)
    with django_assert_num_queries(2):  # what is in force, and as of when one expects
        assert of(nino).figures.customers == 1
    Scoring.objects.update(version=2)
    assert of(nino).figures.customers == 2
    make_buyer(owner=nino)
    Forecast.objects.create(team=nino.team, as_of=nino.today())
    assert of(nino).figures.customers == 3


def test_a_very_large_team_waits_a_minute_for_new_figures(nino, scored, monkeypatch):
    monkeypatch.setattr(module, "MANY", 0)
    make_buyer(owner=nino)
    assert of(nino).figures.customers == 1
    make_buyer(owner=nino)
    Scoring.objects.update(version=2)
    assert of(nino).figures.customers == 1
    now = module.time()
    monkeypatch.setattr(module, "time", lambda: now + 61)
    assert of(nino).figures.customers == 2


def test_who_sees_only_his_own_gets_his_own_figures(nino, levan, lead, scored):
    nino.team.managers_see = "own"
    nino.team.save()
    make_buyer(owner=nino, due=1, due_on=nino.today() + timedelta(50))
    make_buyer(owner=levan)
    for user, customers, due, late in [(lead, 2, 1, 1), (nino, 1, 1, 1), (levan, 1, 0, 0)]:
        user.refresh_from_db()
        found = of(user)
        assert of(user).figures == found.figures
        assert (found.figures.customers, found.figures.due_soon, found.too_late) == (customers, due, late)


def test_the_page_says_who_is_due_and_who_lies_too_late(client_of, nino, scored):
    make_buyer(owner=nino, name="Later", due=5, due_on=nino.today() + timedelta(8))
    make_buyer(owner=nino, name="Too late", due=-4, due_on=nino.today() + timedelta(9))
    make_buyer(
        owner=nino,
        name="Month",
        due=3,
        due_on=(nino.today() + timedelta(60)).replace(day=1),
        precision="month",
    )
    make_buyer(owner=nino, name="Rests", due=6, due_on=None, rest_reason="closed")
    make_buyer(owner=nino, name="Not yet", due=15)
    answer = client_of(nino).get(PAGE)
    rows = answer.context["listing"].rows
    assert [row.customer.name for row in rows] == ["Too late", "Month", "Later", "Rests"]
    assert [row.is_too_late for row in rows] == [True, True, False, False]
    page = " ".join(answer.content.decode().split())
    assert "<b>5</b> customers, scored last night" in page
    assert "<b>4</b> are due within two weeks" in page
    assert "2 lie under a tab that comes too late" in page
    for words in (
        "4 days over",
        "in 5 days",
        "31 % bought within two weeks (of 412)",
        f"{reverse('segmentation:customers')}?r=4&amp;f=3",
    ):
        assert words in page


def test_filing_from_the_overview_leads_back_to_it(client_of, nino, scored):
    place = make_buyer(owner=nino, due=5, due_on=nino.today() + timedelta(60))
    answer = client_of(nino).post(PAGE, {"f": tick(place), "to": "due", "sure": "1"}, follow=True)
    assert answer.redirect_chain[0][0].startswith(f"{PAGE}?moved=")
    assert now_of(place).due_on == nino.calendar.next_working(nino.today() + timedelta(5))
    assert "1 dossier moved to" in answer.content.decode()


def test_old_scores_say_from_when_they_are(client_of, nino):
    make_scoring(nino.team, as_of=nino.today() - timedelta(2))
    make_buyer(owner=nino)
    assert "scored as of " in client_of(nino).get(PAGE).content.decode()


def test_without_purchases_the_page_says_what_to_do(client_of, nino):
    for _ in range(2):
        answer = client_of(nino).get(PAGE)
        assert answer.status_code == 200
        assert "Import purchases" in answer.content.decode()
        score_everything(nino.team, as_of=nino.today())
    assert client_of(nino).post(PAGE).status_code == 422


def test_as_long_as_nobody_has_come_back_the_page_says_so(client_of, nino, scored):
    make_buyer(owner=nino)
    assert "Nobody has come back yet." in client_of(nino).get(PAGE).content.decode()


def test_too_little_history_and_nobody_due_are_said(client_of, nino, scored):
    make_buyer(owner=nino, due=40)
    Forecast.objects.update(missing_weeks=3, missing_buyers=40)
    page = client_of(nino).get(PAGE).content.decode()
    assert "missing: 3 more weeks of history, 40 more repeat purchases." in page
    assert "Nobody is expected to buy within two weeks." in page


def test_a_stranger_sees_nothing_of_it(client_of, nino, stranger, scored):
    make_buyer(owner=nino, name="Rebstock", due=1)
    assert "Rebstock" not in client_of(stranger).get(PAGE).content.decode()
    assert client_of(nino).put(PAGE).status_code == 405


def test_queries_do_not_grow_with_customers(client_of, nino, scored, django_assert_num_queries):
    client = client_of(nino)
    for customers in (1, 3):
        for _ in range(customers):
            make_buyer(owner=nino, due=1, person="Barbara")
        start_afresh()
        with django_assert_num_queries(13):
            client.get(PAGE)


def test_real_purchases_come_out_as_the_scores_say(nino, settings):
    for n in range(12):
        customer = make_customer(owner=nino)
        for back in range(n % 4 + 1):
            make_purchase(customer=customer, bought_on=nino.today() - timedelta(20 * back + n))
    score_everything(nino.team, as_of=nino.today())
    found = of(nino)
    assert sum(each.n for _name, _words, cells in found.rows for each in cells) == 12
    assert sum(each.money for _name, _words, cells in found.rows for each in cells) == 3000
    assert "fixed limits" in found.method
    assert of(make_user()) is None
