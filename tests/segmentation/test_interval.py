import json
import warnings
from datetime import date, timedelta
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.interval import Waits, curve, intervals, intervals_by_group, sentence, waits
from segmentation.log import Log, read_log
from tests.factories import TODAY, make_customer, make_purchase, make_team, make_user
from tests.segmentation.logs import cdnow, log_of

WAITS = st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=80)


def waited(pairs) -> Waits:
    days, came_back = zip(*pairs, strict=True)
    return Waits(np.array(days), np.array(came_back))


def fitted(*waits):
    """By lifelines; imported where it is needed, because it takes seconds in each process of a run."""
    with warnings.catch_warnings():  # its own dependencies warn of one another
        warnings.simplefilter("ignore")
        from lifelines import KaplanMeierFitter
    return KaplanMeierFitter().fit(*waits)


@settings(deadline=None, max_examples=50)
@given(WAITS)
def test_curve_and_band_are_those_of_lifelines(pairs):
    ours = waited(pairs)
    theirs = fitted(ours.days, ours.came_back)
    found = curve(ours)
    band = theirs.confidence_interval_.loc[found.days]
    assert np.allclose(1 - found.back, theirs.survival_function_.loc[found.days].to_numpy()[:, 0])
    inside = found.back < 1 - 1e-9
    assert np.allclose(1 - found.high[inside], band.to_numpy()[inside, 0])
    assert np.allclose(1 - found.low[inside], band.to_numpy()[inside, 1])


@settings(deadline=None, max_examples=50)
@given(WAITS, st.sampled_from([0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5]))
def test_days_by_share_are_those_of_lifelines(pairs, share):
    theirs = fitted(*zip(*pairs, strict=True))
    survival = theirs.survival_function_["KM_estimate"]
    reached = survival.index[survival.to_numpy() <= 1 - share + 1e-9]
    expected = int(reached[0]) if len(reached) else None
    assert curve(waited(pairs)).days_until(share) == expected


def test_real_log_has_the_known_days_by_share():
    found = intervals(cdnow().cut(date(1997, 9, 30).toordinal()))
    assert found.first_second.table() == {
        "0.1": 14, "0.2": 38, "0.25": 60, "0.3": 98, "0.35": 151, "0.4": 227, "0.5": None,
    }  # fmt: skip
    assert sentence(found.first_second) == "25 % return within 60 days; fewer than half ever do."
    assert sentence(found.later) == "50 % return within 52 days."


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([(5, False)], "Nobody has come back yet."),
        ([(1, True), *[(9, False)] * 19], "Fewer than 10 % have come back so far."),
        ([(1, True), *[(9, False)] * 8], "10 % return within 1 day; fewer than half ever do."),
        ([(7, True)], "50 % return within 7 days."),
    ],
)
def test_sentence(pairs, words):
    assert sentence(curve(waited(pairs))) == words


def test_waits_are_parted_by_what_began_them():
    second, later = waits(log_of((1, 30), (1, 20), (1, 5), (2, 9)))
    assert (second.days.tolist(), second.came_back.tolist()) == ([10, 9], [True, False])
    assert (later.days.tolist(), later.came_back.tolist()) == ([15, 5], [True, False])


def test_nobody_has_bought():
    empty = Log.of(np.array([], dtype=np.int64), np.array([], dtype=np.int64), until=1)
    found = intervals(empty)
    assert set(found.first_second.table().values()) == {None}
    assert found.later.days_among_returning(0.5) is None


def test_all_on_one_day():
    found = intervals(log_of((1, 0), (2, 0), (3, 0)))
    assert sentence(found.first_second) == "Nobody has come back yet."


# --- out of the database


def bought(customer, days_ago, amount="10.00", **kw):
    return make_purchase(customer=customer, bought_on=TODAY - timedelta(days_ago), amount=amount, **kw)


def days_of(team, **kw):
    log = read_log(team, until=TODAY, **kw)
    return [
        (int(log.customers[who]), TODAY.toordinal() - int(day))
        for who, day in zip(log.who, log.day, strict=True)
    ]


def test_log_has_each_day_once_and_nothing_of_the_future_or_of_strangers(team, nino):
    one, two = make_customer(owner=nino), make_customer(owner=nino)
    for days_ago in (30, 30, 3, 0, -1):
        bought(one, days_ago)
    bought(two, 8)
    bought(make_customer(), 8)
    assert days_of(team) == [(one.pk, 30), (one.pk, 3), (one.pk, 0), (two.pk, 8)]
    assert days_of(team, of=[two.pk]) == [(two.pk, 8)]


def test_returns_are_no_purchases(team, nino):
    customer = make_customer(owner=nino)
    bought(customer, 20, "50.00")
    bought(customer, 15, "-80.00")
    for amount in ("10.00", "-30.00"):
        bought(customer, 10, amount)
    bought(customer, 5, "0.00")
    bought(make_customer(owner=nino), 3, "-1.00")
    assert days_of(team) == [(customer.pk, 20), (customer.pk, 10), (customer.pk, 5)]


def test_nothing_bought_at_all(team):
    assert len(read_log(team, until=TODAY)) == 0


def test_intervals_by_product_group(team, nino):
    customer = make_customer(owner=nino)
    for days_ago, group in ((40, "boxes"), (30, "tape"), (10, "boxes"), (10, "wrap")):
        bought(customer, days_ago, product_group=group)
    bought(make_customer(owner=nino), 7, product_group="tape")
    found = intervals_by_group(team, read_log(team, until=TODAY))
    assert {name: (each.first_second.waits, each.later.waits) for name, each in found.items()} == {
        "boxes": (1, 1), "tape": (1, 1), "wrap": (0, 0),
    }  # fmt: skip
    assert found["boxes"].first_second.days_until(0.5) == 10
    assert found["tape"].later.days_until(0.5) == 20


def test_groups_of_nothing(team):
    assert intervals_by_group(team, read_log(team, until=TODAY)) == {}


def test_command_writes_json(team, nino):
    customer = make_customer(owner=nino)
    bought(customer, 20)
    bought(customer, 13)
    out = StringIO()
    call_command("interval", "--as-of", TODAY.isoformat(), "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert list(found) == ["first_second", "later"]
    assert set(found["first_second"].values()) == {7}
    assert set(found["later"].values()) == {None}


def test_command_speaks(team):
    out = StringIO()
    call_command("interval", "--as-of", TODAY.isoformat(), stdout=out)
    assert out.getvalue() == (
        "To the second purchase: Nobody has come back yet.\nTo later ones: Nobody has come back yet.\n"
    )


def test_command_asks_for_the_team(team):
    make_user(team=make_team(name="Other"))
    with pytest.raises(CommandError, match="several teams"):
        call_command("interval", "--as-of", TODAY.isoformat())
    call_command("interval", "--as-of", TODAY.isoformat(), "--team", "Other", stdout=StringIO())
