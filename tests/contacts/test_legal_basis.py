import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from contacts.legal_basis import Statement, opt_out, record, withdraw
from contacts.letters import recipient_of
from contacts.models import Customer, LegalBasis
from crm.mail import kinds
from crm.mail.actions import Content, compose
from crm.mail.models import Suppression
from crm.mail.returns import complained, opted_out, take_back
from tests.factories import (
    NOW,
    TODAY,
    make_customer,
    make_dossier,
    make_legal_basis,
    make_mail,
    make_person,
    make_sender,
    make_suppression,
)

EMAIL = "info@kessler.example"


@pytest.fixture
def kessler(nino):
    customer = make_dossier(owner=nino, name="Kessler", email=EMAIL).customer
    make_legal_basis(customers=[customer])
    return customer


def open_to_advertising():
    return [customer.name for customer in Customer.objects.open_to_advertising()]


def test_who_consented_and_has_an_address_may_be_written_to(kessler):
    assert open_to_advertising() == ["Kessler"]


def test_the_main_persons_address_is_one_too(kessler):
    kessler.email = ""
    kessler.main_person = make_person(customer=kessler, email="barbara@kessler.example")
    kessler.write()
    assert open_to_advertising() == ["Kessler"]


def test_without_a_legal_basis_or_an_address_nobody_may_be_written_to(nino, kessler):
    make_customer(owner=nino, email="other@kessler.example")
    kessler.email = ""
    kessler.write()
    assert open_to_advertising() == []


@pytest.mark.parametrize("reason", Suppression.Why.values)
def test_a_suppressed_address_is_not_written_to(kessler, reason):
    make_suppression(customer=kessler, reason=reason)
    assert open_to_advertising() == []


def test_what_another_team_was_told_does_not_count(kessler, stranger):
    make_suppression(customer=make_customer(owner=stranger, email=EMAIL))
    assert open_to_advertising() == ["Kessler"]


@pytest.mark.parametrize(
    ("reason", "open"), [("opted_out", []), ("complained", []), ("bounced", ["Kessler"])]
)
def test_what_somebody_objected_to_holds_for_his_new_address_too(kessler, reason, open):
    make_suppression(customer=kessler, reason=reason)
    kessler.email = "new@kessler.example"
    kessler.write()
    assert open_to_advertising() == open


def test_those_suppressed_are_told_apart_by_reason(nino, kessler):
    make_suppression(customer=kessler, reason=Suppression.Why.BOUNCED)
    make_customer(owner=nino)
    found = [Customer.objects.suppressed(*why).count() for why in ((), ("bounced",), ("opted_out",))]
    assert found == [1, 1, 0]


def test_the_question_is_one_query(kessler, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert Customer.objects.open_to_advertising().count() == 1


# --- recording


def mail_to(customer, **kw):
    """An advertising mail that waits."""
    about = {"team": customer.team, "recipient_id": customer.pk, "to_email": customer.email}
    return make_mail(**about | {"is_advertising": True} | kw)


def statement(**kw):
    said = {"kind": "consent", "text": "Yes, write to me.", "source": "order form", "given_on": TODAY}
    return Statement(**said | kw)


def notes(customer):
    return [entry.text for entry in customer.entries.latest_first()]


def test_a_recorded_basis_stands_in_the_timeline(nino):
    customer = make_customer(owner=nino, email=EMAIL)
    record(customer=customer, statement=statement(), by=nino, now=NOW)
    entry = customer.entries.get()
    assert entry.text == "Legal basis for letters: consent, 17 Nov 2026, order form.\nYes, write to me."
    assert (entry.author, entry.happened_at, entry.kind) == (nino, NOW, "note")
    assert list(Customer.objects.open_to_advertising()) == [customer]


def test_a_statement_on_which_nobody_stands_any_more_goes(nino, kessler):
    other = make_customer(owner=nino, email="other@kessler.example", legal_basis=kessler.legal_basis)
    record(customer=kessler, statement=statement(source="fair"), by=nino, now=NOW)
    assert LegalBasis.objects.count() == 2
    withdraw(customer=other, by=nino, now=NOW)
    assert [basis.source for basis in LegalBasis.objects.all()] == ["fair"]
    assert notes(other) == [
        "No legal basis for letters any more; until now: consent, 3 May 2026, order form."
    ]


def test_taking_it_back_holds_back_advertising_that_waits(nino, kessler):
    advert, answer = mail_to(kessler), mail_to(kessler, is_advertising=False)
    other = mail_to(make_customer(owner=nino, email="other@kessler.example"))
    withdraw(customer=kessler, by=nino, now=NOW)
    withdraw(customer=kessler, by=nino, now=NOW)
    for mail in (advert, answer, other):
        mail.refresh_from_db()
    assert [mail.state for mail in (advert, answer, other)] == ["suppressed", "queued", "queued"]
    assert (advert.reason, len(notes(kessler))) == ("no_basis", 1)


def test_an_opt_out_by_hand_is_kept_once_and_holds_back_what_waits(nino, kessler):
    mail = mail_to(kessler)
    assert [opt_out(customer=kessler, by=nino, now=NOW) for _ in range(2)] == [True, False]
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == ("suppressed", "opted_out")
    assert (open_to_advertising(), notes(kessler)) == ([], ["Wants no advertising any more."])


@pytest.mark.parametrize("reason", Suppression.OBJECTIONS)
def test_only_a_later_consent_lifts_what_was_objected_to(nino, kessler, reason):
    make_suppression(customer=kessler, reason=reason)
    record(customer=kessler, statement=statement(), by=nino, now=NOW)
    assert open_to_advertising() == []
    for wrong in (statement(kind="customer"), statement(given_on=TODAY - timedelta(1))):
        with pytest.raises(ValueError, match="later consent"):
            record(customer=kessler, statement=wrong, by=nino, now=NOW, lift=True)
    record(customer=kessler, statement=statement(), by=nino, now=NOW, lift=True)
    assert open_to_advertising() == ["Kessler"]
    assert notes(kessler)[0].endswith("Advertising may be sent again.")


def test_a_consent_does_not_bring_a_lost_address_back(nino, kessler):
    make_suppression(customer=kessler, reason="bounced")
    with pytest.raises(ValueError, match="later consent"):
        record(customer=kessler, statement=statement(), by=nino, now=NOW, lift=True)


def test_who_opts_out_by_a_link_has_a_note_of_it(kessler):
    kinds.tell_opted_out(mail_to(kessler), now=NOW)
    entry = kessler.entries.get()
    assert (entry.text, entry.author) == ("Wants no advertising any more: by the link in a letter.", None)


@pytest.mark.parametrize(("verb", "held"), [(opted_out, [True, False]), (complained, [True, True])])
def test_who_objects_by_an_old_letter_has_objected_for_his_new_address(kessler, verb, held):
    old = mail_to(kessler, state="sent")
    kessler.email = "new@kessler.example"
    kessler.write()
    waiting = [mail_to(kessler), mail_to(kessler, is_advertising=False)]
    assert open_to_advertising() == ["Kessler"]
    verb(old, now=NOW)
    assert open_to_advertising() == []
    for mail in waiting:
        mail.refresh_from_db()
    assert [mail.state == "suppressed" for mail in waiting] == held


def test_who_takes_it_back_has_done_so_for_his_new_address(kessler):
    old = mail_to(kessler, state="sent")
    kessler.email = "new@kessler.example"
    kessler.write()
    opted_out(old, now=NOW)
    assert [take_back(old, now=NOW) for _ in range(2)] == [True, False]
    assert open_to_advertising() == ["Kessler"]
    assert notes(kessler)[0] == "Took it back: advertising may be sent again."


def test_after_a_consent_an_old_letter_can_be_used_to_object_once_more(nino, kessler):
    old = mail_to(kessler, state="sent")
    opted_out(old, now=NOW)
    kessler.email = "new@kessler.example"
    kessler.write()
    record(customer=kessler, statement=statement(), by=nino, now=NOW, lift=True)
    assert open_to_advertising() == ["Kessler"]
    opted_out(old, now=NOW)
    assert open_to_advertising() == []


@pytest.mark.parametrize("is_late", [False, True])
def test_an_objection_outlasts_a_time_without_an_address(kessler, is_late):
    mail = mail_to(kessler, state="sent")
    if not is_late:
        opted_out(mail, now=NOW)
    for email in ("", ""):
        kessler.email = email
        kessler.write()
    assert Customer.objects.suppressed().count() == 0
    if is_late:
        opted_out(mail, now=NOW)
    kessler.refresh_from_db()
    kessler.email = "new@kessler.example"
    kessler.write()
    assert open_to_advertising() == []
    assert kessler.former_hash == ""


def test_nothing_is_kept_of_no_address(nino):
    customer = make_customer(owner=nino)
    assert not opt_out(customer=customer, by=nino, now=NOW)
    assert (Suppression.objects.count(), notes(customer)) == (0, [])


def test_no_advertising_letter_is_composed_without_a_basis(nino, kessler):
    sender, words = make_sender(team=nino.team), Content("Boxes", "Again?", "<p>Again?</p>")
    letter = {
        "sender": sender,
        "kind": kinds.kinds()[0],
        "content": words,
        "now": NOW,
        "valid_for": timedelta(3),
    }
    mail = compose(**letter, key="a", to=recipient_of(kessler, sender=sender), advertising=True)
    assert mail.basis == "consent, 3 May 2026, order form"
    withdraw(customer=kessler, by=nino, now=NOW)
    kessler.refresh_from_db()
    with pytest.raises(ValueError, match="legal basis"):
        compose(**letter, key="b", to=recipient_of(kessler, sender=sender), advertising=True)


def test_the_queue_refuses_advertising_without_a_basis(kessler):
    with pytest.raises(IntegrityError), transaction.atomic():
        mail_to(kessler, basis="")


# --- the page


@pytest.fixture
def page(client_of, nino, kessler):
    return client_of(nino), f"/customers/{kessler.pk}/legal-basis/"


GIVEN = {"kind": "consent", "text": "Yes", "source": "fair", "given_on": "2026-05-03"}


def test_the_card_says_what_may_be_sent(client_of, nino, kessler):
    def line():
        text = client_of(nino).get(f"/customers/{kessler.pk}/").content.decode()
        return re.search(r'<dt>Letters</dt><dd>([^<]*) <a class="rb-link" href="([^"]*)">', text).groups()

    href = f"/customers/{kessler.pk}/legal-basis/"
    assert line() == ("Consent, 3 May 2026, order form", href)
    Customer.objects.update(legal_basis=None)
    assert line() == ("No legal basis: no advertising mail", href)
    for reason, words in (
        ("bounced", "The address does not exist, as we know since 17 Nov 2026"),
        ("complained", "Complained of a mail on 17 Nov 2026: no mail at all"),
        ("opted_out", "Wants no advertising since 17 Nov 2026"),
    ):
        make_suppression(customer=kessler, reason=reason)
        assert line() == (words, href)


def test_a_basis_is_recorded_on_its_page(page, kessler):
    client, path = page
    assert client.post(path, GIVEN).status_code == 302
    text = client.get(path).content.decode()
    assert "Consent, 3 May 2026, fair" in text
    assert "Recorded by Nino Beridze" in text
    kessler.refresh_from_db()
    assert kessler.legal_basis.source == "fair"


def test_a_year_that_is_a_slip_is_asked_about(page, kessler):
    client, path = page
    answer = client.post(path, GIVEN | {"given_on": "0026-05-03"})
    assert answer.status_code == 422
    assert "Is the year 26 right? Write all four digits." in answer.content.decode()
    assert not LegalBasis.objects.filter(given_on__year=26).exists()


def test_what_is_missing_is_said_and_nothing_typed_is_lost(page, kessler):
    client, path = page
    answer = client.post(path, GIVEN | {"text": "", "given_on": "2100-01-01"})
    assert answer.status_code == 422
    text = answer.content.decode()
    for words in ("Write what they agreed to", "This day is yet to come", 'value="fair"'):
        assert words in text
    kessler.refresh_from_db()
    assert kessler.legal_basis.source == "order form"


def test_a_statement_is_made_again(page, nino):
    client, path = page
    other = make_legal_basis(team=nino.team, source="fair of May")
    make_legal_basis(team=nino.team, source="fair of May")
    make_legal_basis(source="elsewhere")
    text = client.get(path).content.decode()
    assert (text.count("fair of May"), "elsewhere" in text) == (1, False)
    latest = LegalBasis.objects.filter(source="fair of May").latest("pk")
    client.post(path, {"again": latest.pk})
    customer = Customer.objects.get()
    assert (customer.legal_basis.source, customer.legal_basis.recorded_by) == ("fair of May", nino)
    assert customer.legal_basis.pk not in (other.pk, latest.pk)
    assert client.post(path, {"again": "9" * 30}).status_code == 422


def test_an_objection_is_lifted_by_asking_for_it(page, kessler):
    client, path = page
    assert b'name="lift"' not in client.get(path).content
    make_suppression(customer=kessler)
    assert b'name="lift"' in client.get(path).content
    answer = client.post(path, GIVEN | {"lift": "on"})
    assert "Only a consent given on 17 Nov 2026 or later" in answer.content.decode()
    client.post(path, GIVEN | {"lift": "on", "given_on": "2026-11-17"})
    assert open_to_advertising() == ["Kessler"]


def test_no_advertising_is_asked_first(page, kessler):
    client, _path = page
    path = f"/customers/{kessler.pk}/no-advertising/"
    assert "No more advertising to Kessler?" in client.get(path).content.decode()
    assert open_to_advertising() == ["Kessler"]
    client.post(path)
    assert open_to_advertising() == []


def test_an_address_that_is_right_is_tried_again(page, kessler):
    client, path = page
    button = "The address is right: try again"
    assert button not in client.get(path).content.decode()
    for reason in Suppression.Why.values:
        make_suppression(customer=kessler, reason=reason)
    client.post(f"{path}trust/")
    client.post(f"{path}trust/")
    assert sorted(row.reason for row in Suppression.objects.all()) == ["complained", "opted_out"]
    assert notes(kessler) == ["The e-mail address is right: letters may go there again."]
    Suppression.objects.all().delete()
    make_suppression(customer=kessler, reason="bounced")
    assert button in client.get(path).content.decode()


def test_without_an_address_there_is_nothing_to_forbid(page, kessler):
    client, _path = page
    kessler.email = ""
    kessler.write()
    answer = client.post(f"/customers/{kessler.pk}/no-advertising/", follow=True)
    assert "nothing can be sent anyway" in answer.content.decode()
    assert Suppression.objects.count() == 0


def test_the_basis_is_taken_back_and_only_by_post(page, kessler):
    client, path = page
    assert client.get(f"{path}withdraw/").status_code == 405
    client.post(f"{path}withdraw/")
    kessler.refresh_from_db()
    assert kessler.legal_basis is None


@pytest.mark.parametrize(
    "path", ["legal-basis/", "legal-basis/withdraw/", "legal-basis/trust/", "no-advertising/"]
)
def test_strangers_find_nothing(client_of, stranger, kessler, path):
    client = client_of(stranger)
    assert client.post(f"/customers/{kessler.pk}/{path}", GIVEN).status_code == 404
    assert (LegalBasis.objects.count(), open_to_advertising()) == (1, ["Kessler"])


@pytest.mark.parametrize("size", [1, 3])
def test_the_page_takes_the_same_queries_whatever_was_stated(page, nino, size, django_assert_num_queries):
    client, path = page
    for number in range(size):
        make_legal_basis(team=nino.team, source=f"fair {number}")
    with django_assert_num_queries(5):  # session, user, dossier, statements, objection
        client.get(path)
