"""Working through a tab: what comes next, what is skipped, and whose agreed time has come."""

from datetime import time, timedelta

import pytest
import time_machine
from django.urls import reverse

from followups.board import Board
from followups.dates import Tab
from followups.models import FollowUp
from followups.sheet import open_sheet
from tests.factories import NOW, TODAY, make_dossier

HTMX = {"HX-Request": "true", "HX-Target": "sheet"}


@pytest.fixture(autouse=True)
def at_ten():
    """10:03 on the owner's clock."""
    with time_machine.travel(NOW, tick=False):
        yield


def board_of(owner, day=TODAY, now=NOW):
    return Board(user=owner, owner=owner, tab=Tab(day), now=now)


def names(places):
    return [place.name for place in places]


def name_after(board, followup):
    found = board.working.after(followup.pk)
    return found and found.name


def skip_url(followup):
    return reverse("followups:skip", args=[followup.pk])


@pytest.fixture
def stack(nino):
    """Two without a time, one agreed for soon, one for the afternoon."""
    return {
        name: make_dossier(owner=nino, name=name, at=at)
        for name, at in (("Anton", None), ("Berta", None), ("Soon", time(10, 30)), ("Late", time(15)))
    }


def test_what_is_agreed_for_later_waits_until_nothing_else_is_left(stack, nino):
    board = board_of(nino)
    assert names(board.order) == ["Soon", "Late", "Anton", "Berta"]
    assert name_after(board, stack["Soon"]) == "Anton"
    assert name_after(board, stack["Berta"]) == "Soon"
    FollowUp.objects.filter(pk__in=[stack["Soon"].pk, stack["Berta"].pk]).delete()
    assert name_after(board_of(nino), stack["Anton"]) == "Late"


def test_the_tab_opens_at_what_may_be_begun(stack, nino):
    assert board_of(nino).opening == stack["Soon"]
    stack["Soon"].delete()
    assert board_of(nino).opening == stack["Anton"]
    FollowUp.objects.exclude(pk=stack["Late"].pk).delete()
    assert board_of(nino).opening == stack["Late"]


def test_on_another_day_agreed_times_come_as_they_lie(nino):
    tomorrow = TODAY + timedelta(1)
    late = make_dossier(owner=nino, due_on=tomorrow, at=time(15), name="Late")
    make_dossier(owner=nino, due_on=tomorrow, name="Anton")
    board = board_of(nino, tomorrow)
    assert (board.opening, board.working.appointments) == (late, [])


def test_what_is_skipped_lies_at_the_end_and_stays_under_its_day(stack, nino):
    stack["Anton"].skip(now=NOW)
    stack["Soon"].skip(now=NOW + timedelta(minutes=1))
    board = board_of(nino)
    assert names(board.order) == ["Late", "Berta", "Anton", "Soon"]
    stack["Anton"].skip(now=NOW + timedelta(minutes=2))
    assert names(board_of(nino).order) == ["Late", "Berta", "Soon", "Anton"]
    assert {f.due_on for f in FollowUp.objects.all()} == {TODAY}
    assert {f.version for f in FollowUp.objects.all()} == {1}


def test_a_new_place_was_never_skipped(stack, nino):
    stack["Anton"].skip(now=NOW)
    stack["Anton"].move(to=Tab(TODAY), by=nino, now=NOW)
    assert names(board_of(nino).order) == ["Soon", "Late", "Anton", "Berta"]


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (0, [("Soon", False), ("Late", False)]),
        (27, [("Soon", True), ("Late", False)]),
        (86, [("Soon", True), ("Late", False)]),
        (87, [("Late", False)]),
        (297, [("Late", True)]),
    ],
)
def test_an_agreed_time_speaks_up_when_it_comes_and_for_an_hour(stack, nino, minutes, told):
    board = board_of(nino, now=NOW + timedelta(minutes=minutes))
    assert [(each.place.name, each.has_come) for each in board.working.appointments] == told


def test_a_page_knows_of_the_next_dozen(nino):
    for minute in range(15):
        make_dossier(owner=nino, at=time(11, minute), name=f"At {minute}")
    told = [each.place.name for each in board_of(nino).working.appointments]
    assert told == [f"At {minute}" for minute in range(12)]


def test_it_says_nothing_once_it_was_skipped_since_nor_on_its_own_sheet(stack, nino):
    now = NOW + timedelta(minutes=28)
    stack["Late"].skip(now=NOW)
    stack["Soon"].skip(now=now)
    board = board_of(nino, now=now)
    assert [each.place.name for each in board.working.appointments] == ["Late"]
    assert open_sheet(board, stack["Late"]).appointments == []


def test_the_line_of_an_agreed_time_waits_hidden_in_the_page(stack, nino, client_of):
    client = client_of(nino)
    page = client.get(board_of(nino).url + f"{TODAY}/{stack['Anton'].customer_id}/").content.decode()
    assert f'<p data-in="1620" data-of="{stack["Soon"].customer_id}" hidden>' in page
    with time_machine.travel(NOW + timedelta(minutes=27), tick=False):
        page = client.get(board_of(nino).url + f"{TODAY}/{stack['Anton'].customer_id}/").content.decode()
    assert f'<p data-in="0" data-of="{stack["Soon"].customer_id}">' in page
    assert "<b>10:30</b> Soon: its time has come" in page


def test_skipping_goes_on_to_the_next(stack, nino, client_of):
    answer = client_of(nino).post(
        skip_url(stack["Soon"]), {"tab": str(TODAY), "then": stack["Anton"].customer_id}
    )
    assert answer.url == f"/binder/{nino.pk}/{TODAY}/{stack['Anton'].customer_id}/"
    assert names(board_of(nino).order) == ["Late", "Anton", "Berta", "Soon"]


def test_with_htmx_the_row_goes_to_the_end(stack, nino, client_of):
    answer = client_of(nino).post(
        skip_url(stack["Soon"]), {"tab": str(TODAY), "note": "Half a"}, headers=HTMX
    )
    page = answer.content.decode()
    assert answer["HX-Push-Url"] == f"/binder/{nino.pk}/{TODAY}/{stack['Anton'].customer_id}/"
    assert f'<li id="row-{stack["Soon"].customer_id}" hx-swap-oob="delete">' in page
    assert f'<ol hx-swap-oob="afterend:#row-{stack["Berta"].customer_id}">' in page
    assert page.count("hx-swap-oob") == 2
    assert '<i class="rb-row__skipped">skipped</i>' in page


def test_without_a_script_a_note_that_was_begun_is_not_lost(stack, nino, client_of):
    answer = client_of(nino).post(skip_url(stack["Soon"]), {"tab": str(TODAY), "note": "Half a sentence"})
    page = answer.content.decode()
    assert (answer.status_code, 'value="Half a sentence"' in page) == (422, True)
    assert "You have begun a note" in page
    assert FollowUp.objects.filter(skipped_at__isnull=False).count() == 0


def test_what_a_colleague_has_moved_on_is_no_more_in_the_way(stack, nino, lead, client_of):
    stack["Soon"].move(to=Tab(TODAY + timedelta(9)), by=lead, now=NOW)
    answer = client_of(nino).post(skip_url(stack["Soon"]), {"tab": str(TODAY)}, headers=HTMX)
    page = answer.content.decode()
    assert f'<li id="row-{stack["Soon"].customer_id}" hx-swap-oob="delete">' in page
    assert FollowUp.objects.filter(skipped_at__isnull=False).count() == 0


def test_the_only_dossier_is_not_skipped_nor_one_of_a_month(stack, nino):
    month = make_dossier(owner=nino, due_on=TODAY.replace(month=12, day=1), precision="month")
    board = Board(user=nino, owner=nino, tab=month.tab, now=NOW)
    assert open_sheet(board, month).may_be_skipped is False
    assert open_sheet(board_of(nino), stack["Soon"]).may_be_skipped is True
    FollowUp.objects.exclude(pk=stack["Soon"].pk).delete()
    assert open_sheet(board_of(nino), stack["Soon"]).may_be_skipped is False


def test_what_was_left_behind_stays_there_when_it_is_skipped(stack, nino, client_of):
    behind = make_dossier(owner=nino, due_on=TODAY - timedelta(1), name="Behind")
    page = client_of(nino).post(skip_url(behind), {"tab": str(TODAY)}, headers=HTMX).content.decode()
    assert page.count(f'id="row-{behind.customer_id}"') == 1
    assert 'hx-swap-oob="delete"' not in page
    assert names(board_of(nino).order) == ["Behind", "Soon", "Late", "Anton", "Berta"]


def test_strangers_skip_nothing_and_nobody_by_get(stack, nino, stranger, client_of):
    assert client_of(stranger).post(skip_url(stack["Soon"])).status_code == 404
    assert client_of(nino).get(skip_url(stack["Soon"])).status_code == 405


@pytest.mark.parametrize("size", [3, 40])
def test_skipping_takes_the_same_few_queries(nino, client_of, django_assert_num_queries, size):
    places = [make_dossier(owner=nino, person="Barbara") for _ in range(size)]
    client = client_of(nino)
    client.post(skip_url(places[0]), {"tab": str(TODAY)}, headers=HTMX)
    with django_assert_num_queries(14):
        client.post(skip_url(places[1]), {"tab": str(TODAY)}, headers=HTMX)


def test_filed_for_later_today_the_row_goes_to_its_hour(stack, nino, client_of):
    fields = {
        "version": 1, "note": "Engaged", "outcome": "missed", "kind": "call", "tab": str(TODAY), "page": "board",
        "next": f"try-{TODAY}-13", "named": f"{TODAY} 13:00",
    }  # fmt: skip
    url = reverse("followups:file", args=[stack["Anton"].pk])
    page = client_of(nino).post(url, fields, headers=HTMX).content.decode()
    assert names(board_of(nino).order) == ["Soon", "Anton", "Late", "Berta"]
    assert f'<li id="row-{stack["Anton"].customer_id}" hx-swap-oob="delete">' in page
    assert f'<ol hx-swap-oob="afterend:#row-{stack["Soon"].customer_id}">' in page


def test_after_the_last_one_the_page_says_that_the_tab_is_worked_through(nino, client_of):
    only = make_dossier(owner=nino)
    tomorrow = TODAY + timedelta(1)
    fields = {
        "version": 1, "note": "Yes", "outcome": "agreed", "kind": "call", "tab": str(TODAY), "page": "board",
        "when": str(tomorrow), "named": str(tomorrow),
    }  # fmt: skip
    page = (
        client_of(nino).post(reverse("followups:file", args=[only.pk]), fields, headers=HTMX).content.decode()
    )
    assert "Tab worked through: 1 dossier moved on." in page
    assert 'id="stack" hx-swap-oob="true"' in page
