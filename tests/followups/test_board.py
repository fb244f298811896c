from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from crm.team.models import Team
from followups.board import Board, Gauge
from followups.dates import Tab
from followups.dealing import deal_out_all
from followups.sheet import open_sheet
from tests.factories import (
    NOW,
    TODAY,
    make_absence,
    make_dossier,
    make_entry,
    make_purchase,
    make_slip,
    make_user,
)


def day_url(owner, day=None):
    return reverse("followups:day", args=[owner.pk, (day or owner.today()).isoformat()])


def dossier_url(followup, tab=None):
    tab = tab or followup.tab.slug
    return reverse("followups:dossier", args=[followup.owner_id, tab, followup.customer_id])


def board_of(owner, tab=None, *, user=None):
    return Board(user=user or owner, owner=owner, tab=tab or Tab(TODAY), now=NOW)


def test_the_binder_opens_at_todays_tab(nino, client_of):
    response = client_of(nino).get(reverse("followups:today"))
    assert response.url == day_url(nino)


def test_today_shows_the_stack_and_opens_its_first_dossier(nino, client_of):
    today = nino.today()
    make_dossier(owner=nino, name="Nordlicht Versand", due_on=today, plan="Crushed corners solved?")
    make_dossier(owner=nino, name="Weingut Kessler", due_on=today, at=time(0, 15), plan="600 gift cartons?")
    make_dossier(owner=nino, name="Not today", due_on=today + timedelta(1))
    response = client_of(nino).get(day_url(nino))
    board, sheet = response.context["board"], response.context["sheet"]
    assert [f.customer.name for f in board.stack] == ["Weingut Kessler", "Nordlicht Versand"]
    assert (sheet.customer.name, sheet.then.name) == ("Weingut Kessler", "Nordlicht Versand")
    page = response.content.decode()
    assert "600 gift cartons?" in page
    assert "Not today" not in page
    assert 'class="rb-board"' in page


def test_a_dossier_has_its_own_address_and_on_small_screens_the_whole_page(nino, client_of):
    followup = make_dossier(owner=nino, due_on=nino.today())
    page = client_of(nino).get(dossier_url(followup)).content.decode()
    assert 'class="rb-board rb-has-dossier"' in page


def test_htmx_gets_only_the_sheet(nino, client_of):
    followup = make_dossier(owner=nino, due_on=nino.today(), name="Weingut Kessler")
    response = client_of(nino).get(
        dossier_url(followup), headers={"HX-Request": "true", "HX-Target": "sheet"}
    )
    page = response.content.decode()
    assert "Weingut Kessler" in page
    assert "rb-rail" not in page


def test_htmx_gets_the_binder_without_its_frame(nino, client_of):
    page = (
        client_of(nino)
        .get(day_url(nino), headers={"HX-Request": "true", "HX-Target": "main"})
        .content.decode()
    )
    assert page.lstrip().startswith('<main id="main"')


@pytest.mark.parametrize("tab", ["nonsense", "2026-13", "2026-11-31", "9999-12-31", "2026-1-1"])
def test_a_tab_that_is_none_is_not_found(nino, client_of, tab):
    assert client_of(nino).get(reverse("followups:day", args=[nino.pk, tab])).status_code == 404


def test_a_strangers_binder_and_dossier_are_not_found(nino, stranger, client_of):
    followup = make_dossier(owner=nino, due_on=nino.today())
    client = client_of(stranger)
    assert client.get(day_url(nino)).status_code == 404
    assert client.get(dossier_url(followup)).status_code == 404
    own_address = reverse(
        "followups:dossier", args=[stranger.pk, nino.today().isoformat(), followup.customer_id]
    )
    assert client.get(own_address).status_code == 404


def test_the_board_answers_only_to_get(nino, client_of):
    for url in (reverse("followups:today"), day_url(nino), reverse("followups:binders")):
        assert client_of(nino).post(url).status_code == 405


def test_a_colleagues_binder_opens_where_the_team_sees_all(nino, levan, client_of):
    make_dossier(owner=levan, due_on=levan.today(), name="Levan’s customer")
    page = client_of(nino).get(day_url(levan)).content.decode()
    assert "Levan’s customer" in page
    assert "Your binder" in page


def test_where_managers_see_only_their_own_a_binder_opens_during_an_absence(nino, levan, client_of):
    Team.objects.update(managers_see=Team.Sees.OWN)
    nino.refresh_from_db()
    followup = make_dossier(owner=levan, due_on=levan.today())
    assert client_of(nino).get(dossier_url(followup)).status_code == 404
    make_absence(user=levan, stand_in=nino, starts_on=levan.today(), ends_on=levan.today())
    assert client_of(nino).get(dossier_url(followup)).status_code == 200


def test_during_an_absence_the_binder_lies_beside_ones_own(nino, levan, client_of):
    today = levan.today()
    make_absence(user=levan, stand_in=nino, starts_on=today, ends_on=today + timedelta(3))
    for days in (-2, 0, 1):
        make_dossier(owner=levan, due_on=today + timedelta(days))
    page = client_of(nino).get(day_url(nino)).content.decode()
    assert "looked after by you to" in page
    assert "· 2 to do</small>" in page


def test_what_was_left_behind_stays_on_todays_board_oldest_first(nino, client_of):
    today = nino.today()
    make_dossier(owner=nino, name="Pages & Co", due_on=today - timedelta(1))
    make_dossier(owner=nino, name="Bergmann Optik", due_on=today - timedelta(4))
    response = client_of(nino).get(day_url(nino))
    assert [f.customer.name for f in response.context["board"].behind] == ["Bergmann Optik", "Pages & Co"]
    assert "2 left behind" in response.content.decode()
    tomorrow = client_of(nino).get(day_url(nino, today + timedelta(1)))
    assert "left behind</b>" not in tomorrow.content.decode()


def test_a_month_that_has_begun_asks_for_days(nino, client_of):
    make_dossier(owner=nino, due_on=nino.today().replace(day=1), precision="month")
    assert "Give them days" in client_of(nino).get(day_url(nino)).content.decode()


def test_on_its_first_day_the_board_says_what_a_month_has_dealt_out(nino):
    first = datetime(2027, 7, 1, 6, tzinfo=UTC)  # a Thursday
    for _ in range(2):
        make_dossier(owner=nino, due_on=first.date(), precision="month")
    deal_out_all(first)
    told = [Board(user=nino, owner=nino, tab=Tab(day), now=now).dealt_out for day, now in (
        (first.date(), first), (date(2027, 7, 2), first), (date(2027, 7, 2), first + timedelta(1)),
    )]  # fmt: skip
    assert told == [2, 0, 0]


def test_a_month_tab_lists_its_dossiers_by_day(nino):
    dossiers = [make_dossier(owner=nino, due_on=TODAY.replace(year=2027, month=7, day=day)) for day in (9, 5)]
    whole = make_dossier(owner=nino, due_on=TODAY.replace(year=2027, month=7, day=1), precision="month")
    board = board_of(nino, Tab(TODAY.replace(year=2027, month=7, day=1), "month"))
    assert board.stack == [whole, dossiers[1], dossiers[0]]
    assert (board.to_do, board.gauge) == (3, None)


def test_the_cabinet_shows_the_reasons(nino, client_of):
    make_dossier(owner=nino, rest_reason="Closed for the season")
    page = client_of(nino).get(reverse("followups:day", args=[nino.pk, "cabinet"])).content.decode()
    assert "Closed for the season" in page


@pytest.mark.parametrize(
    ("tab", "sentence"),
    [("cabinet", "Nothing rests in the cabinet."), ("2099-07", "Nothing behind July yet.")],
)
def test_empty_tabs_say_so(nino, client_of, tab, sentence):
    make_dossier(owner=nino, due_on=nino.today())
    assert sentence in client_of(nino).get(reverse("followups:day", args=[nino.pk, tab])).content.decode()


def test_an_empty_day_may_be_enjoyed(nino, client_of):
    make_dossier(owner=nino, due_on=nino.today())
    tomorrow = nino.today() + timedelta(1)
    assert (
        f"Nothing under {tomorrow.day}. Enjoy it."
        in client_of(nino).get(day_url(nino, tomorrow)).content.decode()
    )


def test_an_empty_binder_asks_for_the_list(nino, client_of):
    page = client_of(nino).get(day_url(nino)).content.decode()
    assert "Import customers" in page


def test_a_day_worked_through_says_how_much_moved_on(nino, client_of):
    make_dossier(owner=nino, due_on=nino.today() + timedelta(2))
    make_dossier(owner=nino, due_on=nino.today(), closed_at=NOW, result="agreed")
    assert "1 dossier moved on" in client_of(nino).get(day_url(nino)).content.decode()


def test_a_waiting_slip_stands_on_row_and_sheet(nino, client_of):
    followup = make_dossier(owner=nino, due_on=nino.today())
    make_slip(customer=followup.customer, reason="Barbara turns 50", speaks_on=nino.today())
    make_slip(
        customer=followup.customer, key="later", reason="Not yet", speaks_on=nino.today() + timedelta(1)
    )
    page = client_of(nino).get(day_url(nino)).content.decode()
    assert (page.count("Barbara turns 50"), page.count("Not yet")) == (2, 0)


def test_notes_are_text_never_markup(nino, client_of):
    followup = make_dossier(
        owner=nino, due_on=nino.today(), name="<b>Bold</b>", plan="<script>alert(1)</script>"
    )
    make_entry(customer=followup.customer, text="<img src=x>")
    page = client_of(nino).get(day_url(nino)).content.decode()
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "<b>Bold" not in page


def test_the_gauge_marks_where_the_day_is_full():
    gauge = Gauge(done=2, to_do=3, capacity=4)
    assert (gauge.done_blocks, gauge.to_do_blocks) == ([0.5, 15.5], [30, 45, 65])
    assert (gauge.is_over, gauge.full_at, gauge.width) == (True, 60, 80)
    assert Gauge(done=1, to_do=3, capacity=4).is_over is False


def test_minutes_to_the_agreed_time_count_in_the_owners_zone(nino):
    make_dossier(owner=nino, at=time(10, 15))
    board = board_of(nino)
    assert open_sheet(board, board.stack[0]).minutes_left == 12


def test_after_the_last_dossier_the_first_one_left_opens(nino):
    for name in "ABC":
        make_dossier(owner=nino, name=name)
    board = board_of(nino)
    a, b, c = board.stack
    assert [board.working.after(f.pk).pk for f in (a, b, c)] == [b.pk, c.pk, a.pk]


def test_with_one_dossier_nothing_opens_after_it(nino):
    make_dossier(owner=nino)
    board = board_of(nino)
    assert board.working.after(board.stack[0].pk) is None


def test_other_binders_are_listed_with_their_load(nino, levan, client_of):
    make_dossier(owner=levan, due_on=levan.today())
    page = client_of(nino).get(reverse("followups:binders")).content.decode()
    assert "Levan Gelashvili" in page
    assert "1 of 16" in page


BOARD_QUERIES = 11


@pytest.fixture
def ordinary_day():
    """Not the first working day of a month, on which the board has one thing more to say."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize("size", [3, 40])
@pytest.mark.usefixtures("ordinary_day")
def test_the_board_takes_the_same_few_queries_at_any_size(nino, client_of, django_assert_num_queries, size):
    today = nino.today()
    for n in range(size):
        followup = make_dossier(owner=nino, due_on=today, person="Barbara Kessler")
        make_slip(customer=followup.customer, key=str(n), speaks_on=today)
        make_entry(customer=followup.customer)
        make_purchase(customer=followup.customer)
        make_dossier(owner=nino, due_on=today - timedelta(1 + n % 5))
    client = client_of(nino)
    client.get(day_url(nino))
    with django_assert_num_queries(BOARD_QUERIES):
        client.get(day_url(nino))


@pytest.mark.parametrize("size", [3, 40])
def test_opening_a_dossier_takes_the_same_few_queries(nino, client_of, django_assert_num_queries, size):
    followups = [make_dossier(owner=nino, due_on=nino.today(), person="Barbara") for _ in range(size)]
    client = client_of(nino)
    headers = {"HX-Request": "true", "HX-Target": "sheet"}
    client.get(dossier_url(followups[0]), headers=headers)
    with django_assert_num_queries(9):
        client.get(dossier_url(followups[0]), headers=headers)


@pytest.mark.parametrize("colleagues", [1, 12])
def test_the_list_of_binders_takes_the_same_few_queries_for_any_team(
    nino, team, client_of, django_assert_num_queries, colleagues
):
    for _ in range(colleagues):
        make_dossier(owner=make_user(team=team), due_on=nino.today())
    client = client_of(nino)
    with django_assert_num_queries(5):  # session, user, people, loads, totals
        client.get(reverse("followups:binders"))


def test_kinds_are_those_of_all_even_where_not_all_are_shown(nino, monkeypatch):
    monkeypatch.setattr("followups.board.STACK_SHOWN", 2)
    for kind in ("call", "call", "visit"):
        make_dossier(owner=nino, due_on=TODAY, kind=kind)
    assert board_of(nino).kinds == [("call", 2), ("visit", 1)]
    assert board_of(nino, Tab(TODAY.replace(day=1), "month")).kinds == []


@pytest.mark.usefixtures("ordinary_day")
def test_a_full_tab_takes_no_query_more(nino, client_of, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("followups.board.STACK_SHOWN", 2)
    client = client_of(nino)
    for number in (2, 3):
        make_dossier(owner=nino, due_on=nino.today())
        make_dossier(owner=nino, due_on=nino.today())
        client.get(day_url(nino))
        with django_assert_num_queries(10):
            page = client.get(day_url(nino)).content.decode()
        assert ("2 more lie here" in page) == (number == 3)


def test_an_empty_binder_leads_to_others_those_who_may_open_them(client_of, nino):
    others = reverse("followups:binders")
    for sees, is_led_there in (("team", True), ("own", False)):
        nino.team.managers_see = sees
        nino.team.save()
        stack = client_of(nino).get("/binder/", follow=True).content.decode().partition('id="stack"')[2]
        assert (f'href="{others}">Open another binder' in stack) == is_led_there
