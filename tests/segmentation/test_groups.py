from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from segmentation.groups import DEFAULT, Limits, counts, in_force, movements, movers, preview
from segmentation.models import Group, GroupHistory, Rules, Score, Scoring
from segmentation.quarters import last_day, quarter_of, quarters_back
from segmentation.scores import score_again, score_everything, score_team, scores_on
from segmentation.usual import find_usual
from tests.factories import TODAY, make_customer, make_purchase, make_team
from tests.segmentation import purchases as by_hand

LIMITS = Limits(one_time_after=9, lost_after=6, vip_from=3)
DAYS, PURCHASES = range(12), range(1, 6)
THIRD_QUARTER, SECOND_QUARTER = date(2026, 7, 1), date(2026, 4, 1)


def rules_of(limits, team, **kw):
    fields = {name: getattr(limits, name) for name in ("one_time_after", "lost_after", "vip_from")}
    return Rules.objects.create(team=team, **fields | kw)


@pytest.fixture
def plane(team, nino):
    """A customer for every number of purchases at every distance, by that pair."""
    found = {}
    for purchases in PURCHASES:
        for days in DAYS:
            customer = found[purchases, days] = make_customer(owner=nino)
            by_hand.put([customer], [(0, days + 20 * n, "5.00") for n in range(purchases)])
    return found


def test_everyone_belongs_to_exactly_one_group(team, plane):
    rules_of(LIMITS, team)
    score_team(team, as_of=TODAY)
    found = dict(Score.objects.values_list("customer_id", "group"))
    assert {pair: found[customer.pk] for pair, customer in plane.items()} == {
        (purchases, days): LIMITS.group_of(purchases=purchases, days_since=days) for purchases, days in plane
    }


@pytest.mark.parametrize(
    ("purchases", "days", "group"),
    [
        (1, 9, Group.BEGINNER),
        (1, 10, Group.ONE_TIME),
        (2, 6, Group.GROWING),
        (2, 7, Group.LOST),
        (3, 6, Group.VIP),
        (3, 7, Group.LOST),
        (100, 0, Group.VIP),
    ],
)
def test_the_limits_themselves_are_still_inside(purchases, days, group):
    assert LIMITS.group_of(purchases=purchases, days_since=days) == group


def test_a_lost_customer_stays_lost_however_the_period_is_set(team, nino):
    customer = make_customer(owner=nino)
    by_hand.put([customer], [(0, 800, "5.00"), (0, 900, "5.00"), (0, 1000, "5.00")])
    rules = rules_of(LIMITS, team)
    for quarters in (None, 4, 8):
        Rules.objects.update(quarters=quarters)
        score_everything(team, as_of=TODAY)
        assert Score.objects.get().group == Group.LOST
        score_again(team)
        assert Score.objects.get().group == Group.LOST
    assert (Score.objects.get().r, rules.lost_after) == (None, 6)


def test_the_preview_counts_who_would_change(team, plane):
    rules_of(LIMITS, team)
    score_team(team, as_of=TODAY)
    before = dict(Score.objects.values_list("pk", "group"))
    proposed = Limits(one_time_after=4, lost_after=8, vip_from=4)
    with CaptureQueriesContext(connection) as queries:
        found = preview(team, proposed, as_of=TODAY)
    assert len(queries) == 1
    assert found == {
        ("beginner", "one_time"): 5,
        ("lost", "growing"): 4,
        ("lost", "vip"): 4,
        ("vip", "growing"): 7,
    }
    Rules.objects.update(one_time_after=4, lost_after=8, vip_from=4)
    score_again(team)
    after = dict(Score.objects.values_list("pk", "group"))
    assert sum(before[pk] != after[pk] for pk in before) == sum(found.values())


def test_history_follows_the_limits_in_force(team, nino):
    customer = make_customer(owner=nino)
    by_hand.put([customer], [(0, 200, "5.00"), (0, 210, "5.00")])
    rules_of(Limits(one_time_after=60, lost_after=60, vip_from=5), team)
    score_everything(team, as_of=TODAY)
    third = GroupHistory.objects.filter(quarter=THIRD_QUARTER).values_list("group", flat=True)
    assert list(third) == ["lost"]
    Rules.objects.update(lost_after=300)
    score_again(team)
    assert list(third.all()) == ["growing"]


def test_limits_that_change_nothing_change_nobody(team, plane):
    rules_of(LIMITS, team)
    score_team(team, as_of=TODAY)
    assert preview(team, LIMITS, as_of=TODAY) == {}


def test_groups_are_kept_by_quarter(team, nino):
    customer = make_customer(owner=nino)
    for day in (date(2025, 12, 30), date(2026, 5, 2), date(2026, 10, 4)):
        make_purchase(customer=customer, bought_on=day)
    rules_of(Limits(one_time_after=100, lost_after=100, vip_from=5), team)
    score_everything(team, as_of=TODAY)
    history = GroupHistory.objects.order_by("quarter").values_list("quarter", "group")
    assert list(history) == [
        (date(2025, 10, 1), "beginner"),
        (date(2026, 1, 1), "beginner"),
        (date(2026, 4, 1), "growing"),
        (date(2026, 7, 1), "lost"),
    ]
    assert Score.objects.get().group == "growing"


def test_quarters_too_long_ago_are_let_go(team, nino):
    make_purchase(customer=make_customer(owner=nino), bought_on=TODAY - timedelta(3000))
    score_everything(team, as_of=TODAY)
    score_everything(team, as_of=TODAY + timedelta(100))
    quarters = GroupHistory.objects.order_by("quarter").values_list("quarter", flat=True)
    assert (len(quarters), quarters[0], quarters[7]) == (8, date(2025, 1, 1), date(2026, 10, 1))


@pytest.fixture
def moving(team, nino):
    """One who was growing and became lost, one who came back, one who is new, and one who stays."""
    days = {
        "lost": ["2026-04-02", "2026-05-30"],
        "back": ["2026-01-01", "2026-02-01", "2026-08-09"],
        "new": ["2026-09-01"],
        "stays": ["2026-06-01", "2026-06-20", "2026-09-20"],
    }
    people = {name: make_customer(owner=nino, name=name) for name in days}
    for name, customer in people.items():
        for day in days[name]:
            make_purchase(customer=customer, bought_on=date.fromisoformat(day))
    rules_of(Limits(one_time_after=60, lost_after=60, vip_from=5), team)
    score_everything(team, as_of=TODAY)
    return people


def test_movements_are_told_in_one_query(team, moving):
    with CaptureQueriesContext(connection) as queries:
        found = movements(team, since=SECOND_QUARTER, until=THIRD_QUARTER)
    assert len(queries) == 1
    assert found == {
        ("growing", "lost"): 1,
        ("lost", "growing"): 1,
        ("", "beginner"): 1,
        ("growing", "growing"): 1,
    }
    assert movements(team, since=THIRD_QUARTER) == {
        ("lost", "lost"): 1,
        ("growing", "lost"): 1,
        ("beginner", "one_time"): 1,
        ("growing", "growing"): 1,
    }


def test_movers_have_names(team, moving):
    def names(**kw):
        return [customer.name for customer in movers(team, **kw)]

    until = {"since": SECOND_QUARTER, "until": THIRD_QUARTER}
    assert names(old="growing", new="lost", **until) == ["lost"]
    assert names(old="", new="beginner", **until) == ["new"]
    assert names(since=THIRD_QUARTER, old="growing", new="lost") == ["back"]


def test_counts_name_empty_groups_too(team, moving):
    assert counts(team) == {"vip": 0, "growing": 1, "beginner": 0, "one_time": 1, "lost": 2}
    assert counts(make_team()) == dict.fromkeys(Group.values, 0)


def repeat(owner, *, customers, gap, purchases):
    """Customers who came back after so many days each time, and as many who came once."""
    end = quarter_of(TODAY) - timedelta(30)
    for _n in range(customers):
        each, once = make_customer(owner=owner), make_customer(owner=owner)
        for n in range(purchases):
            make_purchase(customer=each, bought_on=end - timedelta(gap * n))
        make_purchase(customer=once, bought_on=end - timedelta(400))


def test_limits_follow_the_teams_own_intervals(team, nino):
    repeat(nino, customers=30, gap=37, purchases=4)
    score_everything(team, as_of=TODAY)
    assert in_force(Scoring.objects.get()) == Limits(one_time_after=40, lost_after=40, vip_from=4)


def test_too_few_returns_tell_nothing(team, nino):
    repeat(nino, customers=5, gap=37, purchases=3)
    score_everything(team, as_of=TODAY)
    assert in_force(Scoring.objects.get()) == DEFAULT


def test_what_the_lead_set_goes_before_the_usual(team, nino):
    Rules.objects.create(team=team, lost_after=77)
    repeat(nino, customers=30, gap=37, purchases=4)
    score_everything(team, as_of=TODAY)
    assert in_force(Scoring.objects.get()) == Limits(one_time_after=40, lost_after=77, vip_from=4)


def test_usual_limits_stand_for_a_quarter(team, nino):
    repeat(nino, customers=30, gap=37, purchases=4)
    scoring = Scoring(team=team)
    find_usual(scoring, as_of=TODAY)
    repeat(nino, customers=60, gap=92, purchases=2)
    find_usual(scoring, as_of=TODAY + timedelta(3))
    assert scoring.usual_lost_after == 40
    find_usual(scoring, as_of=TODAY + timedelta(60))
    assert (scoring.usual_one_time_after, scoring.usual_until) == (100, date(2026, 12, 31))


def test_groups_of_a_past_day_go_by_what_was_known_then(team, nino):
    Rules.objects.create(team=team, quintiles_from=1)
    repeat(nino, customers=30, gap=37, purchases=4)
    scoring, lines = scores_on(team, as_of=quarter_of(TODAY) - timedelta(31 + 37 * 3))
    assert {line.group for line in lines} == {"one_time"}
    assert in_force(scoring) == DEFAULT


def test_quarters_count_through_the_year():
    assert quarter_of(date(2026, 12, 31)) == date(2026, 10, 1)
    assert quarters_back(date(2026, 1, 1), 1) == date(2025, 10, 1)
    assert quarters_back(date(2026, 10, 1), -1) == date(2027, 1, 1)
    assert last_day(date(2026, 1, 1)) == date(2026, 3, 31)


@pytest.mark.parametrize(
    "limits", [[1, 2, 3], [1, 2, 2, 3], [4, 3, 2, 1], "1234", ["a", 1, 2, 3], ["nan", 1, 2, 3]]
)
def test_limits_of_scores_must_rise(team, limits):
    with pytest.raises(ValidationError):
        Rules(team=team, money_limits=limits).full_clean()


def test_limits_may_have_cents(team):
    Rules(team=team, money_limits=["0.5", "2.75", "10", "100"]).full_clean()
