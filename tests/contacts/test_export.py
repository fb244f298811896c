"""All that is kept of a customer, as he may ask for it."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts import registry
from contacts.actions import set_tags
from contacts.exporting import everything
from contacts.models import Customer
from crm.mail.addresses import address_hash
from crm.mail.models import State
from crm.mail.tokens import UNSUBSCRIBE, token_for
from segmentation.models import Relationship
from segmentation.scores import score_everything
from tests.factories import (
    NOW,
    TODAY,
    make_dossier,
    make_entry,
    make_legal_basis,
    make_mail,
    make_person,
    make_purchase,
    make_slip,
    make_suppression,
)
from tests.segmentation.reminders import make_reminder, make_series


def make_whole(lead, owner, **kw):
    """A customer of whom everything is kept."""
    place = make_dossier(
        **{
            "owner": owner,
            "name": "Zyxwort Kellerei",
            "email": "quill@zyxwort.example",
            "plan": "600 cartons",
        }
        | kw
    )
    customer = place.customer
    person = make_person(
        customer=customer, name="Ottilie Quill", phone="+49 69 7351924", note="likes <b>tea</b>"
    )
    customer.main_person = person
    customer.write()
    set_tags(customer=customer, names=["fair 2026", "vexier"])
    make_legal_basis(customers=[customer], text="Ottilie Quill agreed")
    make_entry(customer=customer, kind="call", outcome="agreed", text="Zyxwort wants more", minutes=12)
    make_purchase(customer=customer, amount="150.50", product_group="Boxes", reference=f"R{customer.pk}")
    make_purchase(customer=customer, amount="150.50", bought_on=TODAY - timedelta(200))
    make_slip(customer=customer, reason="Ottilie Quill turns 50")
    Relationship.objects.create(customer=customer, kind="loyal", set_by=owner, set_at=NOW)
    mail = make_mail(
        team=owner.team, recipient_id=customer.pk, to_email=customer.email, to_name="Ottilie Quill"
    )
    mail.returns.create(what="answered", key="1")
    make_reminder(customer, make_series(lead, name=f"Again {customer.pk}"))
    score_everything(owner.team, as_of=TODAY)
    return customer


@pytest.fixture
def whole(lead, nino):
    return make_whole(lead, nino)


def unpacked(answer):
    archive = zipfile.ZipFile(io.BytesIO(answer.getvalue()))
    assert archive.namelist() == ["data.json", "page.html"]
    return json.loads(archive.read("data.json")), archive.read("page.html").decode()


def test_everything_is_given_as_data_and_as_a_page(client_of, nino, whole):
    make_suppression(customer=whole)
    answer = client_of(nino).post(f"/customers/{whole.pk}/export/")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="zyxwort-kellerei-')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    data, page = unpacked(answer)
    assert list(data) == [
        "team", "made_at", "customer", "people", "legal_basis", "suppressed", "entries", "purchases", "mails",
        "returned", "places", "slips", "score", "quarters", "groups", "relationship", "reminders",
    ]  # fmt: skip
    [card] = data["customer"]
    assert (card["name"], card["owner"], card["tag_names"]) == (
        "Zyxwort Kellerei",
        nino.name,
        ["fair 2026", "vexier"],
    )
    assert data["people"][0]["phone"] == "+49 69 7351924"
    assert data["entries"][0] == {
        "happened_at": "2026-11-17T09:03:00Z", "kind": "call", "outcome": "agreed", "text": "Zyxwort wants more",
        "minutes": 12, "next_on": None, "author": nino.name, "on_behalf_of": None,
    }  # fmt: skip
    assert data["purchases"][0]["amount"] == "150.50"
    assert data["mails"][0]["text"] == "They are ready."
    assert data["suppressed"][0]["reason"] == "opted_out"
    for words in (
        "Ottilie Quill agreed",
        "600 cartons",
        "likes &lt;b&gt;tea&lt;/b&gt;",
        "wants no advertising",
    ):
        assert words in page


def test_of_letters_of_before_nobody_else_can_press_the_links(client_of, nino, whole):
    """Neither in the export nor in the dossier."""
    mail = make_mail(team=nino.team, recipient_id=whole.pk, state=State.SENT)
    token = token_for(mail.public_id, purpose=UNSUBSCRIBE)
    words = f"For you\n\nNo more such mail: https://x.example/u/{token}/"
    make_entry(customer=whole, kind="email", mail=mail, text=words)
    data, page = unpacked(client_of(nino).post(f"/customers/{whole.pk}/export/"))
    dossier = client_of(nino).get(whole.get_absolute_url()).content.decode()
    assert "/u/…/" in json.dumps(data, ensure_ascii=False)
    for shown in (json.dumps(data), page, dossier):
        assert ("No more such mail" in shown, token in shown) == (True, False)


def test_what_he_objected_to_at_other_addresses_is_given_too(client_of, nino, lead, whole):
    mail = make_mail(team=nino.team, recipient_id=whole.pk, to_email="before@zyxwort.example")
    person = whole.people.get()
    person.email = "ottilie@zyxwort.example"
    person.save()
    shared = make_whole(lead, nino, name="Abcwort")
    assert shared.letter_hash == whole.letter_hash
    for hashed in (
        whole.letter_hash,
        mail.address_hash,
        address_hash(person.email),
        address_hash("x@y.example"),
    ):
        make_suppression(customer=whole, address_hash=hashed)
    data, _page = unpacked(client_of(nino).post(f"/customers/{whole.pk}/export/"))
    assert len(data["suppressed"]) == 3


def test_it_is_kept_that_it_was_done(client_of, lead, whole):
    client_of(lead).post(f"/customers/{whole.pk}/export/").getvalue()
    entry = whole.entries.latest("pk")
    assert (entry.text, entry.author) == ("All data was exported.", lead)


def test_for_the_owner_and_leads_only(client_of, levan, stranger, whole):
    path = f"/customers/{whole.pk}/export/"
    assert client_of(levan).post(path).status_code == 403
    assert client_of(stranger).post(path).status_code == 404
    assert client_of(levan).get(path).status_code == 405
    assert whole.entries.count() == 1


def test_the_dossier_offers_it_to_those(client_of, lead, nino, levan, whole):
    def offered(user):
        page = client_of(user).get(f"/customers/{whole.pk}/").content.decode()
        return "Export all data" in page, "Erase this customer" in page

    assert [offered(user) for user in (lead, nino, levan)] == [(True, True), (True, False), (False, False)]


def test_a_name_in_other_letters_and_nothing_else_is_an_export_too(client_of, nino):
    customer = make_dossier(owner=nino, name="აბრეშუმი").customer
    answer = client_of(nino).post(f"/customers/{customer.pk}/export/")
    assert f"customer-{customer.pk}-" in answer.headers["Content-Disposition"]
    data, page = unpacked(answer)
    assert (data["customer"][0]["name"], "აბრეშუმი" in page) == ("აბრეშუმი", True)
    assert list(data) == ["team", "made_at", "customer", "places"]


def test_every_model_that_points_to_a_customer_is_in_the_export(whole):
    models = {type(row) for given in everything(whole) for row in given.rows}
    sections = {section.rows.model for section in registry.export(whole) if hasattr(section.rows, "model")}
    pointing = {
        relation.related_model
        for relation in Customer._meta.related_objects
        if not relation.related_model._meta.auto_created
    }
    assert pointing - models - sections == set()


def test_queries_do_not_grow_with_what_is_kept(nino, whole):
    def queries():
        customer = Customer.objects.with_main_person().select_related("team").get(pk=whole.pk)
        with CaptureQueriesContext(connection) as captured:
            everything(customer)
        return len(captured)

    one = queries()
    for _ in range(3):
        make_entry(customer=whole)
        make_purchase(customer=whole)
        make_mail(team=nino.team, recipient_id=whole.pk)
        make_person(customer=whole)
    assert one == queries() <= 28
