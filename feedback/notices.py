"""Mail to colleagues about ratings, in the language in which their team writes. It goes through the outbox, and names
no customer.

What a customer says is read on the page of the rating, which goes when he is erased; a mailbox keeps what it has.
"""

from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation

from contacts.models import Customer
from crm.mail.actions import Content, Recipient, compose, queue
from crm.mail.folder import remove_files
from crm.mail.models import OutgoingMail, Sender
from crm.team.models import User
from feedback.kinds_rating import NOTICE
from feedback.models import Rating

KEEPS = timedelta(days=2)  # then the page of what is open has told it


def tell_leads(rating: Rating, *, now: datetime) -> None:
    """At once, by night too: that somebody is not content."""
    for lead in User.objects.leads_of(rating.team):
        key = f"notice:{rating.pk}:bad:{int(rating.bad_since.timestamp())}:{lead.pk}"
        _put(rating, "bad", key=key, to=lead, now=now)


def tell_thanks(rating: Rating, *, words: str, by: User, now: datetime) -> None:
    """To the employee, with the customer's words and the lead's own."""
    _put(rating, "thanks", key=f"notice:{rating.pk}:thanks", to=rating.employee, now=now, by=by, words=words)


def _put(
    rating: Rating, name: str, *, key: str, to: User, now: datetime, by: User | None = None, words: str = ""
) -> None:
    """A team that has not said as whom it writes sends nothing: its pages tell the same."""
    sender = Sender.objects.select_related("team").filter(team=rating.team_id).first()
    if sender is None:
        return
    url = settings.BASE_URL + rating.get_absolute_url()
    context = {"rating": rating, "ticket": rating.ticket, "to": to, "by": by, "words": words, "url": url}
    mail = f"feedback/mail/notice_{name}"
    parts = (f"{mail}_subject.txt", f"{mail}.txt", f"{mail}.html")
    with translation.override(sender.language):
        content = Content(*(render_to_string(part, context).strip() for part in parts))
    recipient = Recipient(to.name, to.email, sender.language)
    queue(
        compose(
            sender=sender, kind=NOTICE, key=key, to=recipient, content=content, now=now, valid_for=KEEPS, by=by
        )
    )  # fmt: skip


def forget(customer: Customer, *, now: datetime) -> None:
    """Before a customer is erased: the notices of his ratings go, too."""
    ratings = Rating.objects.filter(customer=customer).values_list("pk", flat=True)
    told = (Q(idempotency_key__startswith=f"notice:{pk}:") for pk in ratings)
    for about in told:
        mails = OutgoingMail.objects.filter(about, team=customer.team_id, kind=NOTICE.name)
        names = list(mails.values_list("public_id", flat=True))
        mails.delete()
        transaction.on_commit(partial(remove_files, names))
