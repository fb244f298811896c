"""What was done while somebody was away: the stamps, the page, and the board's line."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.actions import send_letter
from contacts.models import Entry
from crm.mail.actions import Content, Recipient
from feedback.actions import close
from followups.dates import Tab
from followups.meanwhile import Meanwhile
from followups.models import FollowUp
from tests.factories import NOW, TODAY, make_absence, make_dossier, make_entry, make_sender, make_user
from tests.feedback.makers import make_ticket

SINCE = TODAY - timedelta(4)
YESTERDAY = NOW - timedelta(1)


@pytest.fixture
def now():
    """An instant that tests may move on."""
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


@pytest.fixture
def away(nino, levan):
    return make_absence(user=nino, stand_in=levan, starts_on=SINCE, ends_on=TODAY)


def url(absence):
    return f"/binder/absences/{absence.pk}/"


def file_as(client, place, **fields):
    day = (TODAY + timedelta(7)).isoformat()
    data = {"version": place.version, "outcome": "agreed", "when": day, "named": day, "kind": "call"} | fields
    return client.post(f"/binder/file/{place.pk}/", data)


def test_every_write_of_the_stand_in_names_both(client_of, nino, levan, away, now):
    make_sender(team=nino.team)
    places = [make_dossier(owner=nino, email="k@kessler.example") for _ in range(3)]
    client = client_of(levan)
    assert file_as(client, places[0], note="Wants 600").status_code == 302
    client.post(f"/customers/{places[1].customer_id}/note/", {"text": "Called in"})
    client.post("/binder/move/", {"f": f"{places[2].pk}:1", "when": "tomorrow", "tab": str(TODAY)})
    stamped = Entry.objects.order_by("pk").values_list("author", "on_behalf_of")
    assert list(stamped) == [(levan.pk, nino.pk)] * 2
    put = FollowUp.objects.open().exclude(opened_by=None).values_list("opened_by", "owner")
    assert list(put) == [(levan.pk, nino.pk)] * 2


def test_a_letter_of_the_stand_in_names_both_and_of_the_owner_one(nino, levan, away):
    customer = make_dossier(owner=nino, email="k@kessler.example").customer
    fields = {
        "customer": customer,
        "sender": make_sender(team=nino.team),
        "to": Recipient("Barbara", "k@kessler.example", "en"),
        "content": Content("Boxes", "Ready.", "<p>Ready.</p>"),
        "now": NOW,
    }
    entries = [send_letter(by=who, token=uuid4(), **fields) for who in (levan, nino)]
    assert [(entry.author, entry.on_behalf_of) for entry in entries] == [(levan, nino), (nino, None)]


def test_a_ticket_that_the_stand_in_closes_names_both(nino, levan, lead, away):
    tickets = [make_ticket(customer=make_dossier(owner=nino).customer) for _ in range(3)]
    for ticket, who in zip(tickets, (levan, nino, lead), strict=True):
        close(ticket=ticket, done="Sent again", by=who, now=NOW)
    closed = Entry.objects.filter(kind=Entry.Kind.TICKET).order_by("pk")
    assert [(entry.author, entry.on_behalf_of) for entry in closed] == [
        (levan, nino),
        (nino, None),
        (lead, None),
    ]


def test_the_page_tells_who_did_what_and_where_it_went(client_of, nino, levan, away, now):
    filed, moved = (make_dossier(owner=nino, name=name) for name in ("Kessler", "Anker"))
    file_as(client_of(levan), filed, note="Wants 600")
    moved.move(to=Tab(TODAY + timedelta(1)), by=levan, now=NOW)
    make_entry(customer=filed.customer, author=levan, on_behalf_of=nino, text="A note")
    page = client_of(nino).get(url(away)).content.decode()
    assert "Levan: 1 dossier filed" in page
    assert page.count("Levan for Nino") == 3
    assert ("Call: Agreed" in page, "Wants 600" in page, "moved on" in page) == (True, True, True)


def test_what_was_before_after_or_by_the_owner_is_not_told(nino, levan, away):
    customer = make_dossier(owner=nino).customer
    for at in (NOW - timedelta(5), NOW + timedelta(1)):
        make_entry(customer=customer, author=levan, on_behalf_of=nino, happened_at=at)
    make_entry(customer=customer, author=nino)
    make_dossier(owner=nino).move(to=Tab(TODAY + timedelta(1)), by=None, now=NOW)
    assert Meanwhile(away, now=NOW).is_nothing


def test_the_queries_stay_however_much_was_done(nino, levan, away, client_of, now):
    def work():
        place = make_dossier(owner=nino)
        make_entry(customer=place.customer, author=levan, on_behalf_of=nino)
        place.move(to=Tab(TODAY + timedelta(1)), by=levan, now=NOW)

    client = client_of(nino)
    work()
    with CaptureQueriesContext(connection) as few:
        client.get(url(away))
    for _ in range(9):
        work()
    with CaptureQueriesContext(connection) as many:
        client.get(url(away))
    assert len(many) == len(few)


def test_it_returns_by_itself_and_the_board_says_so_until_it_is_put_aside(client_of, nino, levan, away, now):
    place = make_dossier(owner=nino)
    lent = f"/binder/{nino.pk}/{TODAY}/"
    assert "Nino’s" in client_of(levan).get(f"/binder/{levan.pk}/{TODAY}/").content.decode()
    now.move_to(NOW + timedelta(1))
    tomorrow = TODAY + timedelta(1)
    assert f'href="{lent}"' not in client_of(levan).get(f"/binder/{levan.pk}/{tomorrow}/").content.decode()
    client = client_of(nino)
    board = f"/binder/{nino.pk}/{tomorrow}/"
    page = client.get(board).content.decode()
    assert "You were away from Fri 13 Nov to Tue 17 Nov." in page
    assert place.customer.name in page
    assert client.post(url(away) + "seen/").status_code == 302
    assert "You were away" not in client.get(board).content.decode()


def test_after_some_days_the_board_says_it_no_longer(client_of, nino, away, now):
    now.move_to(NOW + timedelta(8))
    board = client_of(nino).get(f"/binder/{nino.pk}/{TODAY + timedelta(8)}/")
    assert "You were away" not in board.content.decode()


def test_who_comes_back_early_sees_it_at_once(client_of, nino, away, now):
    client_of(nino).post(f"/team/absence/{away.pk}/end/")
    assert "You were away" in client_of(nino).get(f"/binder/{nino.pk}/{TODAY}/").content.decode()


def test_in_a_team_where_one_sees_ones_own_only_those_concerned_read_it(
    client_of, team, nino, levan, lead, away, stranger, now
):
    team.managers_see = "own"
    team.save()
    other = make_user(team=team)
    answers = [client_of(who).get(url(away)).status_code for who in (nino, levan, lead, other, stranger)]
    assert answers == [200, 200, 200, 404, 404]


def test_only_the_owner_puts_it_aside_and_only_by_sending(client_of, nino, levan, away, now):
    assert client_of(levan).post(url(away) + "seen/").status_code == 403
    assert client_of(nino).get(url(away) + "seen/").status_code == 405
    away.refresh_from_db()
    assert away.welcomed_at is None


def test_what_has_not_begun_cannot_be_looked_back_on(client_of, nino, levan, now):
    coming = make_absence(
        user=nino, stand_in=levan, starts_on=TODAY + timedelta(2), ends_on=TODAY + timedelta(3)
    )
    assert client_of(nino).get(url(coming)).status_code == 404


def test_nothing_done_is_said_plainly(client_of, nino, away, now):
    assert "Nobody did anything" in client_of(nino).get(url(away)).content.decode()


def test_yesterdays_deeds_stand_under_their_day(nino, levan, away):
    place = make_dossier(owner=nino)
    for at in (YESTERDAY, NOW):
        make_entry(customer=place.customer, author=levan, on_behalf_of=nino, happened_at=at)
    assert [(day, len(deeds)) for day, deeds in Meanwhile(away, now=NOW).days] == [
        (TODAY - timedelta(1), 1),
        (TODAY, 1),
    ]
