from datetime import UTC, date, datetime, time, timedelta

import pytest

from contacts import registry
from contacts.models import Purchase
from followups.models import FollowUp, Slip
from followups.slips import collect
from segmentation.models import Advice, Expectation, Group, Rules, Score
from segmentation.slips import find_due, find_thanks
from tests.factories import NOW, TODAY, make_dossier, make_purchase, make_team, make_user

DAY = timedelta(1)
FRIDAY, SUNDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 22), date(2026, 11, 23)


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)


def make_expected(owner, *, opened=0, closes=20, last=30, group=Group.GROWING, **kw) -> FollowUp:
    """A dossier whose window opened so many days ago and closes in so many days."""
    followup = make_dossier(owner=owner, **kw)
    bought = TODAY - last * DAY
    Score.objects.create(
        customer=followup.customer, team=owner.team, purchase_days=3, first_on=bought, last_on=bought,
        money=10, frequency=3, monetary=10, group=group,
    )  # fmt: skip
    Expectation.objects.create(
        customer=followup.customer, team=owner.team, purchases=3, usual_days=35, due_on=TODAY,
        window_from=TODAY - opened * DAY, window_to=TODAY + closes * DAY,
    )  # fmt: skip
    return followup


def make_buyer(owner, *, on=TODAY, amount="10.00", **kw) -> FollowUp:
    """A dossier with a purchase that was told of."""
    followup = make_dossier(owner=owner, **{"due_on": TODAY + 60 * DAY} | kw)
    make_purchase(customer=followup.customer, bought_on=on, amount=amount)
    registry.purchases_changed([followup.customer_id], now=NOW)
    return followup


def due(now=NOW):
    return [(draft.customer.pk, draft.on) for draft in find_due(now)]


def thanks(now=NOW):
    return [(draft.customer.pk, draft.on) for draft in find_thanks(now)]


def test_a_window_that_has_opened_lays_one_slip_and_moves_nothing(nino):
    followup = make_expected(nino, due_on=TODAY + 90 * DAY)
    assert collect(NOW) == "1 slips"
    slip = Slip.objects.get()
    assert (slip.source, slip.key, slip.speaks_on) == ("due", "2026-10-18", TODAY)
    assert slip.reason == (
        "Next purchase expected until 7 Dec 2026 (usually after 35 days; last on 18 Oct 2026)"
    )
    assert FollowUp.objects.open().get() == followup
    assert collect(NOW + DAY) == "0 slips"


def test_the_next_purchase_begins_a_new_cycle(nino):
    followup = make_expected(nino)
    collect(NOW)
    Score.objects.update(last_on=TODAY - DAY)
    Rules.objects.create(team=nino.team, thank_after_purchase=False)
    assert due() == [(followup.customer_id, TODAY)]


@pytest.mark.parametrize(
    "kw", [{"opened": -1}, {"opened": 4}, {"opened": 2, "closes": -1}, {"rest_reason": "never again"}]
)
def test_no_slip_before_the_window_long_after_it_opened_or_in_the_cabinet(nino, kw):
    make_expected(nino, **kw)
    assert due() == []


@pytest.mark.parametrize(
    ("group", "is_told"),
    [("vip", True), ("growing", True), ("beginner", True), ("one_time", False), ("lost", False)],
)
def test_groups_have_their_own_setting(nino, group, is_told):
    make_expected(nino, group=group)
    assert bool(due()) is is_told
    Advice.objects.create(team=nino.team, group=group, slip_when_due=not is_told)
    Advice.objects.create(team=make_team(), group=group, slip_when_due=is_told)
    assert bool(due()) is not is_told


def test_thanks_on_the_next_working_day_bring_the_dossier_forward(nino):
    followup = make_buyer(nino, on=TODAY)
    assert collect(NOW) == "1 slips"
    slip = Slip.objects.get()
    assert (slip.source, slip.key, slip.speaks_on) == ("thanks", "2026-11-17", TODAY + DAY)
    assert slip.reason == "Bought on 17 Nov 2026: say thank you, ask whether all is well"
    assert FollowUp.objects.open().get().due_on == TODAY + DAY
    assert slip.pulled_from == followup.due_on
    assert collect(NOW) == "0 slips"


def test_thanks_wait_for_the_owners_next_working_day(nino):
    saturdays_too = make_user(team=nino.team, own_working_days="123456")
    customers = [make_buyer(owner, on=FRIDAY).customer_id for owner in (nino, saturdays_too)]
    registry.purchases_changed(customers, now=at(SUNDAY))
    assert thanks(at(SUNDAY)) == [(customers[0], MONDAY), (customers[1], FRIDAY + DAY)]


def test_an_agreed_time_is_not_moved_by_thanks(nino):
    followup = make_buyer(nino, due_on=TODAY + 5 * DAY, at=time(10))
    collect(NOW)
    assert FollowUp.objects.open().get() == followup
    assert Slip.objects.count() == 1


@pytest.mark.parametrize(
    "kw", [{"on": TODAY - 4 * DAY}, {"on": TODAY + DAY}, {"amount": "-10.00"}, {"rest_reason": "closed down"}]
)
def test_no_thanks_for_old_or_coming_purchases_returns_and_resting_dossiers(nino, kw):
    if "rest_reason" in kw:
        kw["due_on"] = None
    make_buyer(nino, **kw)
    assert thanks() == []


def test_a_return_after_a_purchase_asks_for_no_second_thanks(nino):
    followup = make_buyer(nino, on=TODAY - 2 * DAY)
    make_purchase(customer=followup.customer, bought_on=TODAY, amount="-4.00")
    registry.purchases_changed([followup.customer_id], now=NOW)
    assert [draft.key for draft in find_thanks(NOW)] == ["2026-11-15"]


def test_each_day_with_a_purchase_is_thanked_for_once(nino):
    followup = make_buyer(nino, on=TODAY)
    make_purchase(customer=followup.customer, bought_on=TODAY)
    collect(NOW)
    make_purchase(customer=followup.customer, bought_on=TODAY + DAY)
    registry.purchases_changed([followup.customer_id], now=NOW + DAY)
    assert collect(NOW + DAY) == "1 slips"
    assert [slip.key for slip in Slip.objects.all()] == ["2026-11-17", "2026-11-18"]


def test_the_lead_may_switch_thanks_off(nino):
    make_buyer(nino)
    Rules.objects.create(team=make_team(), thank_after_purchase=False)
    assert len(thanks()) == 1
    Rules.objects.create(team=nino.team, thank_after_purchase=False)
    assert thanks() == []


@pytest.mark.parametrize(
    ("zone", "opened"), [("Pacific/Auckland", True), ("Europe/Berlin", False), ("America/Chicago", False)]
)
def test_windows_open_on_the_teams_own_day(db, zone, opened):
    owner = make_user(team=make_team(time_zone=zone))
    make_expected(owner, opened=-1)
    assert bool(due(datetime(2026, 11, 17, 12, tzinfo=UTC))) is opened


def test_an_imported_history_lays_only_what_the_last_days_would(nino):
    followups = [make_dossier(owner=nino, due_on=TODAY + 60 * DAY) for _ in range(6)]
    Purchase.objects.bulk_create(
        Purchase(team=nino.team, customer=f.customer, bought_on=TODAY - n * 10 * DAY, amount=5)
        for n, f in enumerate(followups)
    )
    registry.purchases_changed([f.customer_id for f in followups], now=NOW)
    assert collect(NOW) == "1 slips"


@pytest.mark.parametrize("size", [1, 4])
def test_finding_costs_the_same_however_many(nino, django_assert_num_queries, size):
    for make in [make_buyer] * size + [make_expected] * size:
        make(nino)
    with django_assert_num_queries(3):
        assert len(list(find_due(NOW))) == size
    with django_assert_num_queries(2):
        assert len(list(find_thanks(NOW))) == size
