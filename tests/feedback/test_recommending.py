"""Asking once a quarter whether they recommend us: whom, when, how often."""

from datetime import date, timedelta

import pytest

from contacts.models import LegalBasis
from crm.mail.delivery import why_hold
from crm.mail.models import AdvertisingTurn, OutgoingMail, State
from feedback.models import Invitation, ServiceRules
from feedback.recommending import CATCHES_UP, WEEKS, Quarter, ask_all
from tests.factories import (
    NOW,
    make_customer,
    make_legal_basis,
    make_mail,
    make_purchase,
    make_sender,
    make_suppression,
)  # fmt: skip
from tests.feedback.makers import make_invitation, make_rules, make_ticket

FIRST = NOW.replace(month=10, day=1)
WEEKLY = [FIRST + timedelta(days=7 * n) for n in range(WEEKS)]
# Each reaches back to the one before: whoever may be asked is asked on one of them, whichever his week is.
LOOKS = [*WEEKLY[CATCHES_UP :: CATCHES_UP + 1], WEEKLY[-1]]


@pytest.fixture
def rules(nino):
    make_sender(team=nino.team)
    return make_rules(team=nino.team, asks_to_recommend=True)


def make_buyer(owner, *, consents=True, bought_on=date(2026, 8, 3), **kw):
    customer = make_customer(owner=owner, email=kw.pop("email", "b@kessler.example"), language="en", **kw)
    if bought_on:
        make_purchase(customer=customer, bought_on=bought_on)
    if consents:
        make_legal_basis(customers=[customer])
    return customer


def asked():
    return Invitation.objects.filter(question="recommend")


def through_the_quarter(days=LOOKS):
    for day in days:
        ask_all(day)
    return asked().count()


def test_a_customer_who_agreed_is_asked_once_in_the_quarter(rules, nino):
    customer = make_buyer(nino)
    assert through_the_quarter(WEEKLY) == 1
    mail = asked().get().mail
    assert (mail.idempotency_key, mail.is_advertising) == (f"recommend:{customer.pk}:2026-Q4", True)
    assert mail.subject == "Would you recommend Carton & Co?"
    for body in (mail.text, mail.html):
        assert [f"?v={n}" in body for n in range(11)] == [True] * 11
        assert "how likely are you to recommend Carton &amp; Co" in body or "recommend Carton & Co to" in body
        assert ("Kartonweg 3" in body, "/u/" in body) == (True, True)


def test_the_customers_are_spread_over_the_weeks(rules, nino):
    for n in range(WEEKS * 2):
        make_buyer(nino, email=f"c{n}@kessler.example")
    made = []
    for day in WEEKLY:
        ask_all(day)
        ask_all(day + timedelta(days=1))
        made.append(asked().count() - sum(made))
    assert made == [2] * WEEKS


def test_next_quarter_at_another_time(rules, nino):
    make_buyer(nino)
    through_the_quarter(WEEKLY)
    first = asked().get().made_at
    Invitation.objects.update(asked_at=first)
    OutgoingMail.objects.update(state=State.SENT)
    for n in range(WEEKS):
        ask_all(FIRST + timedelta(days=92 + 7 * n))
    second = asked().latest("made_at").made_at
    assert asked().count() == 2
    assert Quarter(first.date()).week != Quarter(second.date()).week


def not_agreed(customer):
    LegalBasis.objects.update(kind="customer")


def opted_out(customer):
    make_suppression(customer=customer)


def silent_for_a_year(customer):
    customer.purchases.update(bought_on=date(2025, 9, 30))


def only_a_return(customer):
    customer.purchases.update(amount=-5)


def switched_off(customer):
    ServiceRules.objects.update(asks_to_recommend=False)


@pytest.mark.parametrize("against", [not_agreed, opted_out, silent_for_a_year, only_a_return, switched_off])
def test_who_is_not_asked(rules, nino, against):
    against(make_buyer(nino))
    assert through_the_quarter() == 0


def test_a_ticket_within_a_year_is_dealing_with_us_too(rules, nino):
    customer = make_buyer(nino, bought_on=None)
    assert through_the_quarter() == 0
    make_ticket(customer=customer, opened_at=FIRST - timedelta(days=200))
    assert through_the_quarter() == 1


def test_not_within_thirty_days_of_another_request_but_after_it(rules, nino):
    customer = make_buyer(nino)
    own_week = next(day for day in WEEKLY if is_asked_on(customer, day))
    ticket = make_ticket(customer=customer, closed_at=own_week)
    other = make_invitation(ticket=ticket, asked_at=own_week - timedelta(days=29))
    ask_all(own_week)
    assert asked().count() == 0
    ask_all(own_week + timedelta(days=1))
    assert asked().count() == 1
    assert other.asked_at + timedelta(days=30) == asked().get().made_at


def is_asked_on(customer, day):
    """Whether that is his week, found by trying."""
    ask_all(day)
    found = asked().filter(customer=customer)
    OutgoingMail.objects.filter(invitation__in=found).delete()
    return found.delete()[0] > 0


def test_not_within_seven_days_of_advertising(rules, nino):
    customer = make_buyer(nino)
    waiting = make_mail(team=nino.team, recipient_id=customer.pk, is_advertising=True)
    assert through_the_quarter() == 0
    waiting.delete()
    turn = AdvertisingTurn.objects.create(
        team=nino.team, address_hash=customer.letter_hash, taken_at=FIRST + timedelta(days=200)
    )
    assert through_the_quarter() == 0
    turn.delete()
    assert through_the_quarter() == 1


def test_the_outbox_asks_once_more_at_the_hand_off(rules, nino):
    make_buyer(nino)
    through_the_quarter()
    mail = OutgoingMail.objects.select_related("team__sender").get()

    def held():
        hold = why_hold(mail, now=mail.not_before)
        return hold.reason if hold else ""

    assert held() == ""
    ServiceRules.objects.update(asks_to_recommend=False)
    assert held() == "off"
    ServiceRules.objects.update(asks_to_recommend=True)
    not_agreed(None)
    assert held() == "no_consent"


def test_another_team_asks_for_itself(rules, nino, stranger):
    make_buyer(stranger)
    assert through_the_quarter() == 0


@pytest.mark.parametrize(
    ("day", "first", "week", "name"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), 0, "2026-Q1"),
        (date(2026, 3, 31), date(2026, 1, 1), 12, "2026-Q1"),
        (date(2026, 11, 17), date(2026, 10, 1), 6, "2026-Q4"),
        (date(2026, 12, 31), date(2026, 10, 1), 12, "2026-Q4"),
    ],
)
def test_quarters(day, first, week, name):
    quarter = Quarter(day)
    assert (quarter.first, quarter.week, str(quarter)) == (first, week, name)


def test_looking_costs_the_same_however_many_there_are(rules, nino, django_assert_num_queries):
    for n in range(20):
        make_buyer(nino, consents=False, email=f"c{n}@kessler.example")
    with django_assert_num_queries(2):
        ask_all(NOW)
