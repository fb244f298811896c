from datetime import UTC, date, datetime, time, timedelta

import pytest

from followups import birthdays, slips
from followups.actions import bring_forward, file_dossier, speak_up, undo
from followups.dates import MONTH, Tab
from followups.models import FollowUp, Slip
from tests.factories import NOW, TODAY, make_dossier, make_person, make_slip, make_team, make_user

FRIDAY, SATURDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 23)


def speak(followup, **kw) -> Slip:
    said = {
        "source": "birthday",
        "key": "1",
        "reason": "Birthday of Barbara Kessler",
        "on": TODAY,
        "now": NOW,
    }
    return speak_up(customer=followup.customer, **said | {"pull_forward": True} | kw)


def place(followup) -> FollowUp:
    return FollowUp.objects.open().get(customer=followup.customer)


# --- bringing a date forward


def test_a_slip_brings_a_later_dossier_forward_to_its_day(nino):
    followup = make_dossier(owner=nino, due_on=date(2027, 1, 12), plan="Ask for the board", kind="visit")
    slip = speak(followup, on=FRIDAY)
    moved = place(followup)
    assert (moved.due_on, moved.plan, moved.kind, moved.opened_by) == (
        FRIDAY,
        "Ask for the board",
        "visit",
        None,
    )
    assert (moved.previous, moved.previous.result) == (followup, "pulled")
    assert slip.pulled_from == date(2027, 1, 12)


@pytest.mark.parametrize("due_on", [TODAY - timedelta(5), TODAY, FRIDAY])
def test_a_slip_never_moves_a_dossier_back(nino, due_on):
    followup = make_dossier(owner=nino, due_on=due_on)
    slip = speak(followup, on=FRIDAY)
    assert (place(followup), slip.pulled_from) == (followup, None)


def test_a_slip_never_moves_an_agreed_appointment_but_shows(nino):
    followup = make_dossier(owner=nino, due_on=FRIDAY, at=time(10, 15))
    slip = speak(followup)
    assert (place(followup), slip.pulled_from) == (followup, None)
    assert list(followup.customer.slips.waiting(on=TODAY)) == [slip]


def test_an_appointment_is_brought_forward_when_the_manager_says_so(nino):
    followup = make_dossier(owner=nino, due_on=FRIDAY, at=time(10, 15))
    moved = bring_forward(slip=speak(followup), followup=followup, by=nino, now=NOW)
    assert (moved.due_on, moved.at, moved.opened_by) == (TODAY, None, nino)


def test_a_source_may_only_show(nino):
    followup = make_dossier(owner=nino, due_on=FRIDAY)
    assert speak(followup, pull_forward=False).pulled_from is None
    assert place(followup) == followup


def test_a_slip_on_a_rest_day_pulls_to_the_next_working_day(nino):
    followup = make_dossier(owner=nino, due_on=date(2026, 12, 10))
    speak(followup, on=SATURDAY)
    assert place(followup).due_on == MONDAY


def test_a_slip_whose_day_has_passed_pulls_to_today(nino):
    followup = make_dossier(owner=nino, due_on=FRIDAY)
    speak(followup, on=TODAY - timedelta(3))
    assert place(followup).due_on == TODAY


def test_a_slip_takes_a_dossier_out_of_a_later_month(nino):
    followup = make_dossier(owner=nino, due_on=date(2027, 2, 1), precision=MONTH)
    slip = speak(followup, on=FRIDAY)
    moved = place(followup)
    assert (moved.due_on, moved.precision, slip.pulled_from) == (FRIDAY, "day", date(2027, 2, 1))


def test_a_month_that_has_begun_waits_to_be_dealt_out(nino):
    followup = make_dossier(owner=nino, due_on=date(2026, 11, 1), precision=MONTH)
    speak(followup, on=FRIDAY)
    assert place(followup) == followup


def test_a_slip_takes_a_dossier_out_of_the_cabinet(nino):
    followup = make_dossier(owner=nino, rest_reason="asked not to be called")
    slip = speak(followup)
    assert (place(followup).due_on, place(followup).rest_reason, slip.pulled_from) == (TODAY, "", None)


# --- once


def test_the_same_reason_is_laid_once_even_after_it_was_done(nino):
    followup = make_dossier(owner=nino, due_on=FRIDAY)
    first = speak(followup)
    file_dossier(followup=place(followup), to=Tab(FRIDAY), by=nino, now=NOW, outcome="agreed")
    assert speak(followup) == first
    assert (Slip.objects.count(), place(followup).due_on) == (1, FRIDAY)


def test_another_reason_or_source_is_another_slip(nino):
    followup = make_dossier(owner=nino)
    for said in ({}, {"key": "2"}, {"source": "offer"}):
        speak(followup, **said)
    assert Slip.objects.count() == 3


# --- done with the same save


def test_filing_does_the_waiting_slips(nino):
    followup = make_dossier(owner=nino)
    slip, later = (
        make_slip(customer=followup.customer),
        make_slip(customer=followup.customer, key="2", speaks_on=FRIDAY),
    )
    placed = file_dossier(followup=followup, to=Tab(MONDAY), by=nino, now=NOW, outcome="agreed")
    slip.refresh_from_db()
    assert (slip.done_at, slip.done_by, slip.done_with) == (NOW, nino, placed)
    assert list(Slip.objects.filter(done_at=None)) == [later]


def test_undo_brings_the_slips_back(nino):
    followup = make_dossier(owner=nino)
    slip = make_slip(customer=followup.customer)
    placed = file_dossier(followup=followup, to=Tab(MONDAY), by=nino, now=NOW, outcome="agreed")
    undo(placed=[placed], by=nino, now=NOW)
    slip.refresh_from_db()
    assert (slip.done_at, slip.done_by, slip.done_with) == (None, None, None)


# --- birthdays


def born(followup, *day, **kw):
    return make_person(customer=followup.customer, birthday=date(*day), **kw)


def reasons(now=NOW) -> list[str]:
    return [draft.reason for draft in birthdays.find(now)]


def test_on_the_birthday_the_dossier_speaks_up(nino):
    followup = make_dossier(owner=nino, due_on=date(2026, 12, 10))
    person = born(followup, 1976, 11, 17)
    assert slips.collect(NOW) == "1 slips"
    slip = Slip.objects.get()
    assert (slip.customer, slip.source, slip.key) == (followup.customer, "birthday", f"{person.pk}:2026")
    assert (slip.reason, slip.speaks_on) == ("Birthday of Barbara Kessler: turns 50", TODAY)
    assert place(followup).due_on == TODAY


def test_collecting_again_changes_nothing_and_takes_sixteen_queries(nino, django_assert_num_queries):
    followup = make_dossier(owner=nino, due_on=FRIDAY)
    born(followup, 1976, 11, 17)
    slips.collect(NOW)
    before = list(FollowUp.objects.values())
    with django_assert_num_queries(
        16
    ):  # three for birthdays, five for purchases, one each for answers and ratings, six for tickets
        assert slips.collect(NOW + timedelta(hours=1)) == "0 slips"
    assert (list(FollowUp.objects.values()), Slip.objects.count()) == (before, 1)


def test_a_year_later_it_is_a_new_reason(nino):
    born(make_dossier(owner=nino), 1976, 11, 17)
    slips.collect(NOW)
    slips.collect(NOW.replace(year=2027))
    assert [slip.reason[-2:] for slip in Slip.objects.order_by("pk")] == ["50", "51"]


def test_without_a_year_no_age_is_named(nino):
    born(make_dossier(owner=nino), 1900, 11, 17)
    assert reasons() == ["Birthday of Barbara Kessler"]


def test_other_days_and_resting_dossiers_stay_silent(nino):
    born(make_dossier(owner=nino), 1976, 11, 18)
    born(make_dossier(owner=nino, rest_reason="business given up"), 1976, 11, 17)
    assert reasons() == []


@pytest.mark.django_db
def test_the_team_s_own_zone_says_which_day_it_is():
    late = datetime(2026, 11, 17, 22, 30, tzinfo=UTC)
    for zone in ("Europe/Berlin", "Asia/Tbilisi", "America/New_York"):
        owner = make_user(team=make_team(time_zone=zone))
        for birthday in (16, 17, 18):
            born(make_dossier(owner=owner), 1976, 11, birthday, name=f"{zone} {birthday}")
    assert sorted(d.reason for d in birthdays.find(late)) == [
        "Birthday of America/New_York 17: turns 50",
        "Birthday of Asia/Tbilisi 18: turns 50",
        "Birthday of Europe/Berlin 17: turns 50",
    ]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2027, 2, 28), ["turns 51", "turns 47"]),
        (date(2027, 3, 1), []),
        (date(2028, 2, 28), ["turns 52"]),
        (date(2028, 2, 29), ["turns 48"]),
    ],
)
def test_who_was_born_on_a_leap_day_is_not_forgotten(nino, day, said):
    born(make_dossier(owner=nino), 1976, 2, 28)
    born(make_dossier(owner=nino), 1980, 2, 29)
    now = datetime.combine(day, time(9), UTC)
    assert [reason.split(": ")[1] for reason in reasons(now)] == said


@pytest.mark.parametrize("number", [1, 5])
def test_birthdays_are_found_in_two_queries_however_many(nino, django_assert_num_queries, number):
    for _ in range(number):
        born(make_dossier(owner=nino), 1976, 11, 17)
    with django_assert_num_queries(2):
        assert len(reasons()) == number


def test_without_any_team_nothing_is_found(db):
    assert reasons() == []
