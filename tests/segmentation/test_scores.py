import csv
import lzma
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from itertools import chain
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts import registry
from contacts.importing.purchases import import_purchases
from contacts.importing.readers import read_table
from contacts.models import Customer, Purchase
from segmentation import groups, summaries
from segmentation.models import Group, GroupHistory, Method, QuarterSummary, Rules, Score, Scoring
from segmentation.nightly import score_all
from segmentation.quarters import period_from
from segmentation.scores import refresh, score_again, score_everything, score_team, scores_on
from tests.factories import NOW, TODAY, make_customer, make_lead, make_purchase, make_team
from tests.segmentation import purchases as by_hand
from tests.segmentation.logs import CDNOW

DATA = Path(__file__).parents[1] / "data"
PEOPLE = 8
logs = st.lists(
    st.tuples(
        st.integers(0, PEOPLE - 1),
        st.integers(-5, 900) | st.integers(0, 10),
        st.decimals(-40, 60, places=2) | st.sampled_from([Decimal("0.10"), Decimal("0.20"), Decimal("0.30")]),
    ),
    max_size=40,
)
IS_THOROUGH = settings.get_current_profile_name() == "thorough"
on_database = settings(
    max_examples=200 if IS_THOROUGH else 15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@contextmanager
def taken_back():
    """What happens inside has not happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def customers(nino):
    return [make_customer(owner=nino, number=f"{n:03}") for n in range(PEOPLE)]


@pytest.fixture
def fifths(team):
    """Fifths however few the customers are."""
    return Rules.objects.create(team=team, quintiles_from=1)


def on(team, as_of=TODAY):
    _scoring, lines = scores_on(team, as_of=as_of)
    return {
        line.number: (line.recency_days, line.frequency, line.money, line.r, line.f, line.m) for line in lines
    }


def stored(as_of=TODAY):
    return {
        score.customer_id: (
            score.recency_days(as_of),
            score.frequency,
            score.monetary,
            score.r,
            score.f,
            score.m,
        )
        for score in Score.objects.scored()
    }


@given(log=logs, earlier=st.integers(0, 400))
@on_database
def test_scores_are_what_one_works_out_by_hand(team, customers, fifths, log, earlier):
    with taken_back():
        by_hand.put(customers, log)
        score_everything(team, as_of=TODAY)
        assert stored() == by_hand.scores()
        day = TODAY - timedelta(earlier)
        numbers = {customer.pk: customer.number for customer in customers}
        assert on(team, day) == {numbers[who]: row for who, row in by_hand.scores(as_of=day).items()}


@given(log=logs, quarters=st.sampled_from([4, 8]))
@on_database
def test_a_period_counts_its_quarters_only(team, customers, fifths, log, quarters):
    with taken_back():
        by_hand.put(customers, log)
        score_everything(team, as_of=TODAY)
        Rules.objects.update(quarters=quarters)
        score_again(team)
        from_summaries = list(Score.objects.order_by("pk").values())
        assert stored() == by_hand.scores(since=period_from(TODAY, quarters))
        assert score_team(team, as_of=TODAY) == 0
        Rules.objects.update(quarters=None)
        score_again(team)
        assert stored() == by_hand.scores()
        assert {row["customer_id"] for row in from_summaries} == set(
            Score.objects.values_list("pk", flat=True)
        )


CHANGES = ["buy", "correct", "return", "turn into a return", "take back", "merge", "erase"]
changes = st.lists(
    st.tuples(
        st.sampled_from(CHANGES),
        st.integers(0, PEOPLE - 1),
        st.integers(0, PEOPLE - 1),
        st.integers(-3, 700),
    ),
    min_size=1,
    max_size=8,
)


def change(customers, what, one, other, ago):
    """Change purchases in one of the ways in which they change, and say whose have changed."""
    mine = Purchase.objects.filter(customer=customers[one])
    day = TODAY - timedelta(ago)
    match what:
        case "buy":
            make_purchase(customer=customers[one], bought_on=day, amount="12.30")
        case "return":
            make_purchase(customer=customers[one], bought_on=day, amount="-99.00")
        case "turn into a return":
            mine.filter(pk__in=mine[:2].values("pk")).update(amount="-3.00")
        case "correct":
            mine.filter(pk__in=mine[:2].values("pk")).update(bought_on=day, amount="7.07")
        case "take back":
            mine.filter(pk__in=mine[:3].values("pk")).delete()
        case "merge":
            mine.update(customer=customers[other])
    return {customers[one].pk, customers[other].pk}


@given(log=logs, steps=changes)
@on_database
def test_whatever_changes_leaves_what_a_full_run_would_find(team, nino, customers, fifths, log, steps):
    with taken_back():
        by_hand.put(customers, log)
        score_everything(team, as_of=TODAY)
        present = list(customers)
        for what, one, other, ago in steps:
            if what == "erase":
                Customer.objects.get(pk=present[one].pk).delete()
                present[one] = make_customer(owner=nino)
            refresh(change(present, what, one, other, ago), now=NOW)
        limits = groups.in_force(Scoring.objects.get())
        found = {score.pk: (score.frequency, score.money, score.last_on) for score in Score.objects.all()}
        known = by_hand.facts(Purchase.objects.filter(bought_on__lte=TODAY))
        assert found == {who: (len(each.days), each.money, max(each.days)) for who, each in known.items()}
        assert summaries.write_quarters(team.pk, as_of=TODAY) == (0, 0)
        assert groups.write_history(team.pk, as_of=TODAY, limits=limits) == 0
        groups_before = dict(Score.objects.values_list("pk", "group"))
        score_team(team, as_of=TODAY)
        assert dict(Score.objects.values_list("pk", "group")) == groups_before


def test_nothing_is_written_twice(team, customers, fifths):
    by_hand.put(customers, [(n, 30 * n + 3, Decimal(n)) for n in range(PEOPLE)])
    assert score_everything(team, as_of=TODAY) > 0
    assert score_everything(team, as_of=TODAY) == 0
    assert score_again(team) == 0
    assert score_team(team, as_of=TODAY + timedelta(1)) == 0


def test_purchases_that_nobody_told_of_are_found_at_night(team, customers, fifths):
    by_hand.put(customers, [(n, 200 * n + 3, Decimal(n)) for n in range(4)])
    score_everything(team, as_of=TODAY)
    Purchase.objects.filter(customer=customers[0]).delete()
    Purchase.objects.filter(customer=customers[1]).update(amount="-1.00")
    Purchase.objects.filter(customer=customers[2]).update(bought_on=TODAY - timedelta(800))
    by_hand.put(customers, [(3, 500, "7.00"), (4, 500, "7.00")])
    score_everything(team, as_of=TODAY)
    limits = groups.in_force(Scoring.objects.get())
    assert summaries.write_quarters(team.pk, as_of=TODAY) == (0, 0)
    assert groups.write_history(team.pk, as_of=TODAY, limits=limits) == 0


def test_equal_customers_score_the_same(team, customers, fifths):
    by_hand.put(customers, [(n, 5, Decimal("9.99")) for n in range(PEOPLE)])
    score_team(team, as_of=TODAY)
    assert set(stored().values()) == {(5, 1, Decimal("9.99"), 1, 1, 1)}


def test_cents_add_up_exactly(team, customers, fifths):
    by_hand.put(customers, [(0, 1, "0.10"), (0, 2, "0.20"), (1, 1, "0.30"), (1, 2, "0.00")])
    score_team(team, as_of=TODAY)
    assert [score.m for score in Score.objects.all()] == [1, 1]


def test_without_any_purchase_there_is_nobody(team, customers):
    assert score_everything(team, as_of=TODAY) == 0
    assert (Score.objects.count(), on(team)) == (0, {})
    assert Scoring.objects.get().customers == 0


def test_a_single_customer_is_in_the_lowest_fifth_of_one(team, customers, fifths):
    by_hand.put(customers, [(3, 12, "50.00")])
    assert on(team) == {"003": (12, 1, Decimal("50.00"), 1, 1, 1)}


def test_what_was_returned_counts_against_what_was_bought(team, customers, fifths):
    by_hand.put(customers, [(0, 9, "50.00"), (0, 9, "-80.00"), (1, 9, "10.00"), (2, 9, "20.00")])
    assert on(team)["000"] == (9, 1, Decimal("-30.00"), 1, 1, 1)
    assert on(team)["002"][-1] > on(team)["001"][-1] > 1


def test_a_return_is_no_purchase(team, customers, fifths):
    by_hand.put(customers, [(0, 90, "50.00"), (0, 9, "-80.00"), (1, 9, "-10.00"), (2, 9, "0.00")])
    assert on(team) == {
        "000": (90, 1, Decimal("-30.00"), 1, 1, 1),
        "002": (9, 1, Decimal("0.00"), 3, 1, 3),
    }
    score_everything(team, as_of=TODAY)
    assert {score.customer.number: score.group for score in Score.objects.all()} == {
        "000": Group.BEGINNER,
        "002": Group.BEGINNER,
    }
    assert not GroupHistory.objects.filter(customer=customers[1]).exists()


def test_a_return_in_the_period_of_something_bought_before_it_makes_no_score(team, customers, fifths):
    Rules.objects.update(quarters=4)
    by_hand.put(customers, [(0, 800, "50.00"), (0, 9, "-80.00"), (1, 9, "5.00")])
    score_everything(team, as_of=TODAY)
    assert stored() == by_hand.scores(since=period_from(TODAY, 4)) == {customers[1].pk: (9, 1, 5, 1, 1, 1)}


def test_what_lies_ahead_does_not_count_until_its_day(team, customers, fifths):
    by_hand.put(customers, [(0, 4, "10.00"), (0, -2, "10.00"), (1, -2, "10.00")])
    refresh([customers[0].pk, customers[1].pk], now=NOW)
    assert stored() == {customers[0].pk: (4, 1, Decimal("10.00"), 1, 1, 1)}
    score_all(NOW + timedelta(2))
    assert {who: row[:2] for who, row in stored(TODAY + timedelta(2)).items()} == {
        customers[0].pk: (0, 2),
        customers[1].pk: (0, 1),
    }


def test_a_purchase_on_the_day_itself_counts(team, customers, fifths):
    by_hand.put(customers, [(0, 0, "10.00")])
    assert on(team) == {"000": (0, 1, Decimal("10.00"), 1, 1, 1)}
    assert on(team, TODAY - timedelta(1)) == {}


@pytest.mark.parametrize(
    ("now", "frequency"),
    [
        (datetime(2026, 11, 17, 22, 59, tzinfo=UTC), {1}),
        (datetime(2026, 11, 17, 23, 0, tzinfo=UTC), {2}),
    ],
)
def test_the_day_is_the_teams_own(team, customers, now, frequency):
    by_hand.put(customers, [(0, 0, "10.00"), (0, -1, "10.00")])
    refresh([customers[0].pk], now=now)
    assert set(Score.objects.values_list("frequency", flat=True)) == frequency


def test_few_customers_are_scored_by_fixed_limits(team, customers):
    by_hand.put(
        customers, [(0, 30, "100.00"), (1, 31, "100.01"), *((2, 366 + n, "3000.00") for n in range(5))]
    )
    score_team(team, as_of=TODAY)
    assert [(score.r, score.f, score.m) for score in Score.objects.order_by("pk")] == [
        (5, 1, 1),
        (4, 1, 2),
        (1, 4, 5),
    ]
    scoring = Scoring.objects.get()
    assert (scoring.method, scoring.customers) == (Method.LIMITS, 3)
    assert scoring.recency_limits == [30, 90, 180, 365]


def test_the_lead_sets_the_limits(team, customers):
    Rules.objects.create(
        team=team,
        recency_limits=[5, 6, 7, 8],
        frequency_limits=[1, 2, 3, 4],
        money_limits=["1", "2", "3", "4.5"],
    )
    by_hand.put(customers, [(0, 7, "4.50"), (1, 9, "4.51")])
    score_team(team, as_of=TODAY)
    assert [(score.r, score.m) for score in Score.objects.order_by("pk")] == [(3, 4), (1, 5)]


def test_from_so_many_customers_on_they_are_parted_in_fifths(team, customers):
    rules = Rules.objects.create(team=team, quintiles_from=5)
    by_hand.put(customers, [(n, 10 * n, "5.00") for n in range(4)])
    score_team(team, as_of=TODAY)
    assert Scoring.objects.get().method == Method.LIMITS
    by_hand.put(customers, [(4, 40, "5.00")])
    score_team(team, as_of=TODAY)
    scoring = Scoring.objects.get()
    assert (scoring.method, scoring.customers, scoring.recency_limits) == (
        Method.QUINTILES,
        5,
        [9, 19, 29, 39],
    )
    assert rules.quintiles_from == 5


def test_a_team_does_not_see_into_another(team, customers, stranger):
    theirs = make_customer(owner=stranger)
    make_purchase(customer=theirs)
    by_hand.put(customers, [(0, 3, "5.00")])
    score_all(NOW)
    assert list(Score.objects.visible_to(stranger).values_list("pk", flat=True)) == [theirs.pk]
    score_team(team, as_of=TODAY)
    assert Score.objects.count() == 2


def test_a_team_is_scored_when_its_own_day_begins(team, customers):
    make_purchase(customer=make_customer(owner=make_lead(team=make_team(time_zone="America/Chicago"))))
    assert score_all(NOW) == "2 teams, 2 rows written"
    assert score_all(NOW + timedelta(hours=1)) == "0 teams, 0 rows written"
    assert score_all(datetime(2026, 11, 17, 23, 1, tzinfo=UTC)) == "1 teams, 0 rows written"
    assert set(Scoring.objects.values_list("as_of", flat=True)) == {TODAY, TODAY + timedelta(1)}


def test_importing_purchases_scores_their_customers(team, customers):
    import_purchases(
        read_table("list.csv", b"customer_id,date,amount\n000,2026-11-16,9.50\n"),
        team=team,
        create_for=None,
        now=NOW,
    )
    assert [(score.customer_id, score.group) for score in Score.objects.all()] == [
        (customers[0].pk, "beginner")
    ]


def test_many_are_worked_out_at_once(team, customers, monkeypatch):
    monkeypatch.setattr("segmentation.scores.MANY", 2)
    by_hand.put(customers, [(n, n, "5.00") for n in range(4)])
    score_everything(team, as_of=TODAY)
    by_hand.put(customers, [(n, 100, "5.00") for n in range(4)])
    registry.purchases_changed({customer.pk for customer in customers}, now=NOW)
    assert set(Score.objects.values_list("frequency", flat=True)) == {2}


def test_one_purchase_costs_seven_queries(team, customers):
    by_hand.put(customers, [(n, n, "5.00") for n in range(4)])
    score_everything(team, as_of=TODAY)
    for_one, for_four = [], []
    for ids, queries in (([customers[0].pk], for_one), ([each.pk for each in customers[:4]], for_four)):
        with CaptureQueriesContext(connection) as captured:
            refresh(ids, now=NOW)
        queries += captured.captured_queries
    assert (len(for_one), len(for_four)) == (7, 7)


def test_customers_who_are_gone_are_no_trouble(team, customers):
    gone = customers[0].pk
    customers[0].delete()
    refresh([gone], now=NOW)
    assert Scoring.objects.count() == 0


def test_erasing_a_customer_leaves_nothing(team, customers):
    by_hand.put(customers, [(0, 300, "5.00"), (0, 3, "5.00")])
    score_everything(team, as_of=TODAY)
    customers[0].delete()
    assert [model.objects.count() for model in (Score, QuarterSummary, GroupHistory)] == [0, 0, 0]


@pytest.fixture
def cdnow(db):
    """23,570 customers of a music shop."""
    owner = make_lead()
    with lzma.open(CDNOW, "rt") as file:
        rows = [row for row in csv.DictReader(file) if row["date"] <= "1997-12-31"]
    first = make_customer(owner=owner, number="first")
    bought = make_purchase(customer=first)
    numbers = dict.fromkeys(row["customer_id"] for row in rows)
    copy_row(first, ("number", "name", "sort_name"), [(n, n, n) for n in numbers])
    ids = dict(Customer.objects.values_list("number", "pk"))
    day = connection.ops.adapt_datefield_value
    copy_row(
        bought,
        ("customer_id", "bought_on", "amount"),
        [
            (ids[row["customer_id"]], day(date.fromisoformat(row["date"])), round(float(row["amount"]), 2))
            for row in rows
        ],
    )
    first.delete()


def copy_row(row, columns, values):
    """As many more rows like this one as there are values for these columns, in a fraction of bulk_create's time."""
    quote, names = connection.ops.quote_name, ", ".join(columns)
    kept = [f.column for f in row._meta.concrete_fields if not f.primary_key and f.column not in columns]
    rest, table = ", ".join(map(quote, kept)), quote(row._meta.db_table)
    line = f"({', '.join('%s' for _ in columns)})"
    with connection.cursor() as cursor:
        for start in range(0, len(values), 5000):
            batch = values[start : start + 5000]
            lines = ", ".join([line] * len(batch))
            cursor.execute(
                f"INSERT INTO {table} ({names}, {rest}) WITH new ({names}) AS (VALUES {lines})"  # noqa: S608
                f" SELECT new.*, {rest} FROM {table}, new WHERE id = %s",
                [*chain.from_iterable(batch), row.pk],
            )


def test_the_command_writes_what_others_found(cdnow, tmp_path):
    path, remark = tmp_path / "scores.csv", StringIO()
    call_command("score", "--as-of", "1997-09-30", "--csv", str(path), stderr=remark)
    with path.open(newline="") as file:
        heading, *found = csv.reader(file)
    with (DATA / "cdnow_scores_19970930.csv").open(newline="") as file:
        expected = list(csv.reader(file))
    assert heading == [*expected[0], "group"]
    assert len(found) == 23_570
    assert [row[:-1] for row in found[::50]] == expected[1:]
    assert remark.getvalue() == "23570 customers, scored by fifths.\n"


def test_the_command_writes_to_the_screen_too(team, customers, fifths):
    by_hand.put(customers, [(0, 4, "89.00")])
    out = StringIO()
    call_command("score", "--as-of", f"{TODAY}", "--team", team.name, stdout=out, stderr=StringIO())
    assert out.getvalue().split() == [
        "customer,recency_days,frequency,money,R,F,M,group",
        "000,4,1,89.0,1,1,1,beginner",
    ]


def test_the_command_asks_which_team(team):
    make_team(name="Another")
    with pytest.raises(CommandError, match="several teams"):
        call_command("score", "--as-of", "2026-11-17")
