"""A month has come: what lies behind its tab is dealt out to its days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from followups.binder import Binder
from followups.dealing import Deal, deal_out, deal_out_all
from followups.levelling import evenly
from followups.models import FollowUp
from tests.factories import make_dossier

JULY = date(2027, 7, 1)  # a Thursday
FIRST = datetime(2027, 7, 1, 6, tzinfo=UTC)


def in_july(owner, **kw):
    return make_dossier(owner=owner, due_on=JULY, precision="month", **kw)


def days_of(owner):
    return sorted(FollowUp.objects.of(owner).open().filter(precision="day").values_list("due_on", flat=True))


def test_evenly_fills_the_emptiest_first_and_the_earlier_of_equals():
    days = [date(2027, 7, n) for n in (1, 2, 5)]
    assert evenly(4, days, loads={days[0]: 2, days[2]: 1}, capacity=lambda day: 4) == [
        *days[:1],
        *days[1:2] * 2,
        days[2],
    ]
    assert evenly(3, [], loads={}, capacity=lambda day: 4) == []


def test_a_month_is_dealt_out_evenly_and_never_onto_rest_days(nino):
    for _ in range(44):
        in_july(nino)
    moved = deal_out(Deal(Binder(nino, now=FIRST), JULY), by=nino, now=FIRST)
    days = days_of(nino)
    assert (len(moved.placed), len(days)) == (44, 44)
    assert {days.count(day) for day in days} == {2}
    assert all(nino.calendar.is_working(day) and day.month == 7 for day in days)


@pytest.mark.parametrize(
    ("hint", "first", "last"),
    [("early", 1, 10), ("middle", 11, 20), ("late", 21, 31), ("half_1", 1, 15), ("half_2", 16, 31)],
)
def test_a_hint_is_kept(nino, hint, first, last):
    for _ in range(12):
        in_july(nino, hint=hint)
    deal_out(Deal(Binder(nino, now=FIRST), JULY), by=nino, now=FIRST)
    assert {first <= day.day <= last for day in days_of(nino)} == {True}


def test_an_early_hint_that_has_passed_goes_to_the_next_day(nino):
    in_july(nino, hint="early")
    late = FIRST + timedelta(days=14)
    deal_out(Deal(Binder(nino, now=late), JULY), by=nino, now=late)
    assert days_of(nino) == [date(2027, 7, 15)]


def test_full_days_are_left_alone_while_others_have_room(nino):
    nino.own_capacity = 2
    nino.save()
    for _ in range(2):
        make_dossier(owner=nino, due_on=JULY)
    for _ in range(5):
        in_july(nino)
    deal_out(Deal(Binder(nino, now=FIRST), JULY), by=nino, now=FIRST)
    assert days_of(nino).count(JULY) == 2


def test_a_day_that_was_chosen_stays_chosen(nino):
    chosen, other = in_july(nino), in_july(nino)
    deal = Deal(Binder(nino, now=FIRST), JULY, wanted={chosen.pk: date(2027, 7, 30)})
    assert deal.plan == {chosen.pk: date(2027, 7, 30), other.pk: JULY}


def test_the_job_deals_each_month_out_once_on_its_first_working_day(nino):
    sunday = date(2027, 8, 1)
    make_dossier(owner=nino, due_on=sunday, precision="month")
    at = datetime(2027, 8, 1, 6, tzinfo=UTC)
    assert deal_out_all(at) == "0 dealt out"
    assert deal_out_all(at + timedelta(days=1)) == "1 dealt out"
    assert deal_out_all(at + timedelta(days=1, hours=1)) == "0 dealt out"
    assert days_of(nino) == [date(2027, 8, 2)]
    assert FollowUp.objects.of(nino).open().dealt_from(sunday).count() == 1


def test_what_the_job_missed_is_dealt_out_later_by_the_days_that_are_left(nino):
    in_july(nino)
    make_dossier(owner=nino, due_on=date(2027, 6, 1), precision="month")
    assert deal_out_all(datetime(2027, 7, 29, 6, tzinfo=UTC)) == "2 dealt out"
    assert days_of(nino) == [date(2027, 7, 29), date(2027, 7, 30)]


def test_nothing_is_dealt_out_before_its_month_has_begun_where_its_owner_is(nino):
    nino.own_time_zone = "America/Los_Angeles"
    nino.save()
    in_july(nino)
    assert deal_out_all(FIRST) == "0 dealt out"  # there it is still 30 June
    assert deal_out_all(FIRST + timedelta(hours=3)) == "1 dealt out"


def test_a_team_that_never_works_finds_them_on_the_first_day_after_the_month(nino):
    nino.own_working_days = ""
    nino.team.working_days = ""
    nino.team.save()
    in_july(nino)
    assert deal_out_all(FIRST) == "1 dealt out"
    assert days_of(nino) == [date(2027, 8, 1)]
