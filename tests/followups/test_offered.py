"""Wherever a day is offered or written, one sees how full it is for the dossier's owner before one presses."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from crm.team.models import Share, Split, User
from followups.board import Board
from followups.dates import Tab
from followups.levelling import Backlog
from followups.models import FollowUp, Lot
from followups.sheet import open_sheet
from followups.tabs import day_tabs, move_tabs, tab_options
from tests.factories import NOW, TODAY, make_absence, make_dossier, make_slip

TOMORROW, SUNDAY, MONDAY = TODAY + timedelta(1), TODAY + timedelta(5), TODAY + timedelta(6)
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def place(nino):
    """Under today; tomorrow two lie, where there is room for three."""
    nino.own_capacity = 3
    nino.save()
    for _ in range(2):
        make_dossier(owner=nino, due_on=TOMORROW)
    return make_dossier(owner=nino, name="Kessler")


@pytest.fixture
def ticked(place, client_of, nino):
    """Post the ticked dossier to where somebody writes, as the page's form does."""

    def post(when, **more):
        fields = {"f": f"{place.pk}:{place.version}", "when": when, "aimed": "", "tab": str(TODAY)}
        return client_of(nino).post(reverse("followups:move"), fields | more)

    return post


def lies_on(place):
    return FollowUp.objects.open().get(customer=place.customer_id).due_on


# --- on the board


def test_a_month_says_how_many_lie_there(place, client_of, nino):
    make_dossier(owner=nino, due_on=TODAY.replace(year=2027, month=1, day=1), precision="month")
    url = reverse("followups:resolve", args=[place.pk])
    assert (
        "January tab</b> · <span>1 dossier</span>"
        in client_of(nino).get(url, {"when": "January"}).content.decode()
    )


def test_ticked_dossiers_go_nowhere_before_the_day_and_its_load_were_shown(place, ticked):
    answer = ticked("tomorrow")
    page = answer.content.decode()
    assert (answer.status_code, lies_on(place)) == (200, TODAY)
    assert ("Move to Wed 18 Nov" in page, "2 of 3 that day" in page) == (True, True)
    assert f'value="{place.pk}:1" form="ticks" checked>' in page
    assert ticked(str(TOMORROW), aimed=str(TOMORROW)).status_code == 302
    assert lies_on(place) == TOMORROW


def test_while_a_day_for_them_is_written_it_is_named(place, client_of, nino):
    url = reverse("followups:aim", args=[nino.pk, TODAY])
    page = client_of(nino).get(url, {"when": "tomorrow"}, headers=HTMX).content.decode()
    assert (f'name="aimed" value="{TOMORROW}"' in page, "2 of 3 that day" in page) == (True, True)
    assert "no date we know" in client_of(nino).get(url, {"when": "whenever"}).content.decode()
    assert 'name="aimed" value=""' in client_of(nino).get(url, {"when": ""}).content.decode()


def test_of_a_rest_day_the_next_working_day_is_offered_and_taken_at_once(place, ticked):
    page = ticked("Sunday").content.decode()
    assert "Take Mon 23 Nov, 0 of 3" in page
    ticked(str(SUNDAY), aimed=str(SUNDAY), instead=str(MONDAY))
    assert lies_on(place) == MONDAY


def test_what_is_wrong_with_the_day_stands_beside_it_and_the_ticks_stay(place, ticked):
    answer = ticked("whenever")
    assert (answer.status_code, "rb-ticks is-open" in answer.content.decode()) == (422, True)
    assert f'value="{place.pk}:1" form="ticks" checked>' in answer.content.decode()


def test_both_ways_out_of_what_was_left_behind_say_where_it_would_lie(place, client_of, nino):
    for days in (1, 2, 3, 4):
        make_dossier(owner=nino, due_on=TODAY - timedelta(days))
    page = " ".join(client_of(nino).get(f"/binder/{nino.pk}/{TODAY}/").content.decode().split())
    assert "<b>1 → 5</b> of 3 · over" in page
    assert "2 to Tue 17: <span" in page
    assert "1 to Wed 18: <span" in page
    assert page.count("→ 3</b> of 3 · just full") == 2


def test_they_are_spread_over_the_days_that_were_shown(place, client_of, nino):
    make_dossier(owner=nino, due_on=TODAY - timedelta(1), name="Late")
    [(slot, n)] = Backlog(Board(user=nino, owner=nino, tab=Tab(TODAY), now=NOW).binder, 1).slots
    client_of(nino).post(reverse("followups:spread", args=[nino.pk]))
    late = FollowUp.objects.open().get(customer__name="Late")
    assert (late.due_on, slot.before, n) == (slot.day, 1, 1)


def test_bringing_an_agreed_time_forward_names_the_day_and_its_load(place, client_of, nino):
    far = make_dossier(owner=nino, due_on=TODAY + timedelta(9), at=NOW.time())
    make_slip(customer=far.customer, speaks_on=TODAY)
    url = f"/binder/{nino.pk}/{far.due_on}/{far.customer_id}/"
    page = client_of(nino).get(url).content.decode()
    assert "Bring forward to Tue 17 Nov</button> <small>1 of 3 that day</small>" in page


def test_a_tab_of_the_dossiers_page_says_its_load_to_the_eye_too(place, nino):
    tabs = move_tabs(Board(user=nino, owner=nino, tab=Tab(TODAY), now=NOW))
    assert 'title="Move to Wednesday 18 November, 2 of 3"' in tabs


# --- a binder of which one has only a share


@pytest.fixture
def shared(place, nino, levan) -> Board:
    """Levan has one dossier of Nino's; the two of tomorrow are in other hands."""
    split = Split.objects.create(user=nino, absence=make_absence(user=nino))
    Lot.objects.create(share=Share.objects.create(split=split, user=levan), customer=place.customer)
    return Board(user=levan, owner=nino, tab=Tab(TODAY), now=NOW)


def test_a_share_promises_by_how_full_the_whole_day_is(shared, place):
    assert [tab.load for tab in shared.rail if tab.day == TOMORROW] == [0]
    assert "Wednesday 18 November · 2 of 3" in tab_options(shared, "")
    assert 'title="Move to Wednesday 18 November, 2 of 3"' in move_tabs(shared)
    assert f'href="{shared.url}{TOMORROW}/" data-load="2 of 3 that day"' in day_tabs(shared)
    tries = open_sheet(shared, place).tries
    assert {each.to.load for each in tries if each.to.tab.due_on == TOMORROW} == {2}


# --- elsewhere


def test_the_page_of_a_conflict_says_how_full_both_days_are(place, client_of, nino, levan):
    place.move(to=Tab(TOMORROW), by=levan, now=NOW)
    fields = {"f": f"{place.pk}:1", "when": "in 2 days", "tab": str(TODAY)}
    page = client_of(nino).post(reverse("followups:move"), fields).content.decode()
    assert "Wed 18 Nov <small>3 of 3 that day</small>" in page
    assert "Thu 19 Nov <small>0 of 3 that day</small>" in page


def new_dossier(owner: User, **more) -> dict:
    return {"name": "Fresh", "kind": "call", "next": "1d", "owner": owner.pk} | more


def test_for_a_colleagues_binder_his_days_are_shown_before_one_of_them_counts(place, client_of, lead, nino):
    client = client_of(lead)
    answer = client.post("/customers/new/", new_dossier(nino, whose=lead.pk))
    page = answer.content.decode()
    assert (answer.status_code, FollowUp.objects.filter(customer__name="Fresh").count()) == (200, 0)
    assert (f'name="whose" value="{nino.pk}"' in page, "We 18 · 2 of 3" in page) == (True, True)
    client.post("/customers/new/", new_dossier(nino, whose=nino.pk))
    assert FollowUp.objects.get(customer__name="Fresh").due_on == TOMORROW


def test_when_another_owner_is_chosen_his_days_come_at_once(place, client_of, lead, nino):
    by_owner = HTMX | {"HX-Trigger-Name": "owner"}
    fields = new_dossier(nino, next="")
    page = client_of(lead).get("/customers/new/", fields, headers=by_owner).content.decode()
    assert ('id="new-dates" hx-swap-oob="true"' in page, "We 18 · 2 of 3" in page) == (True, True)
    assert "Which day was agreed?" not in page
