"""What tickets and ratings keep of one customer: given to him, and let go when he is erased."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial, reduce
from operator import or_

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from contacts.models import Customer
from contacts.registry import Section
from crm.mail import folder
from crm.mail.models import OutgoingMail
from feedback import attachments
from feedback.kinds import TICKET_NOTICE
from feedback.models import Attachment, Invitation, Message, Pause, Rating, Recommendation, Ticket, Word
from feedback.ticket_notices import key_of

TICKET = (
    "number", "kind", "channel", "subject", "from_name", "from_email", "from_phone", "language", "product_group",
    "person", "assignee", "opened_at", "opened_by", "call_at", "promised_on", "first_answered_at",
    "first_answered_by", "answered_in", "answer_due_at", "solution_due_at", "waiting_since", "closed_at", "closed_by",
    "done", "solved_in", "reopened", "passed_on", "escalated_at", "merged_into",
)  # fmt: skip
MESSAGE = ("ticket", "kind", "event", "happened_at", "author", "who", "text")
ATTACHMENT = ("name", "content_type", "size")
PAUSE = ("ticket", "began_at", "ended_at")
INVITATION = (
    "question",
    "channel",
    "ticket",
    "employee",
    "product_group",
    "group",
    "made_at",
    "asked_at",
    "revoked_at",
)
WORD = ("value", "score", "comment", "said_at", "suspect", "confirmed_at")
RATING = (
    "ticket", "employee", "value", "comment", "rated_at", "changed_at", "answered_at", "answered_by", "answer",
    "set_aside_at", "set_aside_why", "passed_on_at",
)  # fmt: skip
RECOMMENDATION = ("score", "comment", "rated_at", "changed_at")


def sections(customer: Customer) -> Iterator[Section]:
    def of(model: type, *related: str, at: str = "customer") -> QuerySet:
        return model.objects.filter(**{at: customer}).select_related(*related).order_by("pk")

    people = ("person", "assignee", "opened_by", "first_answered_by", "closed_by", "merged_into")
    yield Section("tickets", _("Tickets"), of(Ticket, *people), TICKET)
    messages = of(Message, "ticket", "author", "who", at="ticket__customer")
    yield Section("ticket_messages", _("What was said in tickets"), messages, MESSAGE)
    yield Section("ticket_pauses", _("Pauses of tickets"), of(Pause, "ticket", at="ticket__customer"), PAUSE)
    files = of(Attachment, at="message__ticket__customer")
    yield Section("ticket_attachments", _("Files that came with tickets"), files, ATTACHMENT)
    asked = of(Invitation, "ticket", "employee")
    yield Section("invitations", _("What the customer was asked"), asked, INVITATION)
    yield Section("rating_words", _("What the customer answered"), of(Word, at="invitation__customer"), WORD)
    ratings = of(Rating, "ticket", "employee", "answered_by")
    yield Section("ratings", _("Ratings"), ratings, RATING)
    yield Section("recommendations", _("Recommendations"), of(Recommendation), RECOMMENDATION)


def erase(customer: Customer, *, now: datetime) -> None:
    """The files of attachments, and what colleagues were told of the tickets, go with them."""
    names = Attachment.objects.filter(message__ticket__customer=customer).values_list("stored", flat=True)
    transaction.on_commit(partial(attachments.remove_files, list(names)))
    keys = [Q(idempotency_key__startswith=key_of(pk)) for pk in customer.tickets.values_list("pk", flat=True)]
    if keys:
        notices = OutgoingMail.objects.filter(
            reduce(or_, keys), team=customer.team_id, kind=TICKET_NOTICE.name
        )
        transaction.on_commit(partial(folder.remove_files, list(notices.values_list("public_id", flat=True))))
        notices.delete()
