"""Two at once: of each pair one wins, on both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from crm.mail import rounds
from crm.mail.actions import Content, Recipient, compose, queue
from crm.mail.models import AdvertisingTurn, OutgoingMail, State
from crm.mail.models.outgoing import Reason
from tests.factories import NOW, make_mail, make_sender
from tests.sharing import room_for

pytestmark = pytest.mark.django_db(transaction=True)

LEASE = timedelta(minutes=1)


def at_once(*steps):
    """What each returns, begun together in threads of their own."""
    together = threading.Barrier(len(steps))

    def run(step):
        try:
            together.wait()
            return step()
        finally:
            connection.close()

    with room_for(len(steps)), ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


def test_of_many_who_claim_one_mail_one_gets_it():
    make_mail(team=make_sender().team)
    claims = at_once(*[lambda: OutgoingMail.objects.claim(now=NOW, lease=LEASE)] * 6)
    [claimed] = [mail for claim in claims for mail in claim]
    assert OutgoingMail.objects.get().claim == claimed.claim


def test_many_who_claim_many_get_each_its_own():
    sender = make_sender()
    for _ in range(6):
        make_mail(team=sender.team)

    claims = at_once(*[lambda: OutgoingMail.objects.claim(now=NOW, lease=LEASE, most=2)] * 3)
    claimed = [mail.pk for claim in claims for mail in claim]
    assert len(claimed) == len(set(claimed)) == 6


def test_of_two_letters_to_one_address_one_takes_the_turn():
    sender = make_sender()
    first, second = (
        make_mail(team=sender.team, is_advertising=True, to_email="b@kessler.example") for _ in range(2)
    )
    for _ in range(3):
        AdvertisingTurn.objects.all().delete()
        taken = at_once(
            lambda: AdvertisingTurn.take(first, now=NOW), lambda: AdvertisingTurn.take(second, now=NOW)
        )
        assert sorted(taken) == [False, True]


def test_two_workers_send_one_of_two_letters_to_one_address(inbox, register):
    register()
    sender = make_sender()
    for _ in range(2):
        make_mail(
            team=sender.team,
            is_advertising=True,
            to_email="b@kessler.example",
            valid_until=NOW + timedelta(days=30),
        )
    at_once(*[lambda: rounds.drain(clock=lambda: NOW)] * 2)
    states = OutgoingMail.objects.order_by("-state").values_list("state", "reason")
    assert list(states) == [(State.SENT, ""), (State.QUEUED, Reason.TURN)]
    assert len(inbox.mails) == 1


def test_four_workers_send_each_mail_once(inbox, register):
    register()
    sender = make_sender()
    for _ in range(24):
        make_mail(team=sender.team)
    at_once(*[lambda: rounds.drain(clock=lambda: NOW)] * 4)
    assert OutgoingMail.objects.filter(state=State.SENT).count() == 24
    assert len({mail["Message-ID"] for mail in inbox.mails}) == len(inbox.mails) == 24


def test_either_it_is_withdrawn_or_it_is_handed_over():
    sender = make_sender()
    for _ in range(8):
        make_mail(team=sender.team)
        [mail] = OutgoingMail.objects.claim(now=NOW, lease=LEASE)
        handed, withdrawn = at_once(
            lambda mail=mail: mail.hand_off(now=NOW, lease=LEASE),
            lambda mail=mail: OutgoingMail.objects.filter(pk=mail.pk).withdraw(reason="bought", now=NOW),
        )
        assert handed + withdrawn == 1
        assert OutgoingMail.objects.get(pk=mail.pk).state == (State.HANDOFF if handed else State.SUPPRESSED)


def letter(sender, kind) -> OutgoingMail:
    return compose(
        sender=sender,
        kind=kind,
        key="note:1",
        to=Recipient(name="", email="b@kessler.example", language="en"),
        content=Content("subject", "text", "<p>text</p>"),
        now=NOW,
        valid_for=timedelta(days=1),
    )


def test_one_occasion_is_told_once_however_many_tell_it(register):
    sender, kind = make_sender(), register()
    rows = at_once(*[lambda: queue(letter(sender, kind)).pk] * 4)
    assert len(set(rows)) == OutgoingMail.objects.count() == 1


def test_a_transaction_that_is_rolled_back_sends_nothing(inbox, register):
    sender, kind = make_sender(), register()

    def buy_and_fail() -> None:
        with transaction.atomic():
            queue(letter(sender, kind))
            raise LookupError

    with pytest.raises(LookupError):
        buy_and_fail()
    rounds.drain(clock=lambda: NOW)
    assert (OutgoingMail.objects.count(), inbox.mails) == (0, [])
