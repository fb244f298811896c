"""The list of tickets: which there are, in which order, found by number, subject and customer."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.team.models import Team
from feedback.due import Due
from feedback.listing import Listing
from feedback.models import ServiceRules, Ticket
from tests.factories import NOW, make_customer
from tests.feedback.makers import make_rules, make_ticket

LIST = reverse("feedback:tickets")
LATE = NOW - timedelta(days=5)


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def kessler(nino):
    return make_customer(owner=nino, name="Weingut Kessler", email="office@kessler.example")


def subjects(response):
    return [line.ticket.subject for line in response.context["listing"].lines]


def shown(client, **query):
    return subjects(client.get(LIST, query))


def test_each_filter_shows_its_tickets_and_counts_them(client_of, team, nino, levan, kessler):
    make_ticket(customer=kessler, subject="Mine")
    make_ticket(customer=kessler, subject="Late", opened_at=LATE)
    make_ticket(customer=kessler, subject="Levan's", assignee=levan)
    make_ticket(customer=kessler, subject="Nobody's", assignee=None)
    make_ticket(customer=kessler, subject="Waiting", waiting_since=NOW)
    make_ticket(customer=kessler, subject="Closed", closed_at=NOW)
    client = client_of(nino)
    assert shown(client) == ["Late", "Mine", "Waiting"]
    assert shown(client, show="nobodys") == ["Nobody's"]
    assert shown(client, show="open") == ["Late", "Mine", "Levan's", "Nobody's", "Waiting"]
    assert shown(client, show="waiting") == ["Waiting"]
    assert shown(client, show="late") == ["Late"]
    assert shown(client, show="closed") == ["Closed"]
    assert shown(client, show="whatever") == ["Late", "Mine", "Waiting"]
    filters = client.get(LIST).context["listing"].filters
    assert [(each.key, each.count) for each in filters] == [
        ("mine", 3), ("nobodys", 1), ("open", 5), ("waiting", 1), ("late", 1), ("closed", 1),
    ]  # fmt: skip


def test_leads_find_what_was_escalated(client_of, lead, nino, kessler):
    ticket = make_ticket(customer=kessler, subject="Angry")
    make_ticket(customer=kessler)
    ticket.escalate(by=nino, now=NOW)
    assert shown(client_of(lead), show="escalated") == ["Angry"]
    assert shown(client_of(nino), show="escalated") == ["Angry", "Where is my delivery?"]  # his own


@pytest.mark.parametrize("text", ["Pörto", "porto", "#7", "7", "kessler", "Barbara"])
def test_found_by_number_subject_sender_and_customer(client_of, nino, kessler, text):
    make_ticket(customer=kessler, number=7, subject="Porto twice", from_name="Barbara Keßler", assignee=None)
    make_ticket(customer=make_customer(owner=nino, name="Anker"), number=8, subject="Lid")
    assert shown(client_of(nino), q=text, show="open") == ["Porto twice"]


def test_a_search_looks_among_all_open_ones(client_of, nino, levan, kessler):
    make_ticket(customer=kessler, subject="Creased", assignee=levan)
    page = client_of(nino).get(LIST, {"q": "creased"})
    assert subjects(page) == ["Creased"]
    assert "No such ticket says “zzz”." in client_of(nino).get(LIST, {"q": "zzz"}).content.decode()


def test_one_kind_can_be_asked_for(client_of, nino, kessler):
    make_ticket(customer=kessler, kind=Ticket.Kind.COMPLAINT, subject="Creased")
    make_ticket(customer=kessler)
    page = client_of(nino).get(LIST, {"kind": "complaint"})
    assert (subjects(page), page.context["listing"].open) == (["Creased"], 1)
    empty = client_of(nino).get(LIST, {"kind": "service"}).content.decode()
    assert "No ticket of this kind is here." in empty


def test_unknown_senders_are_named(client_of, team, nino):
    make_ticket(
        team=team,
        customer=make_customer(owner=nino),
        from_name="Grete Harms",
        from_email="grete@kontor.example",
    )
    Ticket.objects.update(customer=None, assignee=None)
    page = client_of(nino).get(LIST, {"show": "nobodys"}).content.decode()
    assert ("unknown:" in page, "Grete Harms" in page, "grete@kontor.example" in page) == (True, True, True)


def test_pages_follow_each_other_by_their_edge(nino, kessler):
    for n in range(5):
        make_ticket(customer=kessler, subject=f"Due {n}", opened_at=NOW + timedelta(minutes=n // 2))
    for n in range(3):
        make_ticket(customer=kessler, subject=f"Waits {n}", waiting_since=NOW)
    for n in range(3):
        make_ticket(customer=kessler, subject=f"Closed {n}", closed_at=NOW + timedelta(minutes=n))
    rules = ServiceRules.of(nino.team)

    def pages(show):
        found, after = [], ""
        while True:
            listing = Listing({"show": show, "after": after}, user=nino, rules=rules, now=NOW, size=2)
            found.append([line.ticket.subject for line in listing.lines])
            if not listing.next:
                return found
            after = listing.next.split("after=")[1]

    assert pages("mine") == [
        ["Due 0", "Due 1"],
        ["Due 2", "Due 3"],
        ["Due 4", "Waits 0"],
        ["Waits 1", "Waits 2"],
    ]
    assert pages("closed") == [["Closed 2", "Closed 1"], ["Closed 0"]]


@pytest.mark.parametrize("number", [3, 60])
def test_the_list_costs_the_same_for_many(client_of, nino, number):
    for _ in range(number):
        make_ticket(customer=make_customer(owner=nino), assignee=nino)
    client = client_of(nino)
    with CaptureQueriesContext(connection) as found:
        assert client.get(LIST).status_code == 200
    assert len(found) <= 7


def test_a_part_for_a_script_and_a_page_for_all_others(client_of, nino):
    part = client_of(nino).get(LIST, HTTP_HX_REQUEST="true").content.decode()
    assert ("<html" in part, "Nothing open." in part) == (False, True)
    assert client_of(nino).post(LIST).status_code == 405


def test_strangers_and_managers_who_see_only_their_own(client_of, nino, levan, stranger, kessler):
    make_ticket(customer=kessler, subject="Nino's")
    make_ticket(customer=kessler, subject="Passed on", assignee=levan)
    assert shown(client_of(stranger), show="open") == []
    Team.objects.update(managers_see="own")
    assert shown(client_of(levan), show="open") == ["Passed on"]
    assert shown(client_of(nino), show="open") == ["Nino's", "Passed on"]


# --- when it is due, in words


def words(ticket, now=NOW):
    user = ticket.assignee
    due = Due(ticket, rules=ServiceRules.of(ticket.team), now=now, zone=user.zone)
    return due.words, due.more


def test_due_says_when_and_how_much_working_time_that_is(kessler):
    make_rules(team=kessler.team)
    ticket = make_ticket(customer=kessler)
    # Opened on Tuesday at 10:03 in Berlin, with days from 9 to 18: ten hours end on Wednesday at 11:03.
    assert words(ticket) == ("answer due tomorrow 11:03", "in 10 h of working time")
    later = NOW + timedelta(hours=25, minutes=30)
    assert words(ticket, later) == ("answer late since today 11:03", "for 30 min of working time")
    assert words(ticket, NOW + timedelta(days=30)) == (
        "answer late since Wed 18 Nov 11:03",
        "for 20 working days",
    )
    ticket = make_ticket(
        customer=kessler, first_answered_at=NOW, next_due_at=datetime(2026, 11, 20, 12, tzinfo=UTC)
    )
    assert words(ticket) == ("to be solved by Fri 20 Nov 13:00", "in 3 working days")
    assert (
        words(make_ticket(customer=kessler, waiting_since=NOW))[0]
        == "waits for the customer since today 10:03"
    )
    closed = make_ticket(customer=kessler, closed_at=NOW)
    assert words(closed) == ("closed today 10:03", "solved in 2 h of working time")


def test_promises_are_told_and_said_to_have_passed(nino, kessler):
    rules = ServiceRules.of(kessler.team)
    call = make_ticket(customer=kessler, call_at=NOW - timedelta(hours=1))
    day = make_ticket(customer=kessler, promised_on=NOW.date())
    told = [Due(each, rules=rules, now=NOW, zone=nino.zone) for each in (call, day)]
    assert [(due.promise, due.promise_has_passed) for due in told] == [
        ("call back today 09:03", True), ("answer promised for today", False),
    ]  # fmt: skip


def test_both_clocks_and_the_pauses(kessler):
    ticket = make_ticket(customer=kessler)
    ticket.pauses.create(began_at=NOW + timedelta(hours=1), ended_at=NOW + timedelta(hours=2))
    due = Due(
        ticket, rules=ServiceRules.of(kessler.team), now=NOW + timedelta(hours=3), zone=kessler.owner.zone
    )
    assert [(clock.words, clock.share) for clock in due.clocks] == [
        ("2 h of 10 h used", 20),
        ("2 h of 45 h used", 4),
    ]
    assert due.pauses == ["today 11:03 to today 12:03"]


@pytest.mark.parametrize(("solved_in", "is_over"), [(600, False), (601, True)])
def test_who_closes_it_late_without_an_answer_was_late(kessler, solved_in, is_over):
    ticket = make_ticket(customer=kessler, closed_at=NOW, solved_in=solved_in)
    due = Due(ticket, rules=ServiceRules.of(kessler.team), now=NOW, zone=kessler.owner.zone)
    answer = due.clocks[0]
    assert (answer.ended, answer.is_over) == ("closed without one", is_over)


def test_the_point_in_the_navigation_is_marked(client_of, nino):
    page = client_of(nino).get(LIST).content.decode()
    assert f'<a href="{LIST}" aria-current="page">Tickets</a>' in page
