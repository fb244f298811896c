"""Whom not to write to: what is kept of it, and that it outlives the customer."""

from datetime import timedelta

import pytest

from contacts.models import Customer
from crm.mail import returns
from crm.mail.addresses import address_hash
from crm.mail.models import OutgoingMail, Return, State, Suppression
from tests.factories import NOW, make_customer, make_mail, make_team

HASHED = address_hash("barbara@kessler.example")
Why = Suppression.Why


def reasons(team, hashed=HASHED):
    return sorted(Suppression.objects.of(team, hashed).values_list("reason", flat=True))


def test_it_is_recorded_once(team):
    first = Suppression.record(team=team, hashed=HASHED, reason=Why.OPTED_OUT, now=NOW)
    again = Suppression.record(team=team, hashed=HASHED, reason=Why.OPTED_OUT, now=NOW + timedelta(1))
    assert (first, again, Suppression.objects.get().made_at) == (True, False, NOW)


def test_nothing_is_kept_but_a_keyed_hash(team, settings):
    Suppression.record(team=team, hashed=HASHED, reason=Why.OPTED_OUT, now=NOW)
    row = Suppression.objects.values().get()
    assert set(row) == {"id", "team_id", "address_hash", "reason", "made_at"}
    assert (len(row["address_hash"]), "kessler" in str(row)) == (64, False)
    settings.ADDRESS_KEY = "another"
    assert address_hash("barbara@kessler.example") != HASHED


def test_only_an_opt_out_can_be_lifted(team):
    for reason in Why:
        Suppression.record(team=team, hashed=HASHED, reason=reason, now=NOW)
    assert Suppression.lift(team=make_team(), hashed=HASHED) is False
    assert Suppression.lift(team=team, hashed=HASHED, since=NOW + timedelta(1)) is False
    assert Suppression.lift(team=team, hashed=HASHED) is True
    assert Suppression.lift(team=team, hashed=HASHED) is False
    assert reasons(team) == ["bounced", "complained"]


def test_an_opt_out_told_to_a_person_withdraws_what_waits(team):
    waiting = make_mail(team=team, to_email="barbara@kessler.example", is_advertising=True)
    answer = make_mail(team=team, to_email="barbara@kessler.example")
    assert returns.opt_out(team=team, hashed=HASHED, now=NOW) is True
    assert returns.opt_out(team=team, hashed=HASHED, now=NOW) is False
    states = dict(OutgoingMail.objects.values_list("pk", "state"))
    assert states == {waiting.pk: State.SUPPRESSED, answer.pk: State.QUEUED}


def test_it_survives_erasing_and_importing_again(nino):
    customer = make_customer(owner=nino, email="Barbara@Kessler.example")
    mail = make_mail(team=nino.team, to_email=customer.email, recipient_id=customer.pk, state=State.SENT)
    returns.opted_out(mail, now=NOW)
    mail.delete()
    customer.delete()
    assert Customer.objects.count() == 0
    again = make_customer(owner=nino, email=" barbara@KESSLER.example")
    assert reasons(nino.team, again.letter_hash) == ["opted_out"]


@pytest.mark.parametrize(
    ("verb", "reason"), [(returns.bounced, "bounced"), (returns.complained, "complained")]
)
def test_after_a_bounce_or_complaint_nothing_is_sent(team, verb, reason):
    mail = make_mail(team=team, to_email="barbara@kessler.example", state=State.SENT)
    waiting = [
        make_mail(team=team, to_email="barbara@kessler.example", is_advertising=ad) for ad in (True, False)
    ]
    verb(mail, now=NOW)
    assert reasons(team) == [reason]
    left = OutgoingMail.objects.filter(pk__in=[each.pk for each in waiting])
    assert set(left.values_list("state", "reason")) == {(State.SUPPRESSED, reason)}
    assert Return.objects.values_list("what", flat=True).get() == reason
