"""Whom a series reaches."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Customer, LegalBasis
from crm.mail.models import Suppression
from segmentation.models import Expectation, Forecast, Reminder, Score
from segmentation.reminding import enrolling
from segmentation.reminding.enrolling import enrol, reached
from segmentation.reminding.sweep import remind_all
from tests.factories import NOW, TODAY, make_purchase
from tests.segmentation.reminders import make_due, make_reminder, make_series

TOMORROW = TODAY + timedelta(1)


@pytest.fixture
def series(lead):
    return make_series(lead)


def names(customers):
    return sorted(customers.values_list("name", flat=True))


def test_one_whose_window_has_opened_is_enrolled_for_tomorrow(nino, series):
    customer = make_due(nino)
    assert enrol(series, now=NOW) == 1
    reminder = Reminder.objects.get()
    assert (reminder.customer, reminder.series, reminder.team) == (customer, series, nino.team)
    assert reminder.cycle == TODAY - timedelta(40)
    assert reminder.group == "growing"
    assert (reminder.begins_on, reminder.next_on) == (TOMORROW, TOMORROW)
    assert (reminder.held_out, reminder.code, reminder.steps_done) == (False, "", 0)
    assert reminder.enrolled_at == NOW


@pytest.mark.parametrize(
    ("begins", "shift", "found"),
    [
        ("window_from", 0, ["Opened", "Two weeks"]),
        ("window_from", 1, ["Long ago", "Opened", "Two weeks"]),
        ("window_from", -1, ["Opened", "Tomorrow", "Two weeks"]),
        ("window_from", 2, ["Long ago", "Two weeks"]),
        ("due_on", 0, ["Long ago", "Two weeks"]),
        ("window_to", 0, ["Long ago", "Two weeks"]),
        ("window_to", -12, ["Opened", "Two weeks"]),
    ],
)
def test_the_point_of_the_interval_decides_but_not_longer_ago_than_two_weeks(
    lead, nino, begins, shift, found
):
    series = make_series(lead, begins=begins, shift_days=shift)
    for name, due in {"Opened": -1, "Tomorrow": 1, "Two weeks": -13, "Long ago": -15}.items():
        make_due(nino, name=name, due=due)
    assert names(reached(series, on=TODAY)) == found


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ({}, ["Boxes", "Tape", "Vip"]),
        ({"groups": ["vip"]}, ["Vip"]),
        ({"groups": ["vip", "growing"]}, ["Boxes", "Tape", "Vip"]),
        ({"groups": ["lost"]}, []),
        ({"product_group": "Tape"}, ["Tape"]),
        ({"product_group": "Boxes", "groups": ["vip"]}, ["Vip"]),
    ],
)
def test_groups_and_the_product_group_of_the_last_purchase_decide(lead, nino, rule, found):
    series = make_series(lead, **rule)
    make_due(nino, name="Boxes")
    tape = make_due(nino, name="Tape", product_group="Tape")
    make_purchase(customer=tape, bought_on=TODAY - timedelta(70), product_group="Boxes")
    make_due(nino, name="Vip", group="vip")
    assert names(reached(series, on=TODAY)) == found


def test_what_was_taken_back_on_the_last_day_is_no_purchase(lead, nino):
    series = make_series(lead, product_group="Tape")
    customer = make_due(nino)
    make_purchase(customer=customer, bought_on=TODAY - timedelta(40), product_group="Tape", amount=-5)
    assert names(reached(series, on=TODAY)) == []


def forbid(customer):
    Suppression.record(team=customer.team, hashed=customer.letter_hash, reason="opted_out", now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        lambda customer: Customer.objects.update(legal_basis=None),
        lambda customer: Customer.objects.update(letter_hash=""),
        forbid,
        lambda customer: Score.objects.all().delete(),
        lambda customer: Expectation.objects.all().delete(),
    ],
)
def test_who_may_not_be_written_to_or_of_whom_nothing_is_expected_is_left_out(nino, series, change):
    customer = make_due(nino)
    change(customer)
    assert enrol(series, now=NOW) == 0


def test_strangers_and_stopped_series_enrol_nobody(stranger, nino, lead, series):
    make_due(stranger)
    make_due(nino)
    series.stop(by=lead, now=NOW)
    assert enrol(series, now=NOW) == 0
    series.start(now=NOW)
    assert enrol(series, now=NOW) == 1
    assert Reminder.objects.get().team == nino.team


def test_a_customer_is_enrolled_once_in_a_cycle_over_all_series(lead, nino, series):
    customer = make_due(nino)
    enrol(series, now=NOW)
    assert enrol(series, now=NOW) == 0
    assert enrol(make_series(lead, name="Again"), now=NOW) == 0
    Score.objects.filter(customer=customer).update(last_on=TODAY - timedelta(3))
    assert enrol(series, now=NOW) == 1


def test_a_purchase_that_is_deleted_begins_no_earlier_cycle_anew(nino, series):
    customer = make_due(nino)
    make_reminder(customer, series, cycle=TODAY - timedelta(39))
    assert enrol(series, now=NOW) == 0


@pytest.mark.parametrize(
    ("country", "now", "begins"),
    [
        ("", date(2026, 11, 20), date(2026, 11, 21)),  # a Saturday is a day for letters
        ("", date(2026, 11, 21), date(2026, 11, 23)),
        ("", date(2026, 12, 24), date(2026, 12, 28)),  # two holidays, of which one a Saturday, and a Sunday
        ("GE", date(2026, 12, 24), date(2026, 12, 25)),
        ("GE", date(2027, 1, 6), date(2027, 1, 8)),
        ("XX", date(2026, 12, 24), date(2026, 12, 28)),
    ],
)
def test_letters_begin_on_no_sunday_and_no_holiday_of_the_customers_country(
    nino, series, country, now, begins
):
    make_due(nino, country=country)
    later = NOW + (now - TODAY)
    Expectation.objects.update(window_from=now)
    enrol(series, now=later)
    assert Reminder.objects.get().begins_on == begins


def test_a_region_has_holidays_of_its_own_for_customers_at_home(lead, nino):
    nino.team.region = "BY"
    nino.team.save()
    series = make_series(lead)
    series.team.refresh_from_db()
    make_due(nino, name="Home")
    make_due(nino, name="Abroad", country="AT")
    epiphany = NOW.replace(year=2027, month=1, day=5)
    Expectation.objects.update(window_from=epiphany.date())
    enrol(series, now=epiphany)
    assert {r.customer.name: r.begins_on.day for r in Reminder.objects.all()} == {"Home": 7, "Abroad": 7}


def test_a_share_is_held_out_at_random_and_gets_no_code(lead, nino):
    series = make_series(lead, held_out_percent=30, code_prefix="BOX")
    for _ in range(40):
        make_due(nino)
    enrol(series, now=NOW, lot=Random(7))
    held = Counter(Reminder.objects.values_list("held_out", flat=True))
    assert sum(held.values()) == 40
    assert 5 <= held[True] <= 19  # 12 on average; beyond these once in a hundred lots
    out = Reminder.objects.filter(held_out=True)
    assert {(each.next_on, each.code) for each in out} == {(None, "")}
    assert {each.begins_on for each in out} == {TOMORROW}


@pytest.mark.parametrize(("percent", "held"), [(0, 0), (90, 10)])
def test_nobody_needs_to_be_held_out(lead, nino, percent, held):
    series = make_series(lead, held_out_percent=percent)
    for _ in range(10):
        make_due(nino)

    class Lowest(Random):
        def random(self):
            return 0.0

    enrol(series, now=NOW, lot=Lowest())
    assert Reminder.objects.filter(held_out=True).count() == held


def test_a_code_that_another_has_is_drawn_again_and_nobody_left_out(lead, nino, monkeypatch):
    series = make_series(lead, code_prefix="BOX")
    make_reminder(make_due(nino), series, code="BOX-1")
    for _ in range(3):
        make_due(nino)
    drawn = iter(["BOX-1", "BOX-2", "BOX-2", "BOX-1", "BOX-3", "BOX-4"])
    monkeypatch.setattr(enrolling, "_code", lambda prefix: next(drawn))
    assert enrol(series, now=NOW) == 3
    codes = Reminder.objects.order_by("code").values_list("code", flat=True)
    assert list(codes) == ["BOX-1", "BOX-2", "BOX-3", "BOX-4"]


def test_codes_are_short_unambiguous_and_each_anothers(lead, nino):
    series = make_series(lead, code_prefix="BOX")
    for _ in range(30):
        make_due(nino)
    enrol(series, now=NOW)
    codes = set(Reminder.objects.values_list("code", flat=True))
    assert len(codes) == 30
    assert {code[:4] for code in codes} == {"BOX-"}
    assert {len(code) for code in codes} == {12}
    assert not set("".join(code[4:] for code in codes)) & set("01ILO")


def test_any_number_is_enrolled_in_batches(lead, nino, monkeypatch):
    series = make_series(lead)
    for _ in range(7):
        make_due(nino)
    monkeypatch.setattr(enrolling, "BATCH", 3)
    assert enrol(series, now=NOW) == 7
    assert Reminder.objects.count() == 7


def test_enrolling_takes_as_many_queries_for_thirty_as_for_three(lead, nino):
    series, counts = make_series(lead), []
    enrol(series, now=NOW)  # the team's first
    for n in (3, 30):
        for _ in range(n):
            make_due(nino)
        with CaptureQueriesContext(connection) as queries:
            assert enrol(series, now=NOW) == n
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_sweep_enrols_in_the_teams_morning_and_after_the_expectations(nino, series):
    make_due(nino)
    night = NOW.replace(hour=3, minute=30)  # half past four in Berlin
    remind_all(night)
    assert Reminder.objects.count() == 0
    Forecast.objects.update(as_of=TODAY - timedelta(1))
    remind_all(NOW)
    assert Reminder.objects.count() == 0
    Forecast.objects.update(as_of=TODAY)
    assert remind_all(NOW) == "1 enrolled, 0 letters queued"
    assert remind_all(NOW + timedelta(hours=1)) == "0 enrolled, 0 letters queued"


def test_a_team_that_cannot_write_enrols_nobody(nino, series):
    make_due(nino)
    nino.team.sender.delete()
    assert remind_all(NOW) == "0 enrolled, 0 letters queued"


def test_a_new_legal_basis_is_enough(nino, series):
    customer = make_due(nino, consents=False)
    assert enrol(series, now=NOW) == 0
    basis = LegalBasis.objects.create(team=nino.team, text="Yes", source="form", given_on=TODAY)
    Customer.objects.filter(pk=customer.pk).update(legal_basis=basis)
    assert enrol(series, now=NOW) == 1
