"""A binder shared out among several colleagues, for an absence or for good, and taken back."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts import registry
from contacts.models import Customer
from crm.team.models import Split, Team, User
from feedback.models import Ticket
from followups.checks import check_binder
from followups.lending import keeper_of
from followups.models import FollowUp, Lot
from followups.splitting import Splitting
from tests.factories import NOW, TODAY, make_absence, make_dossier, make_user
from tests.feedback.makers import make_ticket

LATER = TODAY + timedelta(30)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


@pytest.fixture
def giorgi(team):
    return make_user(team=team, name="Giorgi Kiknadze", own_capacity=8)


@pytest.fixture
def away(nino):
    """From today, Tuesday, to Friday."""
    return make_absence(user=nino)


@pytest.fixture
def six(nino):
    """Four under today, one left behind, one after the absence."""
    days = [TODAY] * 4 + [TODAY - timedelta(1), LATER]
    return [make_dossier(owner=nino, due_on=day, name=f"Dossier {n}") for n, day in enumerate(days)]


def url(owner):
    return f"/binder/{owner.pk}/split/"


def split_of(owner, helpers, absence, **kw):
    return Splitting(owner, helpers=helpers, absence=absence, now=NOW, **kw)


def lend(client, owner, absence, *helpers, **fields):
    data = {"span": absence.pk if absence else "good", "among": [user.pk for user in helpers]} | fields
    return client.post(url(owner), data, follow=True)


def under_today(client, who, owner):
    """How many are to be done in what `who` sees of that binder, left behind ones included."""
    return client(who).get(f"/binder/{owner.pk}/{TODAY}/").context["board"].order


def test_each_gets_as_much_as_there_is_room_for(nino, levan, giorgi, away, six):
    splitting = split_of(nino, [levan, giorgi], away)  # 16 a day, and 8
    assert [(user.first_name, n) for user, n, _cells in splitting.table] == [("Levan", 3), ("Giorgi", 2)]
    assert (len(splitting.places), splitting.rest) == (5, 1)


def test_a_full_day_and_an_absence_are_seen(nino, levan, giorgi, away, six):
    for _ in range(14):
        make_dossier(owner=levan, due_on=TODAY)
    counted = {user: n for user, n, _cells in split_of(nino, [levan, giorgi], away).table}
    assert counted == {levan: 0, giorgi: 5}
    make_absence(user=giorgi, ends_on=TODAY)
    counted = {user: n for user, n, _cells in split_of(nino, [levan, giorgi], away).table}
    assert counted == {levan: 5, giorgi: 0}


def test_loads_are_shown_before_and_after_and_what_was_left_behind_counts_today(nino, levan, away, six):
    make_dossier(owner=levan, due_on=TODAY)
    _user, _n, cells = split_of(nino, [levan], away).table[0]
    assert [(cell.day - TODAY).days for cell in cells] == [0, 1, 2, 3]
    assert [(cell.before, cell.after) for cell in cells] == [(1, 6), (0, 0), (0, 0), (0, 0)]


def test_of_an_absence_to_come_only_its_own_days_are_shared_out(nino, levan, giorgi, six):
    """What lies before is worked through before; so is what the helpers have until then."""
    begin = TODAY + timedelta(1)
    away = make_absence(user=nino, starts_on=begin, ends_on=begin + timedelta(2))
    wanted = make_dossier(owner=nino, due_on=begin)
    for days in (-3, 0, 1):
        make_dossier(owner=levan, due_on=TODAY + timedelta(days))
    splitting = split_of(nino, [levan], away)
    assert ([place.pk for place in splitting.places], splitting.rest) == ([wanted.pk], 6)
    _user, _n, cells = splitting.table[0]
    assert [(cell.before, cell.after) for cell in cells] == [(1, 2), (0, 0), (0, 0)]


def test_a_choice_of_ones_own_counts(nino, levan, giorgi, away, six):
    wanted = {place.pk: giorgi.pk for place in six}
    assert set(split_of(nino, [levan, giorgi], away, wanted=wanted).plan.values()) == {giorgi}


def test_the_page_proposes_and_changes_nothing(client_of, lead, nino, levan, giorgi, away, six):
    page = client_of(lead).get(url(nino)).content.decode()
    assert "Lend 5 dossiers" in page
    assert "1 dossier lies on other days." in page
    assert "for good" in page
    assert not Split.objects.exists()


def test_each_sees_his_share_as_a_second_tab_and_one_keeps_the_rest(
    client_of, lead, nino, levan, giorgi, away, six
):
    chosen = {f"to-{place.pk}": (levan if n < 3 else giorgi).pk for n, place in enumerate(six[:5])}
    page = lend(client_of(lead), nino, away, levan, giorgi, keeper=levan.pk, **chosen).content.decode()
    assert "5 dossiers of Nino Beridze are shared out." in page
    assert [len(under_today(client_of, who, nino)) for who in (levan, giorgi, lead)] == [3, 2, 5]
    assert "Nino’s" in client_of(giorgi).get(f"/binder/{giorgi.pk}/{TODAY}/").content.decode()
    new = make_dossier(owner=nino, name="A new one")
    assert new.pk in [place.pk for place in under_today(client_of, levan, nino)]
    assert [len(under_today(client_of, who, nino)) for who in (levan, giorgi)] == [4, 2]


def test_it_returns_by_itself(client_of, lead, nino, levan, giorgi, away, six, now):
    lend(client_of(lead), nino, away, levan, giorgi)
    now.move_to(NOW + timedelta(4))
    board = client_of(giorgi).get(f"/binder/{giorgi.pk}/{TODAY + timedelta(4)}/").content.decode()
    assert "Nino’s" not in board
    assert {place.owner for place in FollowUp.objects.open()} == {nino}


def test_a_share_is_lent_also_where_one_sees_ones_own_only(
    client_of, team, lead, nino, giorgi, away, six, now
):
    Team.objects.filter(pk=team.pk).update(managers_see=Team.Sees.OWN)
    giorgi = User.objects.get(pk=giorgi.pk)
    day = f"/binder/{nino.pk}/{TODAY}/"
    assert client_of(giorgi).get(day).status_code == 404
    lend(client_of(lead), nino, away, giorgi)
    assert client_of(giorgi).get(day).status_code == 200
    assert FollowUp.objects.visible_to(giorgi).count() == 6
    now.move_to(NOW + timedelta(4))
    assert client_of(giorgi).get(day).status_code == 404


def test_one_undo_and_all_is_as_before(client_of, lead, nino, levan, giorgi, away, six):
    client = client_of(lead)
    lend(client, nino, away, levan, giorgi)
    made = Split.objects.get()
    assert f"/binder/split/{made.pk}/take-back/" in client.get(url(nino)).content.decode()
    client.post(f"/binder/split/{made.pk}/take-back/")
    assert (Split.objects.count(), Lot.objects.count()) == (0, 0)
    assert len(under_today(client_of, levan, nino)) == 5


def test_the_same_days_are_not_shared_out_twice(client_of, lead, nino, levan, giorgi, away, six):
    client = client_of(lead)
    lend(client, nino, away, levan)
    again = lend(client, nino, away, giorgi)
    assert (again.status_code, Split.objects.count()) == (422, 1)
    assert "It is split for these days already" in again.content.decode()


def test_for_good_all_get_new_owners_with_their_tickets(client_of, lead, nino, levan, giorgi, six):
    resting = make_dossier(owner=nino, rest_reason="Closed")
    make_dossier(owner=nino, due_on=LATER.replace(day=1), precision="month")
    ticket = make_ticket(customer=resting.customer, assignee=nino)
    page = lend(client_of(lead), nino, None, levan, giorgi).content.decode()
    assert "8 dossiers of Nino Beridze are shared out." in page
    assert Customer.objects.filter(owner=nino).count() == FollowUp.objects.open().of(nino).count() == 0
    resting.customer.refresh_from_db()
    assert Ticket.objects.get(pk=ticket.pk).assignee == resting.customer.owner
    assert check_binder().astray == []
    assert client_of(lead).post(f"/team/{nino.pk}/close/").status_code == 302


def test_for_good_too_there_is_one_undo_and_what_went_on_stays_there(
    client_of, lead, nino, levan, giorgi, six
):
    client = client_of(lead)
    lend(client, nino, None, levan, giorgi)
    given_on = six[0].customer
    given_on.refresh_from_db()
    Customer.objects.filter(pk=given_on.pk).update(owner=lead)
    FollowUp.objects.filter(customer=given_on).update(owner=lead)
    client.post(f"/binder/split/{Split.objects.get().pk}/take-back/")
    assert FollowUp.objects.open().of(nino).count() == 5
    assert Split.objects.count() == 0


def test_who_has_left_gets_nothing_back(client_of, lead, nino, levan, six):
    client = client_of(lead)
    lend(client, nino, None, levan)
    client.post(f"/team/{nino.pk}/close/")
    page = client.post(f"/binder/split/{Split.objects.get().pk}/take-back/", follow=True).content.decode()
    assert "Nino Beridze can no longer log in." in page
    assert FollowUp.objects.open().of(levan).count() == 6


def test_looking_at_what_it_means_writes_nothing(client_of, lead, nino, levan, away, six):
    response = lend(client_of(lead), nino, away, levan, show="1")
    assert (response.status_code, Split.objects.count()) == (200, 0)


def test_bad_choices_are_answered_and_nothing_is_done(client_of, lead, nino, levan, stranger, away, six):
    client = client_of(lead)
    answers = [
        client.post(url(nino), {}),
        client.post(url(nino), {"span": "nonsense", "among": levan.pk}),
        lend(client, nino, away),
        lend(client, nino, away, stranger),
        lend(client, nino, away, nino),
    ]
    assert [answer.status_code for answer in answers] == [422] * 5
    assert not Split.objects.exists()


def test_only_leads_of_the_team_may(client_of, nino, levan, stranger, away):
    assert [client_of(who).get(url(nino)).status_code for who in (levan, nino)] == [403, 403]
    User.objects.filter(pk=stranger.pk).update(role=User.Role.LEAD)
    assert client_of(User.objects.get(pk=stranger.pk)).get(url(nino)).status_code == 404


def test_who_has_a_share_cannot_leave_before_it_ends(client_of, lead, nino, levan, away, six):
    lend(client_of(lead), nino, away, levan)
    page = client_of(lead).post(f"/team/{levan.pk}/close/").content.decode()
    assert "Levan looks after the binder of Nino Beridze" in page


def test_however_many_they_are_the_queries_stay(client_of, lead, nino, levan, giorgi, away, six):
    client = client_of(lead)
    with CaptureQueriesContext(connection) as few:
        client.get(url(nino))
    for n in range(30):
        make_dossier(owner=nino if n % 2 else levan)
    with CaptureQueriesContext(connection) as many:
        client.get(url(nino))
    assert len(many) == len(few)


def test_new_tickets_come_to_who_has_the_dossier_and_else_to_who_keeps_the_rest(
    client_of, lead, nino, levan, giorgi, away, six
):
    assert keeper_of(six[0].customer, on=TODAY) == nino
    chosen = {f"to-{place.pk}": giorgi.pk for place in six[:5]}
    lend(client_of(lead), nino, away, levan, giorgi, keeper=levan.pk, **chosen)
    assert [keeper_of(place.customer, on=TODAY) for place in (six[0], six[5])] == [giorgi, levan]
    assert keeper_of(six[0].customer, on=TODAY + timedelta(4)) == nino


def test_a_stand_in_keeps_all(nino, levan, six):
    make_absence(user=nino, stand_in=levan)
    assert keeper_of(six[0].customer, on=TODAY) == levan


def test_the_export_of_a_customer_tells_who_looked_after_his_dossier(client_of, lead, nino, levan, away, six):
    client = client_of(lead)
    lend(client, nino, away, levan)
    customer = six[0].customer
    lots = next(section for section in registry.export(customer) if section.key == "lots")
    assert [(lot.looked_after_by, lot.since) for lot in lots.rows] == [(levan.name, NOW)]
    answer = client.post(f"/customers/{customer.pk}/export/")
    assert answer.getvalue()  # reads it, and closes the file
