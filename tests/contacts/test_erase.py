"""A customer who is erased leaves no trace, but the hash that keeps him from being written to."""

import threading
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from contacts import erasing
from contacts.importing import files
from contacts.legal_basis import opt_out
from contacts.models import Customer, Entry, ImportFile, LegalBasis, Purchase, Tag
from crm.mail.folder import remove_files
from crm.mail.models import AdvertisingTurn, OutgoingMail, Suppression
from followups.models import FollowUp
from segmentation.models import Expectation, GroupHistory, QuarterSummary, Reminder, Score
from segmentation.overview import Overview
from segmentation.scores import score_everything
from tests.contacts.test_export import make_whole
from tests.factories import (
    NOW,
    TODAY,
    make_customer,
    make_dossier,
    make_entry,
    make_legal_basis,
    make_mail,
    make_purchase,
    make_suppression,
)
from tests.segmentation.reminders import make_reminder, make_series

TRACES = ("zyxwort", "quill", "7351924", "069 735", "vexier")

SAID_IN = {
    "contacts_customer", "contacts_entry", "contacts_legalbasis", "contacts_person", "contacts_tag",
    "followups_slip", "mail_outgoingmail",
}  # fmt: skip


@pytest.fixture
def whole(lead, nino):
    return make_whole(lead, nino)


def erase(customer, by):
    erasing.erase(customer=customer, by=by, now=NOW)


def traces():
    """Every row of the database that still says something of him, as table: row."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            rows = (repr(row).casefold() for row in cursor.fetchall())
            found += [f"{table}: {row}" for row in rows if any(trace in row for trace in TRACES)]
    return found


def points_to(pk):
    """Tables with a column customer_id, or recipient_id, that still has his id."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            columns = {each.name for each in connection.introspection.get_table_description(cursor, table)}
            for column in columns & {"customer_id", "recipient_id"}:
                cursor.execute(f"SELECT 1 FROM {table} WHERE {column} = {pk}")  # noqa: S608
                found += [table] if cursor.fetchone() else []
    return found


def test_nothing_of_him_is_left_in_any_table(lead, whole):
    pk = whole.pk
    assert {trace.partition(":")[0] for trace in traces()} == SAID_IN
    assert len(points_to(pk)) == 12
    erase(whole, lead)
    assert (traces(), points_to(pk)) == ([], [])


def test_others_keep_all_they_have(lead, nino, whole):
    other = make_whole(lead, nino, name="Kontor", email="post@kontor.example")
    erase(whole, lead)
    assert [customer.name for customer in Customer.objects.all()] == ["Kontor"]
    counts = [model.objects.count() for model in (Entry, Purchase, FollowUp, OutgoingMail, LegalBasis, Score)]
    assert counts == [1, 2, 1, 1, 1, 1]
    assert sorted(other.tag_names) == ["fair 2026", "vexier"]


def test_who_opted_out_is_known_by_nothing_but_a_hash(lead, nino, whole):
    hashed = whole.letter_hash
    opt_out(customer=whole, by=nino, now=NOW)
    make_suppression(customer=whole, reason="bounced")
    erase(whole, lead)
    assert [(row.reason, row.address_hash) for row in Suppression.objects.all()] == [("opted_out", hashed)]
    again = make_customer(owner=nino, name="Back again", email="Quill@zyxwort.example")
    make_legal_basis(customers=[again])
    assert list(Customer.objects.open_to_advertising()) == []


def test_who_did_not_may_be_written_to_when_he_comes_back(lead, nino, whole):
    make_suppression(customer=whole, reason="bounced")
    erase(whole, lead)
    again = make_customer(owner=nino, email="quill@zyxwort.example")
    make_legal_basis(customers=[again])
    assert list(Customer.objects.open_to_advertising()) == [again]


@pytest.mark.parametrize("state", ["queued", "claimed", "handoff", "sent", "unknown", "failed"])
def test_his_mails_go_whatever_becomes_of_them(lead, whole, state):
    mail = make_mail(
        team=lead.team, recipient_id=whole.pk, to_email=whole.email, state=state, is_advertising=True
    )
    AdvertisingTurn.take(mail, now=NOW)
    erase(whole, lead)
    assert (OutgoingMail.objects.count(), AdvertisingTurn.objects.count()) == (0, 0)
    # The worker who has it in hand finds that it is no longer his, and does not ask again.
    assert mail.has_left(now=NOW, detail="", provider_id="") is False
    assert mail.give_back() is False


def test_mails_to_former_addresses_go_and_those_of_others_stay(lead, nino, whole):
    make_mail(team=lead.team, recipient_id=whole.pk, to_email="before@zyxwort.example")
    make_mail(team=lead.team, to_email="before@zyxwort.example")
    sister = make_customer(owner=nino, email=whole.email)
    make_suppression(customer=sister, reason="bounced")
    kept = make_mail(team=lead.team, recipient_id=sister.pk, to_email=whole.email)
    elsewhere = make_mail(to_email=whole.email)
    erase(whole, lead)
    assert set(OutgoingMail.objects.all()) == {kept, elsewhere}
    assert Suppression.objects.count() == 1


def test_files_of_his_mails_go(lead, whole, settings, tmp_path, django_capture_on_commit_callbacks):
    settings.MAIL_FOLDER = tmp_path
    mail = OutgoingMail.objects.get()
    his, other = tmp_path / f"20261117-090300-{mail.public_id}.eml", tmp_path / "20261117-090300-other.eml"
    for path in (his, other):
        path.write_text("To: quill@zyxwort.example")
    with django_capture_on_commit_callbacks(execute=True):
        erase(whole, lead)
    assert (his.exists(), other.exists()) == (False, True)
    remove_files([mail.public_id])


def test_a_statement_for_him_alone_goes_one_for_many_stays(lead, nino, whole):
    other = make_customer(owner=nino)
    shared = make_legal_basis(customers=[other])
    erase(whole, lead)
    assert list(LegalBasis.objects.all()) == [shared]
    erase(other, lead)
    assert LegalBasis.objects.count() == 0


def test_tags_that_nobody_has_any_more_go(lead, nino, whole):
    make_whole(lead, nino, name="Kontor", email="post@kontor.example").tags.set(
        Tag.objects.filter(name="fair 2026")
    )
    erase(whole, lead)
    assert [tag.name for tag in Tag.objects.all()] == ["fair 2026"]


def test_lists_that_named_him_forget_him(lead, nino, settings, tmp_path, django_capture_on_commit_callbacks):
    settings.IMPORT_DIR = tmp_path
    rows = "Firma;E-Mail;Telefon\nZyxwort;quill@;\nKontor;a@;\nZyxwort;quill@;\n"
    options = {"owner": nino.pk, "undated": "rest"}
    upload = files.keep(rows.encode(), name="list.csv", user=nino, options=options)
    with django_capture_on_commit_callbacks(execute=True):
        files.carry_out(upload, owner=nino, by=nino, now=NOW)
    assert files.path_of(upload, left_out=True).exists()
    with django_capture_on_commit_callbacks(execute=True):
        erase(Customer.objects.get(name="Zyxwort"), lead)
    upload.refresh_from_db()
    assert [flaw["name"] for flaw in upload.options["done"]["flaws"]] == ["Kontor"]
    assert (files.path_of(upload, left_out=True).exists(), traces()) == (False, [])


def test_sums_over_all_customers_are_right_at_once(lead, nino):
    stays, goes = (make_dossier(owner=nino).customer for _ in range(2))
    for customer in (stays, goes, goes):
        make_purchase(customer=customer, bought_on=TODAY - timedelta(customer.purchases.count() * 100))
    score_everything(nino.team, as_of=TODAY)
    assert Overview.of(lead, today=TODAY).figures.customers == 2
    erase(goes, lead)
    assert Overview.of(lead, today=TODAY).figures.customers == 1
    for model in (Score, QuarterSummary, GroupHistory, Expectation):
        assert set(model.objects.values_list("customer", flat=True)) <= {stays.pk}


def test_a_second_time_there_is_nobody(lead, whole):
    erase(whole, lead)
    whole.pk = 1
    with pytest.raises(Customer.DoesNotExist):
        erase(whole, lead)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_erase_at_once_one_does(lead, nino):
    customer, outcomes = make_dossier(owner=nino).customer, []

    def go():
        try:
            erase(Customer(pk=customer.pk), lead)
            outcomes.append("erased")
        except Customer.DoesNotExist:
            outcomes.append("gone")
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["erased", "gone"]


def write_a_letter(customer, reminder):
    make_entry(customer=customer, kind="letter")


def queue_a_reminder(customer, reminder):
    Reminder.objects.select_for_update().get(pk=reminder.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("begin", [write_a_letter, queue_a_reminder])
def test_a_letter_that_is_being_queued_goes_too(lead, nino, begin):
    """Or it fails, since there is nobody any more to whom it could be filed."""
    customer = make_dossier(owner=nino).customer
    reminder = make_reminder(customer, make_series(lead))
    has_begun = threading.Event()

    def go():
        try:
            with suppress(IntegrityError), transaction.atomic():
                begin(customer, reminder)
                has_begun.set()
                time.sleep(0.1)  # for the other to come to where it waits
                make_mail(team=lead.team, recipient_id=customer.pk)
        finally:
            connection.close()

    thread = threading.Thread(target=go)
    thread.start()
    has_begun.wait()
    erase(customer, lead)
    thread.join()
    assert (OutgoingMail.objects.count(), Customer.objects.count()) == (0, 0)


# --- the page


def test_the_page_says_what_goes_and_what_stays(client_of, lead, nino, whole):
    ImportFile.objects.create(user=nino, name="not-yet.csv", options={"owner": nino.pk})
    ImportFile.objects.create(user=nino, name="done.csv", options={"done": {}})
    client, path = client_of(lead), f"/customers/{whole.pk}/erase/"
    text = client.get(path).content.decode()
    for words in ("Timeline", "Purchases", "Mails", "not-yet.csv", "Nothing that tells who it was"):
        assert words in text
    assert "done.csv" not in text
    make_suppression(customer=whole)
    assert "Since 17 Nov 2026 this customer wants no advertising" in client.get(path).content.decode()


def test_the_name_is_to_be_written_out(client_of, lead, whole):
    client, path = client_of(lead), f"/customers/{whole.pk}/erase/"
    for name, said in (("", "Write the name out."), ("Zyxwort", "This is another name")):
        answer = client.post(path, {"name": name})
        assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert Customer.objects.count() == 1
    answer = client.post(path, {"name": " zyxwort  KELLEREI"}, follow=True)
    assert (answer.redirect_chain, Customer.objects.count()) == ([("/customers/", 302)], 0)
    assert "The customer is erased." in answer.content.decode()
    assert client.get(path).status_code == 404


def test_for_leads_of_the_team_only(client_of, nino, stranger, whole):
    stranger.role = "lead"
    stranger.save()
    for user, status in ((nino, 403), (stranger, 404)):
        client = client_of(user)
        for ask in (client.get, client.post):
            assert ask(f"/customers/{whole.pk}/erase/", {"name": whole.name}).status_code == status
    assert Customer.objects.count() == 1


def test_logs_carry_ids_only(lead, whole, caplog):
    pk = whole.pk
    with caplog.at_level("INFO"):
        erase(whole, lead)
    assert f"Customer {pk} is erased by user {lead.pk}." in caplog.text
    assert not any(trace in caplog.text.casefold() for trace in TRACES)
