"""What tickets let a dossier say, and what they no longer do."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from crm.mail.actions import Content
from feedback import actions
from feedback.models import Ticket
from followups.models import FollowUp, Slip
from followups.slips import collect
from tests.factories import NOW, TODAY, make_dossier, make_followup
from tests.feedback.makers import make_ticket

FRIDAY, HOUR = date(2026, 11, 20), timedelta(hours=1)
NEXT_WEEK = TODAY + timedelta(days=9)


@pytest.fixture
def kessler(nino):
    """Lies behind a tab of next week."""
    return make_dossier(owner=nino, due_on=NEXT_WEEK).customer


def opened(customer, **kw):
    fields = {"kind": "question", "subject": "Price for 1,000", "text": "?", "channel": "mail", "now": NOW}
    return actions.open_ticket(team=customer.team, customer=customer, **fields | kw)


def answer(ticket, *, now=NOW + HOUR):
    content, token = Content("Re", "So.", "<p>So.</p>"), UUID(int=now.toordinal())
    return actions.answer(ticket=ticket, content=content, by=ticket.assignee, now=now, token=token)


def lies_under(customer):
    return FollowUp.objects.open().get(customer=customer).due_on


def told():
    return list(Slip.objects.order_by("pk").values_list("source", "reason", "speaks_on", "pulled_from"))


def test_a_promised_answer_pulls_the_dossier_to_that_day_at_once(kessler):
    opened(kessler, promised_on=FRIDAY)
    reason = "Answer promised for Fri 20 Nov, ticket 1: Price for 1,000"
    assert told() == [("promise", reason, FRIDAY, NEXT_WEEK)]
    assert lies_under(kessler) == FRIDAY
    assert collect(NOW) == "0 slips"


def test_a_call_back_says_at_which_time(kessler):
    opened(kessler, call_at=datetime(2026, 11, 20, 13, 30, tzinfo=UTC), promised_on=FRIDAY)
    assert told() == [("callback", "Call back at 14:30, ticket 1: Price for 1,000", FRIDAY, NEXT_WEEK)]


def test_what_is_due_today_speaks_up_on_its_day(kessler):
    ticket = opened(kessler)  # due tomorrow
    assert collect(NOW) == "0 slips"
    assert collect(NOW + timedelta(hours=15)) == "1 slips"
    tomorrow = TODAY + timedelta(1)
    reason = "First answer due Wed 18 Nov, 11:03, ticket 1: Price for 1,000"
    assert told() == [("ticket_due", reason, tomorrow, NEXT_WEEK)]
    assert lies_under(kessler) == tomorrow
    answer(ticket, now=NOW + timedelta(days=1))
    assert told() == []
    assert collect(ticket.solution_due_at - 2 * HOUR) == "1 slips"
    assert told()[0][1] == "Solution due Tue 24 Nov, 10:03, ticket 1: Price for 1,000"


def test_no_agreed_appointment_is_moved_the_slip_only_waits(nino):
    customer = make_dossier(owner=nino, due_on=NEXT_WEEK, at=time(10)).customer
    opened(customer, promised_on=FRIDAY)
    assert [row[2:] for row in told()] == [(FRIDAY, None)]
    assert lies_under(customer) == NEXT_WEEK


def test_a_dossier_comes_out_of_the_cabinet_and_never_goes_back_in_time(nino):
    resting = make_dossier(owner=nino, rest_reason="Nothing before spring").customer
    sooner = make_dossier(owner=nino, due_on=TODAY).customer
    opened(resting, promised_on=FRIDAY)
    opened(sooner, promised_on=FRIDAY)
    assert (lies_under(resting), lies_under(sooner)) == (FRIDAY, TODAY)


@pytest.mark.parametrize(
    "done",
    [
        lambda ticket: answer(ticket),
        lambda ticket: actions.close(ticket=ticket, done="", by=ticket.assignee, now=NOW + HOUR),
        lambda ticket: actions.set_promise(
            ticket=ticket, promised_on=None, call_at=None, by=ticket.assignee, now=NOW + HOUR
        ),
        lambda ticket: actions.merge(
            ticket=ticket, into=make_ticket(customer=ticket.customer), by=ticket.assignee, now=NOW + HOUR
        ),
    ],
)
def test_what_is_done_before_is_not_said(kessler, done):
    ticket = opened(kessler, promised_on=FRIDAY)
    done(ticket)
    assert (told(), lies_under(kessler)) == ([], NEXT_WEEK)
    assert collect(NOW + HOUR) == "0 slips"


def test_what_is_open_again_is_said_again_and_a_later_promise_instead(kessler, nino):
    ticket = opened(kessler, promised_on=FRIDAY)
    actions.close(ticket=ticket, done="", by=nino, now=NOW + HOUR)
    actions.reopen(ticket=ticket, by=nino, now=NOW + 2 * HOUR)
    assert len(told()) == 1
    monday = FRIDAY + timedelta(3)
    actions.set_promise(ticket=ticket, promised_on=monday, call_at=None, by=nino, now=NOW + 3 * HOUR)
    assert ([row[2:] for row in told()], lies_under(kessler)) == ([(monday, NEXT_WEEK)], monday)


def test_what_was_seen_and_filed_is_not_said_a_second_time(kessler, nino):
    opened(kessler, promised_on=TODAY)
    Slip.objects.update(done_at=NOW, done_by=nino)
    assert collect(NOW + HOUR) == "0 slips"
    assert Slip.objects.count() == 1


def test_what_passes_by_other_ways_is_withdrawn_within_the_hour(kessler):
    opened(kessler, promised_on=FRIDAY)
    Ticket.objects.update(promised_on=None)
    collect(NOW + HOUR)
    assert told() == []


def test_slips_of_other_tickets_stay(kessler):
    first, second = opened(kessler, promised_on=FRIDAY), opened(kessler, promised_on=FRIDAY)
    assert len(told()) == 2
    answer(second)
    assert [row[1] for row in told()] == [
        f"Answer promised for Fri 20 Nov, ticket {first.number}: Price for 1,000"
    ]


def test_an_unknown_sender_has_no_dossier_to_speak_up(team):
    actions.open_ticket(
        team=team, kind="question", subject="?", text="?", channel="mail", now=NOW, promised_on=TODAY
    )
    assert (told(), collect(NOW)) == ([], "0 slips")


def test_a_slip_leads_to_its_ticket(client_of, nino, kessler):
    ticket = opened(kessler, promised_on=TODAY)
    page = client_of(nino).get(kessler.get_absolute_url()).content.decode()
    assert ticket.get_absolute_url() in page


def test_the_owner_of_another_day_is_asked_by_his_own_clock(nino):
    """At 23:30 in Berlin it is the next day in Tbilisi."""
    nino.own_time_zone = "Asia/Tbilisi"
    nino.save()
    place = make_followup(owner=nino, due_on=NEXT_WEEK)
    opened(place.customer, call_at=datetime(2026, 11, 18, 21, 0, tzinfo=UTC))
    assert [row[1:3] for row in told()] == [
        ("Call back at 01:00, ticket 1: Price for 1,000", date(2026, 11, 19))
    ]
