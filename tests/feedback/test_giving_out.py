"""All that is kept of a customer's tickets and ratings is given to him, and goes with him."""

from datetime import timedelta
from pathlib import Path

import pytest

from contacts import registry
from contacts.erasing import erase
from contacts.exporting import everything
from crm.mail.models import OutgoingMail
from feedback import actions
from feedback.models import Attachment, Invitation, Message, Pause, Rating, Recommendation, Ticket, Word
from feedback.warning import warn_all
from tests.contacts.test_export import unpacked
from tests.factories import NOW, make_customer, make_sender
from tests.feedback.makers import make_invitation, make_message, make_rating, make_ticket


@pytest.fixture
def whole(nino, settings, tmp_path):
    """Kessler, with something of everything."""
    settings.ATTACHMENT_DIR = tmp_path
    kessler = make_customer(owner=nino, name="Kessler", email="office@kessler.example")
    ticket = make_ticket(customer=kessler, subject="Creased", closed_at=NOW)
    message = make_message(ticket=ticket, text="Twelve are creased.")
    Pause.objects.create(ticket=ticket, began_at=NOW, ended_at=NOW)
    Attachment.objects.create(message=message, name="box.jpg", stored="a1", content_type="image/jpeg", size=3)
    (tmp_path / "a1").write_bytes(b"jpg")
    invitation = make_invitation(ticket=ticket)
    Word.objects.create(invitation=invitation, value="good", comment="Quick.")
    make_rating(invitation=invitation, comment="Quick.")
    asked = make_invitation(ticket=ticket, question="recommend", channel="sheet")
    Recommendation.objects.create(
        invitation=asked, team=kessler.team, customer=kessler, score=9, rated_at=NOW, comment="Gladly"
    )
    return kessler


def test_all_of_it_is_given_to_him(whole):
    given = {each.key: each.data for each in everything(whole)}
    keys = (
        "tickets", "ticket_messages", "ticket_pauses", "ticket_attachments", "invitations", "rating_words", "ratings",
        "recommendations",
    )  # fmt: skip
    assert {key: len(given[key]) for key in keys} == dict.fromkeys(keys, 1) | {"invitations": 2}
    assert given["tickets"][0]["subject"] == "Creased"
    assert given["ticket_messages"][0]["text"] == "Twelve are creased."
    assert given["ticket_attachments"][0] == {"name": "box.jpg", "content_type": "image/jpeg", "size": 3}
    assert given["ratings"][0]["employee"] == "Nino Beridze"
    assert given["recommendations"][0]["score"] == 9


def test_it_can_be_read(client_of, nino, whole):
    data, page = unpacked(client_of(nino).post(f"/customers/{whole.pk}/export/"))
    assert data["tickets"][0]["merged_into"] is None
    assert ("What was said in tickets" in page, "Twelve are creased." in page, "box.jpg" in page) == (
        True,
    ) * 3


def test_all_of_it_goes_with_him(whole, nino, lead, settings, django_capture_on_commit_callbacks):
    make_sender(team=whole.team)
    make_ticket(customer=whole)
    warn_all(NOW + timedelta(days=1))
    other = make_ticket(customer=make_customer(owner=nino))
    warn_all(NOW + timedelta(days=1))
    assert OutgoingMail.objects.filter(kind="ticket_notice").count() == 2
    with django_capture_on_commit_callbacks(execute=True):
        erase(customer=whole, by=lead, now=NOW)
    left = [
        model.objects.count()
        for model in (Message, Attachment, Pause, Invitation, Rating, Recommendation, Word)
    ]
    assert left == [0] * 7
    assert Ticket.objects.get() == other
    assert f":{other.pk}:" in OutgoingMail.objects.get().idempotency_key
    assert list(Path(settings.ATTACHMENT_DIR).iterdir()) == []


def test_a_customer_who_stays_keeps_his_files(whole, settings, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks():
        registry.erase(whole, now=NOW)
    assert [path.name for path in Path(settings.ATTACHMENT_DIR).iterdir()] == ["a1"]


def test_whoever_is_known_only_now_is_given_his_mails_too(nino, whole):
    ticket = actions.open_ticket(
        team=whole.team, kind="question", subject="?", text="?", channel="mail", now=NOW,
        from_email="private@kessler.example",
    )  # fmt: skip
    actions.file_under(ticket=ticket, customer=whole, by=nino, now=NOW)
    given = {each.key: each.data for each in everything(whole)}
    assert len(given["tickets"]) == 2
