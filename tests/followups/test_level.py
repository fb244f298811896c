"""Relieving a day that is too full, dealing out a month on its page, and taking it back."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import Entry
from followups.binder import Binder
from followups.levelling import Levelling
from followups.models import FollowUp
from tests.factories import NOW, TODAY, make_dossier, make_slip

FRIDAY = TODAY + timedelta(3)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def full(nino):
    """Friday with five dossiers, where there is room for three; one has an agreed time, one a slip."""
    nino.own_capacity = 3
    nino.save()
    names = ("Anton", "Berta", "Cäsar", "Dora", "Emil")
    places = {name: make_dossier(owner=nino, due_on=FRIDAY, name=name) for name in names}
    FollowUp.objects.filter(pk=places["Emil"].pk).update(at="10:00")
    make_slip(customer=places["Dora"].customer, speaks_on=FRIDAY)
    return places


def level_url(owner, day=FRIDAY):
    return reverse("followups:move_some", args=[owner.pk, day.isoformat()])


def names_on(owner, day):
    return sorted(FollowUp.objects.of(owner).open().due(on=day).values_list("customer__name", flat=True))


def test_as_many_as_are_too_many_are_proposed_but_none_that_is_counted_on(full, nino):
    levelling = Levelling(Binder(nino, now=NOW), FRIDAY)
    assert [place.customer.name for place in levelling.leaving] == ["Berta", "Cäsar"]
    assert [pick.followup.customer.name for pick in levelling.picks if pick.is_fixed] == ["Emil", "Dora"]


def test_each_day_says_how_full_it_would_be(full, nino):
    make_dossier(owner=nino, due_on=TODAY)
    slots = Levelling(Binder(nino, now=NOW), FRIDAY).slots
    assert [(slot.day, slot.before, slot.after) for slot in slots[:2]] == [
        (TODAY, 1, 3),
        (TODAY + timedelta(1), 0, 2),
    ]
    assert FRIDAY not in [slot.day for slot in slots]
    assert (slots[0].is_full, slots[0].is_over) == (True, False)


def test_the_page_proposes_and_says_what_it_would_mean(full, nino, client_of):
    page = client_of(nino).get(level_url(nino)).content.decode()
    assert "room for 3, 2 too many" in page
    assert page.count(" checked") == 3  # two dossiers, and "spread"
    assert "Move 2 dossiers" in page
    assert "1 to Wed 18, 1 to Thu 19" in page


def test_what_is_ticked_counts_even_if_it_is_nothing(full, nino, client_of):
    page = client_of(nino).get(level_url(nino), {"chosen": "1"}).content.decode()
    assert "Tick what shall leave this day." in page
    assert page.count(" checked") == 1


def test_they_are_spread_with_a_note_and_taken_back(full, nino, client_of):
    client = client_of(nino)
    chosen = [full["Berta"].pk, full["Cäsar"].pk]
    answer = client.post(
        level_url(nino), {"chosen": "1", "f": chosen, "to": "spread", "note": "Friday was full"}
    )
    assert answer.url == reverse("followups:day", args=[nino.pk, FRIDAY.isoformat()])
    days = [TODAY + timedelta(n) for n in range(3)]  # of today nobody knows how much is left
    assert [names_on(nino, day) for day in days] == [[], ["Berta"], ["Cäsar"]]
    assert list(Entry.objects.values_list("text", "author", "next_on").order_by("pk")) == [
        ("Friday was full", nino.pk, days[1]),
        ("Friday was full", nino.pk, days[2]),
    ]
    page = client.get(answer.url).content.decode()
    assert "2 dossiers moved, each under its own day, from Wed 18 Nov to Thu 19 Nov" in page
    client.post(reverse("followups:take_back"), {"at": NOW.isoformat(), "back": answer.url})
    assert names_on(nino, FRIDAY) == ["Anton", "Berta", "Cäsar", "Dora", "Emil"]
    assert not Entry.objects.exists()


def test_they_go_to_one_day_if_that_was_chosen(full, nino, client_of):
    data = {"chosen": "1", "f": [full["Anton"].pk], "to": (TODAY + timedelta(1)).isoformat()}
    client_of(nino).post(level_url(nino), data)
    assert names_on(nino, TODAY + timedelta(1)) == ["Anton"]
    assert not Entry.objects.exists()


def test_a_colleague_was_quicker_with_one(full, nino, lead, client_of):
    full["Anton"].move(to=full["Anton"].tab, by=lead, now=NOW)
    data = {"chosen": "1", "f": [full["Anton"].pk, full["Berta"].pk], "to": "spread"}
    client_of(nino).post(level_url(nino), data)
    assert names_on(nino, TODAY + timedelta(1)) == ["Berta"]


def test_without_a_tick_nothing_moves_and_the_page_says_so(full, nino, client_of):
    answer = client_of(nino).post(level_url(nino), {"chosen": "1", "to": "spread"})
    assert (answer.status_code, names_on(nino, FRIDAY)) == (422, ["Anton", "Berta", "Cäsar", "Dora", "Emil"])


@pytest.mark.parametrize("tab", ["2026-12", "cabinet", "nonsense"])
def test_only_a_day_is_relieved(nino, client_of, tab):
    assert client_of(nino).get(reverse("followups:move_some", args=[nino.pk, tab])).status_code == 404


def test_a_strangers_day_is_not_there(full, nino, stranger, client_of):
    assert client_of(stranger).get(level_url(nino)).status_code == 404
    assert client_of(stranger).post(level_url(nino), {"f": [full["Anton"].pk]}).status_code == 404


def test_the_same_number_of_queries_however_many_lie_there(nino, client_of):
    counts = []
    for _ in range(2):
        for _ in range(6):
            make_dossier(owner=nino, due_on=FRIDAY, person="Barbara Kessler")
        client = client_of(nino)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(level_url(nino))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_was_left_behind_is_spread_over_days_with_room(nino, client_of):
    nino.own_capacity = 2
    nino.save()
    for n in range(4):
        make_dossier(owner=nino, due_on=TODAY - timedelta(n + 1), name=f"Left {n}")
    make_dossier(owner=nino, due_on=TODAY, name="Today")
    answer = client_of(nino).post(reverse("followups:spread", args=[nino.pk]))
    assert answer.status_code == 302
    days = FollowUp.objects.of(nino).open().order_by("due_on").values_list("due_on", flat=True)
    assert [(day - TODAY).days for day in days] == [0, 0, 1, 1, 2]


def test_what_was_spread_is_taken_back_from_the_board(nino, client_of):
    place = make_dossier(owner=nino, due_on=TODAY - timedelta(1))
    client = client_of(nino)
    board = client.post(reverse("followups:spread", args=[nino.pk]), follow=True)
    back = re.search(
        r'name="at" value="([^"]+)"><input type="hidden" name="back" value="([^"]+)"', board.content.decode()
    )
    answer = client.post(reverse("followups:take_back"), {"at": back[1], "back": back[2]}, follow=True)
    assert (answer.status_code, answer.redirect_chain[-1][0]) == (
        200,
        reverse("followups:day", args=[nino.pk, TODAY]),
    )
    assert FollowUp.objects.open().get(customer=place.customer).due_on == TODAY - timedelta(1)


def test_all_left_behind_comes_under_today_also_what_is_not_shown_and_goes_back(nino, client_of, monkeypatch):
    monkeypatch.setattr("followups.board.BEHIND_SHOWN", 2)
    places = [make_dossier(owner=nino, due_on=TODAY - timedelta(n)) for n in (1, 2, 3)]
    client, spread = client_of(nino), reverse("followups:spread", args=[nino.pk])
    page = client.get(reverse("followups:day", args=[nino.pk, TODAY])).content.decode()
    assert "Bring all 3 under today" in page
    answer = client.post(spread, {"to": "today"}, follow=True)
    assert "3 dossiers moved to " in answer.content.decode()
    assert FollowUp.objects.open().due(on=TODAY).count() == 3
    client.post(reverse("followups:take_back"), {"at": NOW.isoformat(), "back": "/binder/"})
    assert [*FollowUp.objects.open().order_by("-due_on")] == places


def test_of_a_day_off_all_may_leave(nino):
    for _ in range(3):
        make_dossier(owner=nino, due_on=TODAY + timedelta(1))
    nino.take_off(TODAY + timedelta(1), TODAY + timedelta(1))
    level = Levelling(Binder(nino, now=NOW), TODAY + timedelta(1))
    assert (level.capacity, level.too_many, len(level.leaving)) == (0, 3, 3)


JANUARY = "2027-01"


def deal_url(owner):
    return reverse("followups:deal", args=[owner.pk, JANUARY])


@pytest.fixture
def january(nino):
    names = ("Anton", "Berta")
    first = date(2027, 1, 1)
    return [make_dossier(owner=nino, due_on=first, precision="month", name=name) for name in names]


def test_a_month_is_seen_before_it_is_dealt_out(january, nino, client_of):
    page = client_of(nino).get(deal_url(nino)).content.decode()
    assert "2 dossiers lie behind the month as a whole." in page
    assert "On Monday 4 January this is done by itself." in page
    assert '<option value="2027-01-04" selected>Mon 4 Jan · 1 of 16</option>' in page
    assert '<option value="2027-01-06">Wed 6 Jan · 0 of 16</option>' in page


def test_a_part_of_the_month_that_was_named_is_said(nino, client_of):
    make_dossier(owner=nino, due_on=date(2027, 1, 1), precision="month", hint="half_2", plan="600 boxes")
    assert "<b>second half of January</b> · 600 boxes" in client_of(nino).get(deal_url(nino)).content.decode()


def test_a_look_at_other_days_shows_how_full_they_would_be_and_moves_nothing(january, nino, client_of):
    anton, berta = january
    days = {f"day-{anton.pk}": "2027-01-07", f"day-{berta.pk}": "2027-01-07"}
    answer = client_of(nino).post(deal_url(nino), days | {"look": "1"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count('<option value="2027-01-07" selected>Thu 7 Jan · 2 of 16</option>') == 2
    assert FollowUp.objects.of(nino).open().filter(precision="month").count() == 2


def test_days_chosen_stay_when_one_of_them_cannot_be_read(january, nino, client_of):
    anton, berta = january
    days = {f"day-{anton.pk}": "2027-01-07", f"day-{berta.pk}": "whenever"}
    answer = client_of(nino).post(deal_url(nino), days)
    assert answer.status_code == 422
    assert '<option value="2027-01-07" selected>' in answer.content.decode()


def test_a_month_of_very_many_can_be_dealt_out_by_hand(january, nino, client_of):
    fields = {f"day-{n}": "2027-01-07" for n in range(10**6, 10**6 + 1500)}
    assert client_of(nino).post(deal_url(nino), fields).status_code == 302


def test_a_month_is_dealt_out_with_a_day_changed_and_taken_back(january, nino, client_of):
    client = client_of(nino)
    answer = client.post(deal_url(nino), {f"day-{january[0].pk}": "2027-01-29"})
    assert answer.url == deal_url(nino)
    assert names_on(nino, date(2027, 1, 29)) == ["Anton"]
    assert names_on(nino, date(2027, 1, 4)) == ["Berta"]
    page = client.get(deal_url(nino)).content.decode()
    assert "2 were dealt out, and lie there still" in page
    client.post(reverse("followups:take_back"), {"at": NOW.isoformat(), "back": deal_url(nino)})
    assert FollowUp.objects.of(nino).open().filter(precision="month").count() == 2


def test_a_day_outside_of_the_month_is_not_taken(january, nino, client_of):
    client_of(nino).post(deal_url(nino), {f"day-{january[0].pk}": "2027-02-01"})
    assert names_on(nino, date(2027, 1, 4)) == ["Anton"]


def test_a_day_that_is_no_day_deals_nothing_out(january, nino, client_of):
    answer = client_of(nino).post(deal_url(nino), {f"day-{january[0].pk}": "soon"})
    assert (answer.status_code, FollowUp.objects.filter(precision="month").count()) == (422, 2)


def test_the_tab_of_the_month_leads_there(january, nino, client_of):
    page = client_of(nino).get(reverse("followups:day", args=[nino.pk, JANUARY])).content.decode()
    assert deal_url(nino) in page


def test_nobody_is_led_to_another_host(nino, client_of):
    answer = client_of(nino).post(reverse("followups:take_back"), {"back": "https://elsewhere.example/"})
    assert answer.url == reverse("followups:today")


@pytest.mark.parametrize(("days", "leaving"), [(3, {"Anton", "Berta"}), (20, {"Berta", "Cäsar"})])
def test_what_speaks_up_before_the_last_day_offered_stays(nino, full, days, leaving):
    """As an offer that ends: behind its end the dossier would come too late."""
    make_slip(customer=full["Cäsar"].customer, speaks_on=FRIDAY + timedelta(days))
    assert {place.customer.name for place in Levelling(Binder(nino, now=NOW), FRIDAY).leaving} == leaving
