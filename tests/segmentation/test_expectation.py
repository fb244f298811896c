import csv
import io
import json
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.models import Purchase
from crm.team.models import Team
from segmentation.backtest import auc, hits_among_first, origins, report
from segmentation.chances import KINDS, Table, fit_logistic, learn_chances
from segmentation.expectation import expect, learn, log_loss
from segmentation.log import Log
from segmentation.models import Expectation, Forecast
from segmentation.nightly_expectations import as_json, expect_all, expect_some, expect_team, from_json
from segmentation.reasons import Missing, reason
from segmentation.standing import Rhythm, rhythm_of, standing, usual_interval
from tests.factories import NOW, TODAY, make_customer, make_purchase, make_team
from tests.segmentation.logs import END, cdnow, log_of, random_log

RHYTHM = Rhythm(second=60.0, later=40.0, belief=2.0, second_window=(20.0, 90.0), later_window=(0.5, 1.5))
PAIRS = st.lists(st.tuples(st.integers(0, 8), st.integers(-20, 400)), max_size=60)


# --- how customers stand


def test_standing_counts_what_was_known_on_the_day():
    log = log_of((1, 100), (1, 60), (1, 50), (2, 50), (1, 3))
    at = standing(log, np.array([0, 1]), END - 40, RHYTHM)
    assert at.purchases.tolist() == [3, 1]
    assert at.waited.tolist() == [10, 10]
    assert at.span.tolist() == [50, 0]
    assert at.counts.tolist() == [[2, 2, 3, 3, 3], [1, 1, 1, 1, 1]]
    assert at.gaps[0, :2].tolist() == [10, 40]
    assert at.has_gap.sum(axis=1).tolist() == [2, 0]


def test_usual_interval_lies_between_own_and_typical_and_nears_the_own():
    gaps = np.array([0, 1, 2, 50])
    usual = usual_interval(RHYTHM, gaps, gaps * np.log(10))
    assert usual.round(1).tolist() == [60.0, 25.2, 20.0, 10.5]


def test_own_gaps_are_believed_the_sooner_the_more_customers_differ():
    alike = [(who, 20 * n + (n * who) % 7) for who in range(40) for n in range(6)]
    unlike = [(who, (who % 9 + 1) * 7 * n) for who in range(40) for n in range(6)]
    assert rhythm_of(log_of(*unlike)).belief == 0.5
    assert rhythm_of(log_of(*alike)).belief == 50.0


def test_nobody_came_back_so_there_is_no_rhythm():
    assert rhythm_of(log_of((1, 5), (2, 9))) is None


# --- chances


def test_logistic_finds_the_weights_that_made_the_cases():
    rng = np.random.default_rng(1)
    signs = rng.normal(size=(20_000, 2))
    bought = rng.random(20_000) < 1 / (1 + np.exp(2 - signs @ [1.0, -0.5]))
    found = fit_logistic(signs, bought, np.ones(20_000))
    assert np.allclose(found, [-2, 1, -0.5], atol=0.1)


def test_table_smooths_towards_the_average():
    log = random_log(3)
    who = log.known_on(END - 100)
    at = standing(log, who, END - 100, RHYTHM)
    found = learn_chances("table", at, 14, np.zeros(len(who), dtype=bool), np.zeros(len(who)))
    assert found.chance.max() < 1e-5
    bought = log.bought_within(who, END - 100, 14)
    found = learn_chances("table", at, 14, bought, np.zeros(len(who)))
    cell = np.bincount(found.sorter.classes(at)).argmax()
    inside = found.sorter.classes(at) == cell
    assert isinstance(found.sorter, Table)
    assert found.cases[cell] == inside.sum()
    assert np.isclose(found.chance[cell], (bought[inside].sum() + 20 * bought.mean()) / (inside.sum() + 20))


@pytest.mark.parametrize("kind", KINDS)
def test_chances_are_kept_as_json(kind):
    log = random_log(4)
    learnt = learn(log, kind=kind)
    again = from_json(json.loads(json.dumps(as_json(learnt))))
    before, after = expect(log, learnt), expect(log, again)
    assert all(np.array_equal(getattr(before, name), getattr(after, name)) for name in vars(before))


@pytest.mark.parametrize("kind", KINDS)
def test_chances_add_up_to_the_buyers_they_were_learnt_from(kind):
    log = random_log(5)
    learnt = learn(log, kind=kind)
    on = END - 14
    told = expect(log.cut(on), learnt)
    assert 0.75 < log.bought_within(log.known_on(on), on, 14).sum() / told.soon.sum() < 1.33
    assert (told.month >= told.soon).all()


def test_regular_customers_are_told_by_their_rhythm():
    assert learn(random_log(6, regular=True)).kind == "rhythm"


@settings(deadline=None, max_examples=25)
@given(PAIRS)
def test_windows_open_after_the_last_purchase_and_future_is_not_known(pairs):
    log = log_of(*pairs)
    assert not len(log) or log.day.max() <= END
    found = expect(log, learn(log))
    if found is None:
        return
    last = log.day[log.start[1:] - 1]
    assert (last < found.window_from).all()
    assert (found.window_from <= found.due).all()
    assert (found.due <= found.window_to).all()
    assert (found.usual >= 1).all()


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 10_000), st.integers(120, 400))
def test_learning_sees_nothing_of_later_days(seed, ago):
    log = random_log(seed, customers=40)
    rest = log.day <= END - ago
    shortened = Log.of(log.customers[log.who][rest], log.day[rest], until=END - ago)
    before, after = (learn(each, kind="pace") for each in (log.cut(END - ago), shortened))
    assert as_json(before) == as_json(after)


# --- too little history


def test_too_little_says_what_is_missing():
    log = log_of((1, 30), (1, 20), (2, 9))
    learnt = learn(log)
    assert learnt.missing == Missing(weeks=12, buyers=49)
    found = expect(log, learnt)
    assert found.usual.tolist() == [10, 10]
    assert np.isnan(found.soon).all()


@pytest.mark.parametrize("pairs", [[], [(1, 3)], [(1, 0), (2, 0), (3, 0)]])
def test_nothing_can_be_expected_yet(pairs):
    log = log_of(*pairs)
    assert expect(log, learn(log)) is None


def test_reasons():
    like = {"cases": 412, "purchases": 3, "missing": Missing()}
    assert reason(kind="table", chance=0.31, **like) == (
        "Customers who buy at this pace and had waited this fraction of their usual gap: "
        "31 % bought within two weeks (of 412)."
    )
    assert reason(kind="pace", chance=0.0312, **like) == (
        "Customers whose pace, wait and latest purchases are most like these: "
        "3.1 % bought within two weeks (of 412)."
    )
    few = reason(kind="", chance=None, cases=0, purchases=1, missing=Missing(weeks=1, buyers=20))
    assert few == (
        "Too little history for a chance; missing: 1 more week of history, 20 more repeat purchases. "
        "Bought once so far, so the interval is the typical one."
    )


# --- backtest


def test_measures():
    chance, bought = np.array([0.1, 0.4, 0.4, 0.8]), np.array([False, True, False, True])
    assert auc(chance, bought) == 0.875
    assert auc(chance, np.ones(4, dtype=bool)) is None
    assert [hits_among_first(chance, bought, flags) for flags in (0, 1, 2, 3, 9)] == [0, 1, 1.5, 2, 2]
    assert log_loss(np.array([0.5, 0.5]), np.array([True, False])) == pytest.approx(np.log(2))


def test_real_log_is_told_well():
    log, day = cdnow(), date(1998, 2, 3).toordinal()
    some = log.who % 4 == 0
    found = report(list(origins(Log.of(log.who[some], log.day[some], until=log.until), day, day)))
    assert (found.origins, found.customers) == (1, 5_893)
    assert found.auc_28 > 0.8
    assert found.precision_14 > 0.25
    assert 0.8 < found.observed_expected_14 < 1.25


def test_backtest_of_nothing():
    assert report(list(origins(log_of()))).origins == 0
    assert report(list(origins(log_of((1, 3))))).auc_28 is None


# --- in the database


def put(team, log, owner):
    """The log as the team's purchases; the customers' numbers are their places."""
    customers = [make_customer(owner=owner, number=str(n)) for n in range(len(log.customers))]
    Purchase.objects.bulk_create(
        Purchase(team=team, customer=customers[who], bought_on=date.fromordinal(int(day)), amount=10)
        for who, day in zip(log.who, log.day, strict=True)
    )
    return customers


def fill(team, owner, **kw):
    return put(team, random_log(8, customers=60, **kw), owner)


def test_only_changed_rows_are_written(team, nino):
    customers = fill(team, nino)
    assert expect_team(team, on=TODAY) == len(customers)
    assert expect_team(team, on=TODAY) == 0
    Purchase.objects.filter(customer=customers[0]).delete()
    assert expect_team(team, on=TODAY, anew=False) == 1
    assert not Expectation.objects.filter(customer=customers[0]).exists()


def test_learning_is_kept_for_a_week(team, nino):
    fill(team, nino)
    for days, learnt_on in ((0, TODAY), (6, TODAY), (7, TODAY + timedelta(7))):
        expect_team(team, on=TODAY + timedelta(days))
        forecast = Forecast.objects.get()
        assert (forecast.learnt_on, forecast.as_of) == (learnt_on, TODAY + timedelta(days))


def test_weeks_show_how_expectations_came_true(team, nino):
    customers = fill(team, nino)
    expect_team(team, on=TODAY)
    weeks = Forecast.objects.get().weeks
    assert [week[0] for week in weeks[-2:]] == [(TODAY - timedelta(14)).isoformat(), TODAY.isoformat()]
    assert weeks[-1][2] is None
    assert len(weeks) == 7
    make_purchase(customer=customers[1], bought_on=TODAY + timedelta(5))
    expect_team(team, on=TODAY + timedelta(14))
    [told] = [week for week in Forecast.objects.get().weeks if week[0] == TODAY.isoformat()]
    assert told == [TODAY.isoformat(), weeks[-1][1], 1]


def test_purchase_changes_one_expectation(team, nino):
    customers = fill(team, nino)
    expect_team(team, on=TODAY)
    before = dict(Expectation.objects.values_list("customer", "window_from"))
    make_purchase(customer=customers[0], bought_on=TODAY)
    expect_some([customers[0].pk], now=NOW)
    after = dict(Expectation.objects.values_list("customer", "window_from"))
    assert {who for who in before if before[who] != after[who]} == {customers[0].pk}
    assert after[customers[0].pk] > TODAY


def test_one_is_told_as_all_are(team, nino):
    customers = fill(team, nino)
    expect_team(team, on=TODAY)
    before = Expectation.objects.filter(customer=customers[3]).values().get()
    Expectation.objects.filter(customer=customers[3]).update(p14=0.99, usual_days=1)
    expect_some([customers[3].pk], now=NOW)
    assert Expectation.objects.filter(customer=customers[3]).values().get() == before


def test_what_turns_out_to_be_a_return_leaves_nothing_to_expect(team, nino):
    customers = fill(team, nino)
    expect_team(team, on=TODAY)
    lone = make_customer(owner=nino)
    purchase = make_purchase(customer=lone, amount="10.00")
    expect_some([lone.pk], now=NOW)
    assert Expectation.objects.get(customer=lone).usual_days > 0
    Purchase.objects.filter(pk=purchase.pk).update(amount="-25.00")
    expect_some([lone.pk], now=NOW)
    assert Expectation.objects.count() == len(customers)


def test_every_team_has_its_own_day(team, nino):
    fill(team, nino)
    make_team(name="Far", time_zone="Pacific/Auckland")
    late = datetime(2026, 11, 17, 22, 30, tzinfo=UTC)
    assert expect_all(late) == "2 teams, 60 expectations written"
    assert expect_all(late) == "0 teams, 0 expectations written"
    assert dict(Forecast.objects.values_list("team__name", "as_of")) == {
        team.name: TODAY, "Far": TODAY + timedelta(1),
    }  # fmt: skip


def test_reason_of_a_row_costs_no_query(team, nino, django_assert_num_queries):
    fill(team, nino)
    expect_team(team, on=TODAY)
    with django_assert_num_queries(1):
        reasons = [each.reason for each in Expectation.objects.select_related("team__forecast")]
    assert len(reasons) == 60


def test_words_of_the_queryset(team, nino, stranger):
    fill(team, nino)
    expect_team(team, on=TODAY)
    mine = Expectation.objects.visible_to(nino)
    soon = mine.due_soon(on=TODAY).values_list("due_on", flat=True)
    assert len(soon) == sum(abs((day - TODAY).days) <= 14 for day in mine.values_list("due_on", flat=True))
    assert 0 < len(soon) < 60
    assert Expectation.objects.visible_to(stranger).count() == 0


# --- commands


def test_expectations_command_stores_nothing_and_needs_no_night(team, nino, tmp_path):
    fill(team, nino)
    call_command(
        "expectations", "--as-of", TODAY.isoformat(), "--csv", tmp_path / "e.csv", stderr=io.StringIO()
    )
    lines = list(csv.DictReader((tmp_path / "e.csv").read_text().splitlines()))
    assert list(lines[0]) == [
        "customer",
        "usual_interval",
        "window_from",
        "window_to",
        "p14",
        "p28",
        "reason",
    ]
    assert sorted(line["customer"] for line in lines) == sorted(map(str, range(60)))
    assert all(0 < float(line["p14"]) <= float(line["p28"]) < 1 for line in lines)
    assert Expectation.objects.count() == 0


def test_expectations_of_too_little(team, nino):
    customer = make_customer(owner=nino, number="K-1")
    for ago in (20, 10):
        make_purchase(customer=customer, bought_on=TODAY - timedelta(ago))
    out = io.StringIO()
    call_command("expectations", "--as-of", TODAY.isoformat(), stdout=out, stderr=io.StringIO())
    [line] = csv.DictReader(io.StringIO(out.getvalue()))
    assert (line["customer"], line["usual_interval"], line["p14"], line["p28"]) == ("K-1", "10", "", "")
    assert line["reason"].startswith("Too little history")


def test_backtest_command(team, nino):
    fill(team, nino)
    out = io.StringIO()
    days = ("--from", str(TODAY - timedelta(60)), "--to", str(TODAY - timedelta(40)))
    call_command("backtest", *days, "--json", stdout=out, stderr=io.StringIO())
    found = json.loads(out.getvalue())
    assert list(found) == [
        "auc_28", "precision_14", "log_loss_14", "observed_expected_14", "origins", "customers",
    ]  # fmt: skip
    assert found["origins"] == 3


def test_backtest_command_of_nothing(team):
    out = io.StringIO()
    call_command("backtest", "--json", stdout=out, stderr=io.StringIO())
    assert json.loads(out.getvalue())["origins"] == 0
    assert Team.objects.count() == 1
