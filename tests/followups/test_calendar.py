"""The private calendar address: who may read it, and what a second library reads in it."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
import vobject
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.mail.tokens import UNSUBSCRIBE, token_for
from crm.team.models import Share, Split
from followups.feed import CALENDAR, address_of, calendar_of
from followups.models import CalendarFeed, Lot
from tests.factories import NOW, TODAY, make_absence, make_dossier

BERLIN = ZoneInfo("Europe/Berlin")
TOMORROW = TODAY + timedelta(1)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def feed(nino):
    return CalendarFeed.renew(of=nino, now=NOW)


def path_of(feed):
    return address_of(feed).removeprefix("http://localhost:8000")


def read(user, now=NOW):
    """(summary, begin) of each entry, as the second library reads them."""
    found = vobject.readOne(calendar_of(user, now=now).decode())
    return [(event.summary.value, event.dtstart.value) for event in found.contents.get("vevent", [])]


def test_agreed_times_are_entries_and_the_rest_one_line_a_day(nino, levan):
    make_dossier(
        owner=nino, at="10:15", kind="visit", name="Weingut Kessler; Söhne, Oppenheim", person="Barbara Kessler",
        street="Rheinstraße 14", postcode="55276", town="Oppenheim", plan="a secret", phone="069 1234",
    )  # fmt: skip
    make_dossier(owner=nino, due_on=TOMORROW, at="09:00", name="ყველის სახლი")
    make_dossier(owner=nino, due_on=TOMORROW)
    make_dossier(owner=nino, due_on=TODAY - timedelta(3), at="08:00")
    make_dossier(owner=nino)
    make_dossier(owner=nino, due_on=TODAY.replace(day=1), precision="month")
    make_dossier(owner=nino, rest_reason="Closed")
    make_dossier(owner=levan, at="11:00")
    assert read(nino) == [
        (
            "Visit: Weingut Kessler; Söhne, Oppenheim, Barbara Kessler",
            datetime(2026, 11, 17, 10, 15, tzinfo=BERLIN),
        ),
        ("Call: ყველის სახლი", datetime(2026, 11, 18, 9, 0, tzinfo=BERLIN)),
        ("2 dossiers at any time", TODAY),
        ("1 dossier at any time", TOMORROW),
    ]
    text = calendar_of(nino, now=NOW).decode().replace("\r\n ", "")
    assert r"LOCATION:Rheinstraße 14\, 55276 Oppenheim" in text
    assert ("a secret" in text, "1234" in text) == (False, False)


def test_an_entry_has_an_end_and_one_name_for_as_long_as_the_dossier_lives(nino):
    place = make_dossier(owner=nino, at="10:15")
    make_dossier(owner=nino, due_on=TOMORROW)
    timed, day = vobject.readOne(calendar_of(nino, now=NOW).decode()).contents["vevent"]
    assert timed.dtend.value - timed.dtstart.value == timedelta(minutes=30)
    assert timed.uid.value == f"dossier-{place.customer_id}@localhost"
    assert timed.url.value.endswith(f"/binder/{nino.pk}/2026-11-17/{place.customer_id}/")
    assert (day.dtend.value, day.transp.value) == (TOMORROW + timedelta(1), "TRANSPARENT")


@pytest.mark.parametrize(
    ("day", "at", "in_utc"),
    [
        (date(2027, 3, 27), time(9, 0), datetime(2027, 3, 27, 8, 0, tzinfo=UTC)),
        (date(2027, 3, 28), time(2, 30), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),  # is not on any clock
        (date(2027, 3, 28), time(9, 0), datetime(2027, 3, 28, 7, 0, tzinfo=UTC)),
        (date(2027, 10, 31), time(2, 30), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),  # is twice: the first
        (date(2027, 10, 31), time(9, 0), datetime(2027, 10, 31, 8, 0, tzinfo=UTC)),
    ],
)
def test_times_are_right_on_both_days_when_clocks_change(nino, day, at, in_utc):
    make_dossier(owner=nino, due_on=day, at=at)
    assert read(nino, now=in_utc - timedelta(days=2))[0][1] == in_utc


def test_times_and_today_are_those_of_the_owners_zone(nino):
    nino.own_time_zone = "Asia/Tbilisi"
    nino.save()
    make_dossier(owner=nino, due_on=TODAY, at="10:15")
    assert read(nino)[0][1] == datetime(2026, 11, 17, 6, 15, tzinfo=UTC)
    late = datetime(2026, 11, 17, 21, 0, tzinfo=UTC)  # 01:00 of the 18th in Tbilisi
    assert read(nino, now=late) == [("1 dossier at any time", TOMORROW)]


def test_all_days_and_no_further_than_half_a_year(nino):
    make_dossier(owner=nino, due_on=TODAY + timedelta(180))
    make_dossier(owner=nino, due_on=TODAY + timedelta(181))
    assert [day for _words, day in read(nino)] == [TODAY + timedelta(180)]


def test_a_stand_in_reads_the_agreed_times_of_the_days_on_which_he_stands_in(nino, levan):
    make_absence(user=levan, stand_in=nino, ends_on=TOMORROW)
    for day in (TODAY, TOMORROW, TOMORROW + timedelta(1)):
        make_dossier(owner=levan, due_on=day, at="11:00", name="Castle Mead")
    make_dossier(owner=levan)
    told = ["Call: Castle Mead (for Levan)"] * 2
    assert [words for words, _begin in read(nino)] == told
    assert read(nino, now=NOW - timedelta(1)) == read(nino, now=NOW + timedelta(2)) == []


def test_of_a_split_binder_one_reads_ones_share(nino, levan, lead):
    absence = make_absence(user=levan)
    split = Split.objects.create(user=levan, absence=absence)
    share = Share.objects.create(split=split, user=nino)
    Share.objects.create(split=split, user=lead, keeps_rest=True)
    mine, _rest = (make_dossier(owner=levan, at="11:00", name=name).customer for name in ("Mine", "Rest"))
    Lot.objects.create(share=share, customer=mine)
    assert [words for words, _begin in read(nino)] == ["Call: Mine (for Levan)"]
    assert [words for words, _begin in read(lead)] == ["Call: Rest (for Levan)"]


def test_it_asks_the_database_as_often_for_thirty_as_for_one(nino):
    make_dossier(owner=nino, at="10:00", person="Barbara Kessler")
    for number in (2, 3):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            calendar_of(nino, now=NOW)
        assert len(queries) == 3
        for _ in range(10 * number):
            make_dossier(owner=nino, at="10:00", person="Barbara Kessler")
            make_dossier(owner=nino, due_on=TOMORROW)


def test_the_address_needs_no_login_and_is_kept_nowhere(feed):
    response = Client().get(path_of(feed))
    assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert not response.cookies
    assert Client().post(path_of(feed)).status_code == 405


def test_whoever_left_is_read_no_more(feed, nino):
    nino.is_active = False
    nino.save()
    assert Client().get(path_of(feed)).status_code == 404


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1] + "_", lambda t: t[1:], lambda t: "x", lambda t: t + "~"]
)
def test_an_address_that_was_not_made_here_is_unknown(feed, change):
    path = path_of(feed)
    token = path.removeprefix("/cal/").removesuffix(".ics")
    assert Client().get(path.replace(token, change(token))).status_code == 404


def test_a_token_for_something_else_opens_nothing(feed):
    assert Client().get(f"/cal/{token_for(feed.public_id, purpose=UNSUBSCRIBE)}.ics").status_code == 404
    assert Client().get(f"/u/{token_for(feed.public_id, purpose=CALENDAR)}/").status_code == 404


def test_it_is_not_read_more_than_thirty_times_a_minute(feed):
    answers = [Client().get(path_of(feed)).status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]


def test_one_makes_replaces_and_gives_up_ones_address(client_of, nino, levan):
    page = client_of(nino)
    assert "Make an address" in page.get("/settings/calendar/").content.decode()
    assert page.post("/settings/calendar/new/").url == "/settings/calendar/"
    first = path_of(nino.calendar_feed)
    assert first in page.get("/settings/calendar/").content.decode()
    page.post("/settings/calendar/new/")
    second = path_of(CalendarFeed.objects.get(user=nino))
    assert (Client().get(first).status_code, Client().get(second).status_code) == (404, 200)
    client_of(levan).post("/settings/calendar/end/")
    assert Client().get(second).status_code == 200
    page.post("/settings/calendar/end/")
    assert Client().get(second).status_code == 404
    assert page.get("/settings/calendar/end/").status_code == 405


def test_nobody_sees_the_address_of_somebody_else(client_of, feed, levan):
    assert path_of(feed) not in client_of(levan).get("/settings/calendar/").content.decode()
