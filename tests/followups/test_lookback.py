"""The look back at a day, a week and a month; and what everybody left behind, evening by evening."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.team.models import User
from followups.actions import file_dossier
from followups.counting import count_all
from followups.dates import Tab
from followups.lookback import LookBack
from followups.models import FollowUp, LeftBehind
from followups.periods import Period
from tests.factories import NOW, TODAY, make_absence, make_dossier, make_user

BEFORE = NOW - timedelta(days=9)
TOMORROW = TODAY + timedelta(1)
MONDAY = TODAY - timedelta(1)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


def lay(owner, day=TODAY, **kw):
    """A dossier that has lain there for days."""
    return make_dossier(owner=owner, due_on=day, opened_at=BEFORE, opened_by=owner, **kw)


def talk(place, *, to=TOMORROW, at=NOW, outcome="agreed", by=None):
    return file_dossier(followup=place, to=Tab(to), by=by or place.owner, now=at, outcome=outcome)


def move(place, *, to=TOMORROW, at=NOW):
    return place.move(to=Tab(to), by=place.owner, now=at)


def back(user, slug="2026-11-17", *, now=NOW):
    return LookBack(user, Period.from_slug(slug), now=now)


def counts(days):
    return (days.planned, days.done, days.missed, days.moved, days.stayed)


def test_a_day_is_counted_from_where_the_dossiers_lay(nino):
    places = [lay(nino) for _ in range(5)]
    lay(nino, TODAY - timedelta(2))  # left behind: it lay on the board, too
    lay(nino, TOMORROW)
    talk(places[0])
    talk(places[1], outcome="missed")
    move(places[2])
    assert counts(back(nino).days) == (6, 1, 1, 1, 3)
    assert back(nino).days.behind == 1


def test_the_page_says_how_many_had_been_left_behind(nino, client_of):
    lay(nino, TODAY - timedelta(2))
    page = client_of(nino).get(f"/binder/{nino.pk}/back/{TODAY}/").content.decode()
    assert "planned, 1 of them left behind" in page


def test_what_was_put_under_today_in_the_course_of_it_was_not_planned(nino):
    make_dossier(owner=nino, opened_by=nino)
    talk(make_dossier(owner=nino, opened_by=nino))
    make_dossier(owner=nino, opened_at=NOW.replace(hour=1), opened_by=None)  # dealt out before the morning
    assert counts(back(nino).days) == (1, 1, 0, 0, 1)


def test_the_evening_belongs_to_the_day_of_the_owner(nino):
    """23:30 in Berlin is still that day, 00:30 is not."""
    talk(lay(nino), at=datetime(2026, 11, 17, 22, 30, tzinfo=UTC))
    talk(lay(nino), at=datetime(2026, 11, 17, 23, 30, tzinfo=UTC))
    days = back(nino, now=NOW + timedelta(1)).days
    assert (days.done, days.stayed) == (1, 1)


def test_results_and_new_dates_are_told(nino):
    for outcome, to in (("agreed", TOMORROW), ("agreed", TOMORROW), ("refused", TODAY + timedelta(90))):
        talk(lay(nino), outcome=outcome, to=to)
    days = back(nino).days
    assert days.results == [("Agreed", 2), ("No interest", 1)]
    assert [(tab.due_on, n) for tab, n in days.new_dates] == [(TOMORROW, 2), (TODAY + timedelta(90), 1)]


def test_the_third_move_in_a_row_is_named_and_a_talk_begins_anew(nino):
    often, spoken = lay(nino, name="Often"), lay(nino, name="Spoken")
    for n in range(3, 0, -1):
        often = move(often, to=TODAY, at=NOW - timedelta(days=n))
    spoken = move(spoken, to=TODAY, at=NOW - timedelta(days=2))
    spoken = talk(spoken, to=TODAY, at=NOW - timedelta(days=1))
    move(often), move(spoken)
    found = back(nino)
    assert [(put.name, put.streak, put.hides_a_no) for put in found.moved] == [
        ("Often", 4, True),
        ("Spoken", 1, False),
    ]
    assert [put.name for put in found.hidden] == ["Often"]


def test_not_reached_is_no_talk(nino):
    place = lay(nino)
    for n in range(4, 2, -1):
        place = move(place, to=TODAY, at=NOW - timedelta(days=n))
    place = talk(place, to=TODAY, outcome="missed", at=NOW - timedelta(days=1))
    move(place)
    assert [put.streak for put in back(nino).moved] == [3]


def test_the_streak_is_that_of_the_day_looked_at(nino):
    place = lay(nino)
    for n in range(3, -1, -1):
        place = move(place, to=TODAY, at=NOW - timedelta(days=n))
    day = TODAY - timedelta(2)
    assert [put.streak for put in back(nino, day.isoformat()).moved] == [2]


def test_promises_for_the_next_working_day(nino):
    lay(nino, TOMORROW, at="10:00", name="Early")
    lay(nino, TOMORROW, name="Any time")
    found = back(nino)
    assert (found.promised_on, [place.customer.name for place in found.promises]) == (
        TOMORROW,
        ["Early", "Any time"],
    )
    friday = LookBack(nino, Period.from_slug("2026-11-20"), now=NOW + timedelta(3))
    assert friday.promised_on == date(2026, 11, 23)


def test_work_for_others_is_told_apart(nino, levan):
    make_absence(user=nino, stand_in=levan)
    talk(lay(nino), by=levan)
    assert back(levan).for_others == [("Nino Beridze", 1)]
    assert (back(levan).days.done, back(nino).days.done, back(nino).for_others) == (0, 1, [])


def test_a_week_is_told_day_by_day(nino):
    for n in range(3):
        talk(lay(nino, MONDAY), at=NOW - timedelta(1 if n else 0))
    days = back(nino, "2026-W47").days
    assert [(t.day, t.planned, t.done, t.stayed) for t in days.shown] == [(MONDAY, 3, 2, 1), (TODAY, 1, 1, 0)]
    assert (days.done, days.stayed) == (3, 0)


def test_rest_days_are_told_only_if_something_was_done(nino):
    saturday = NOW - timedelta(3)
    assert date(2026, 11, 14) not in [t.day for t in back(nino, "2026-11").days.shown]
    talk(lay(nino), at=saturday)
    assert date(2026, 11, 14) in [t.day for t in back(nino, "2026-11").days.shown]


@pytest.mark.parametrize(
    ("slug", "first", "last", "following"),
    [
        ("2026-11-30", date(2026, 11, 30), date(2026, 11, 30), "2026-12-01"),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 3), "2027-W01"),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29), "2028-03"),
    ],
)
def test_periods(slug, first, last, following):
    period = Period.from_slug(slug)
    assert (period.first, period.last, period.slug, period.next.slug) == (first, last, slug, following)
    assert period.next.previous == period


@pytest.mark.parametrize("slug", ["2026-13", "2026-W54", "2026-11-31", "today", "2026-W4", "20261117", ""])
def test_what_is_no_period_is_none(slug):
    with pytest.raises(ValueError, match=r".*"):
        Period.from_slug(slug)


@pytest.mark.parametrize("slug", [TODAY.isoformat(), "2026-W47", "2026-11"])
def test_the_pages_cost_the_same_queries_however_much_was_done(client_of, lead, nino, slug):
    def work():
        for place in (lay(nino), lay(nino)):
            move(move(place, to=TODAY))
        talk(lay(nino))
        lay(nino, TOMORROW)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            for url in (f"/binder/{nino.pk}/back/{slug}/", f"/binder/back/{slug}/"):
                assert client.get(url).status_code == 200
        return len(asked)

    client = client_of(lead)
    work()
    few = queries()
    for _ in range(5):
        work()
        make_user(team=nino.team)
    assert queries() == few


def test_the_page_says_all_of_it(client_of, nino):
    place = lay(nino, name="Kessler")
    for n in range(3, 0, -1):
        place = move(place, to=TODAY, at=NOW - timedelta(days=n))
    move(place)
    talk(lay(nino, name="Anker"), outcome="missed")
    lay(nino, TOMORROW, name="Rebstock", at="09:30")
    LeftBehind.objects.create(user=nino, day=MONDAY, number=4)
    page = client_of(nino).get(f"/binder/{nino.pk}/back/{TODAY}/").content.decode()
    for words in ("0 done, 0 still to do", "move 4 in a row", "Anker", "Promised for Wednesday 18 November", "09:30",
                  "often hides a no", "<b>4</b> on the last evening"):  # fmt: skip
        assert words in page


def test_each_sees_his_own_and_a_lead_all(client_of, nino, levan, lead, stranger):
    url = f"/binder/{nino.pk}/back/{TODAY}/"
    assert [client_of(who).get(url).status_code for who in (nino, lead, levan, stranger)] == [
        200,
        200,
        403,
        404,
    ]
    assert [client_of(who).get("/binder/back/2026-11/").status_code for who in (lead, nino)] == [200, 403]
    assert client_of(nino).get("/binder/back/").url == url
    assert client_of(nino).get(f"/binder/{nino.pk}/back/nonsense/").status_code == 404
    assert client_of(nino).post(url).status_code == 405


def test_the_team_stands_side_by_side(client_of, lead, nino, levan):
    talk(lay(nino))
    move(lay(levan))
    response = client_of(lead).get(f"/binder/back/{TODAY}/")
    rows = {row.user: (row.days.done, row.days.moved) for row in response.context["back"].rows}
    assert rows == {nino: (1, 0), levan: (0, 1), lead: (0, 0)}
    assert "<b>1</b> done, 0 not reached, 1 moved" in response.content.decode()


def test_a_period_to_come_is_empty_and_there_is_no_next_one(client_of, nino):
    response = client_of(nino).get(f"/binder/{nino.pk}/back/{TOMORROW}/")
    assert (response.status_code, response.context["next"]) == (200, None)


def test_the_board_leads_there_at_the_end_of_the_day(client_of, nino):
    talk(lay(nino))
    page = client_of(nino).get(f"/binder/{nino.pk}/{TODAY}/").content.decode()
    assert page.count(f'href="/binder/{nino.pk}/back/{TODAY}/"') == 3
    for path in ("/binder/open/", "/team/"):
        assert 'href="/binder/back/"' in client_of(nino).get(path).content.decode()


# --- left behind, each evening


def counted(user):
    return dict(LeftBehind.objects.filter(user=user).values_list("day", "number"))


def test_each_evening_is_counted_once(nino):
    lay(nino, MONDAY)
    lay(nino, MONDAY - timedelta(3))
    lay(nino)
    count_all(NOW)
    assert counted(nino)[MONDAY] == 2
    assert TODAY not in counted(nino)
    FollowUp.objects.all().delete()
    count_all(NOW + timedelta(hours=1))
    assert counted(nino)[MONDAY] == 2
    assert count_all(NOW + timedelta(hours=1)) == "0 counted"


def test_evenings_on_which_nothing_ran_are_read_from_where_it_lay(nino):
    LeftBehind.objects.create(user=nino, day=TODAY - timedelta(4), number=7)
    talk(lay(nino, TODAY - timedelta(5)), at=NOW - timedelta(2))
    count_all(NOW)
    days = [TODAY - timedelta(n) for n in (4, 3, 2, 1)]
    assert [counted(nino)[day] for day in days] == [7, 1, 0, 0]


def test_midnight_is_that_of_each(nino, levan):
    User.objects.filter(pk=levan.pk).update(own_time_zone="Asia/Tokyo")
    late = datetime(2026, 11, 17, 16, tzinfo=UTC)  # 01:00 of the 18th in Tokyo
    count_all(late)
    assert (TODAY in counted(levan), TODAY in counted(nino)) == (True, False)


def test_months_and_the_cabinet_are_not_left_behind(nino):
    lay(nino, TODAY.replace(day=1), precision="month")
    make_dossier(owner=nino, rest_reason="Closed", opened_at=BEFORE)
    count_all(NOW)
    assert set(counted(nino).values()) == {0}


def test_the_trend_ends_with_the_period(nino):
    for n in range(40):
        LeftBehind.objects.create(user=nino, day=TODAY - timedelta(n), number=n)
    assert [n for _day, n in back(nino, "2026-11-10").trend.points] == list(range(36, 6, -1))
    assert len(back(nino).trend.columns) == 30


def test_of_several_days_only_what_happened_again_is_named(nino):
    once, again = lay(nino, name="Once"), lay(nino, name="Again")
    for n in (2, 1):
        again = talk(again, to=TODAY, outcome="missed", at=NOW - timedelta(days=n))
    move(once)
    found = back(nino, "2026-11")
    assert [put.name for put in found.missed] == ["Again"]
    assert (found.moved, found.days.moved) == ([], 1)
    assert [(tab.slug, n) for tab, n in found.days.new_dates] == [("2026-11", 2)]
