"""Nobody was reached: what is proposed, and that nothing but a press of somebody makes a date of it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from contacts.models import Entry
from followups.binder import Binder
from followups.dates import Tab
from followups.models import FollowUp
from followups.tries import liked_hours, missed, next_tries, read_try
from tests.factories import NOW, TODAY, make_dossier, make_entry

BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY, FRIDAY, SUNDAY = date(2026, 11, 17), date(2026, 11, 20), date(2026, 11, 22)


def proposed(owner, day, hour, *talks, minute=0):
    now = datetime(day.year, day.month, day.day, hour, minute, tzinfo=BERLIN)
    return [(each.key, str(each.label)) for each in next_tries(missed(talks), binder=Binder(owner, now=now))]


def said(hour, outcome="missed", day=TUESDAY):
    at = datetime(day.year, day.month, day.day, hour, tzinfo=BERLIN)
    return outcome, at


def test_later_today_and_tomorrow_at_another_hour(nino):
    assert proposed(nino, TUESDAY, 10, minute=3) == [
        ("try-2026-11-17-13", "Later today, 13:00"),
        ("try-2026-11-18-14", "Tomorrow, 14:00"),
    ]


def test_no_hour_is_proposed_that_was_tried(nino):
    tries = proposed(nino, TUESDAY, 11, said(14), said(10, day=TUESDAY - timedelta(1)))
    assert tries[:2] == [
        ("try-2026-11-17-13", "Later today, 13:00"),
        ("try-2026-11-18-16", "Tomorrow, 16:00"),
    ]
    tries = proposed(nino, TUESDAY, 11, said(13), said(14))
    assert tries[0] == ("try-2026-11-17-15", "Later today, 15:00")


@pytest.mark.parametrize("hour", [16, 17, 23])
def test_late_in_the_day_only_another_day_is_left(nino, hour):
    assert proposed(nino, TUESDAY, hour) == [("try-2026-11-18-10", "Tomorrow, 10:00")]


def test_before_work_the_first_hour_counts(nino):
    assert proposed(nino, TUESDAY, 5)[0] == ("try-2026-11-17-09", "Later today, 09:00")


def test_over_a_weekend_the_working_day_is_named(nino):
    assert proposed(nino, FRIDAY, 17) == [("try-2026-11-23-10", "Monday, 10:00")]
    assert proposed(nino, SUNDAY, 11) == [("try-2026-11-23-14", "Tomorrow, 14:00")]


@pytest.mark.parametrize(
    ("note", "first", "last"),
    [
        ("", 9, 17), ("direct line", 9, 17), ("after 14:00", 14, 17), ("before noon, direct line", 9, 11),
        ("late afternoon", 13, 17), ("vormittags", 9, 11), ("ab 11 Uhr, bis 15", 11, 14), ("after 8", 9, 17),
        ("after 20", 9, 17),
    ],
)  # fmt: skip
def test_a_note_of_the_best_time_leaves_these_hours(note, first, last):
    assert (liked_hours(note)[0], liked_hours(note)[-1]) == (first, last)


def test_the_best_time_is_kept_to(nino):
    now = datetime(2026, 11, 17, 9, tzinfo=BERLIN)
    tries = next_tries([], binder=Binder(nino, now=now), best_time="after 14:00")
    assert [str(each.label) for each in tries] == ["Later today, 14:00", "Tomorrow, 14:00"]


def test_the_third_try_proposes_a_letter_and_a_talk_in_between_counts_anew(nino):
    assert proposed(nino, TUESDAY, 16, said(9), said(14))[-1] == ("letter-2026-11-18", "A letter")
    assert len(proposed(nino, TUESDAY, 16, said(9))) == 1
    assert len(proposed(nino, TUESDAY, 16, said(9), said(14, "agreed"), said(10), said(11))) == 1


def test_when_every_hour_was_tried_the_first_is_as_good_as_any(nino):
    tries = proposed(nino, TUESDAY, 16, said(10), said(14), said(9))
    assert tries[0][0] == "try-2026-11-18-10"


@pytest.mark.parametrize(
    ("key", "meaning"),
    [
        ("try-2026-11-17-15", (Tab(TUESDAY, at=datetime(2026, 1, 1, 15).time()), "")),
        ("letter-2026-11-18", (Tab(date(2026, 11, 18)), "letter")),
        ("try-2026-11-16-15", None),
        ("try-2026-13-16-15", None),
        ("try-2026-11-18-25", None),
        ("1w", None),
        ("", None),
    ],
)
def test_a_key_says_a_tab_and_perhaps_how(key, meaning):
    assert read_try(key, today=TUESDAY) == meaning


@pytest.fixture
def followup(nino):
    with time_machine.travel(NOW, tick=False):
        yield make_dossier(owner=nino, name="Weingut Kessler")


def slip(**kw):
    return {
        "version": 1,
        "note": "",
        "outcome": "missed",
        "kind": "call",
        "tab": str(TODAY),
        "page": "board",
    } | kw


def test_the_slip_offers_them_and_presses_none(followup, nino, client_of):
    page = client_of(nino).get(reverse("followups:day", args=[nino.pk, TODAY])).content.decode()
    assert 'name="next" value="try-2026-11-17-13" data-key="2026-11-17 13:00"' in page
    assert page.count('name="next"') == 6
    assert 'data-button="File under Wed 18 Nov, 14:00"><' in page
    assert '<input type="hidden" name="named" value="">' in page


def test_without_a_date_nothing_is_filed(followup, nino, client_of):
    answer = client_of(nino).post(reverse("followups:file", args=[followup.pk]), slip())
    assert (answer.status_code, FollowUp.objects.get()) == (422, followup)


def test_a_try_is_named_and_filed_with_its_hour(followup, nino, client_of):
    url = reverse("followups:file", args=[followup.pk])
    fields = slip(next="try-2026-11-18-14")
    form = client_of(nino).post(url, fields).context["sheet"].form
    assert form.to.key == "2026-11-18 14:00"
    client_of(nino).post(url, fields | {"named": form.to.key})
    placed = FollowUp.objects.open().get()
    assert (placed.due_on, placed.at.hour, placed.kind) == (date(2026, 11, 18), 14, "call")


def test_a_letter_is_written_next_also_without_a_script(followup, nino, client_of):
    for hour in (9, 14):
        make_entry(customer=followup.customer, outcome="missed", happened_at=NOW.replace(hour=hour))
    client, url = client_of(nino), reverse("followups:file", args=[followup.pk])
    page = client.get(reverse("followups:day", args=[nino.pk, TODAY])).content.decode()
    assert 'value="letter-2026-11-18" data-key="2026-11-18"' in page
    assert 'data-kind="letter"' in page
    form = client.post(url, slip(next="letter-2026-11-18")).context["sheet"].form
    assert form["kind"].value() == "letter"
    again = slip(when=form["when"].value(), kind=form["kind"].value(), named=form.to.key)
    client.post(url, again)
    placed = FollowUp.objects.open().get()
    assert (placed.kind, placed.at, Entry.objects.latest("pk").outcome) == ("letter", None, "missed")


@pytest.mark.parametrize("notes", [1, 3])
def test_notes_between_the_tries_do_not_make_them_forgotten(followup, nino, client_of, notes):
    for hour in (9, 13):
        make_entry(customer=followup.customer, outcome="missed", happened_at=NOW.replace(hour=hour))
    for minute in range(notes):
        make_entry(customer=followup.customer, happened_at=NOW.replace(hour=12, minute=minute))
    page = client_of(nino).get(reverse("followups:day", args=[nino.pk, TODAY]))
    assert [at.hour for at in page.context["sheet"].missed] == [13, 9]


def test_a_talk_behind_notes_ends_the_tries(followup, nino, client_of):
    for outcome, hour in (("missed", 6), ("agreed", 7), ("missed", 8), ("", 9), ("", 10), ("", 11)):
        make_entry(customer=followup.customer, outcome=outcome, happened_at=NOW.replace(hour=hour))
    page = client_of(nino).get(reverse("followups:day", args=[nino.pk, TODAY]))
    assert [at.hour for at in page.context["sheet"].missed] == [8]
