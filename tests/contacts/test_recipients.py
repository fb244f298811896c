"""The outbox learns from the customers who its recipients are."""

import pytest

from contacts import recipients
from crm.mail import recipients as known
from tests.factories import make_customer, make_mail

pytestmark = pytest.mark.django_db


def test_recipients_have_names_and_dossiers_in_one_query(nino, django_assert_num_queries):
    kessler = make_customer(owner=nino, name="Kessler")
    mails = [make_mail(recipient_id=pk) for pk in (kessler.pk, kessler.pk, 99, None)]
    with django_assert_num_queries(1):
        assert known.named(mails) == {kessler.pk: ("Kessler", f"/customers/{kessler.pk}/")}


def test_mail_to_nobody_of_ours_asks_nothing(django_assert_num_queries):
    mails = [make_mail(recipient_id=None)]
    with django_assert_num_queries(0):
        assert known.named(mails) == {}


def test_a_recipient_is_found_by_all_that_stands_in_his_dossier(lead, nino, stranger):
    kessler = make_customer(owner=nino, name="Weingut Kessler", town="Oppenheim", person="Barbara")
    make_customer(owner=nino, name="Bergmann Optik")
    make_customer(owner=stranger, name="Weingut Kessler")
    assert [known.called(lead, text) for text in ("kessl", "barbara", "Oppenheim", "zzz")] == [
        [kessler.pk], [kessler.pk], [kessler.pk], [],
    ]  # fmt: skip


def test_no_more_are_found_than_can_be_looked_for(lead, nino, monkeypatch):
    monkeypatch.setattr(recipients, "MOST", 1)
    for _ in range(3):
        make_customer(owner=nino, name="Kessler")
    assert len(known.called(lead, "kessler")) == 1
