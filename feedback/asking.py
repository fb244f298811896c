"""Asking the customer whether all was well: when, whom, and why not. Each verb is one transaction."""

from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts import registry
from contacts.letters import recipient_of
from contacts.models import Customer, Entry
from crm.mail.actions import compose, queue
from crm.mail.models import OutgoingMail, Sender, State, Suppression
from crm.mail.models.suppression import ADVERTISING_PAUSE
from crm.mail.quiet import open_from
from crm.mail.words import why
from feedback.asking_words import content_of
from feedback.kinds_rating import RATING, REOPENED
from feedback.models import Invitation, Rating, ServiceRules, Ticket

PAUSE = timedelta(days=30)  # between two requests to a customer
KEEPS = ADVERTISING_PAUSE + timedelta(days=3)  # of use after another letter's turn and most holidays


class Obstacle(models.TextChoices):
    """Why a customer is not asked."""

    OFF = "off", gettext_lazy("Your team does not ask customers: the rules say so.")
    MERGED = "merged", gettext_lazy("It is a part of another ticket, after which the customer is asked.")
    NOBODY = "nobody", gettext_lazy("It lies in no dossier: nobody knows whom to ask.")
    NO_SENDER = "no_sender", gettext_lazy("Your team has no address to write from yet.")
    NO_BASIS = (
        "no_basis",
        gettext_lazy("No legal basis for letters is recorded, and asking counts as advertising."),
    )
    NO_ADDRESS = "no_address", gettext_lazy("The dossier has no e-mail address.")
    FORBIDDEN = "forbidden", gettext_lazy("Nothing may be sent to the customer’s address.")
    LATELY = "lately", gettext_lazy("The customer was asked within the last 30 days.")


@transaction.atomic
def ask(ticket: Ticket, now: datetime) -> None:
    """After a ticket was closed: put the question into the outbox, unless something stands against it."""
    hold_customer(ticket)
    rules = ServiceRules.of(ticket.team)
    if not obstacle_to(ticket, rules=rules, now=now):
        # Not before an answer that may still be taken back.
        answers = OutgoingMail.objects.waiting().filter(ticket_message__ticket=ticket)
        leaves = answers.aggregate(last=Max("not_before"))["last"] or now
        start = max(now + timedelta(minutes=rules.ask_after), leaves)
        put_question(ticket, key=f"rating:{ticket.pk}:{ticket.resolution}", start=start, now=now)


def hold_customer(ticket: Ticket) -> None:
    """As he is now, with all that a mail needs. Of two tickets closed at once, one asks."""
    if ticket.customer_id:
        rows = Customer.objects.select_for_update(of=("self",))
        whole = rows.select_related("team", "main_person", "legal_basis", "owner")
        ticket.customer = whole.get(pk=ticket.customer_id)


def obstacle_to(ticket: Ticket, *, rules: ServiceRules, now: datetime) -> Obstacle | None:
    if not rules.asks:
        return Obstacle.OFF
    if ticket.merged_into_id:
        return Obstacle.MERGED
    if not ticket.customer_id:
        return Obstacle.NOBODY
    return legal_obstacle(ticket.customer) or (
        Obstacle.LATELY if was_asked(ticket.customer, now=now) else None
    )


def legal_obstacle(customer: Customer) -> Obstacle | None:
    """What the law, or a missing address, has against asking him at all."""
    if not Sender.objects.filter(team=customer.team_id).exists():
        return Obstacle.NO_SENDER
    if not customer.letter_email:
        return Obstacle.NO_ADDRESS
    if not customer.legal_basis_id:
        return Obstacle.NO_BASIS
    forbidden = Suppression.objects.of(customer.team, customer.letter_hash)
    return Obstacle.FORBIDDEN if forbidden.exists() else None


def was_asked(customer: Customer, *, now: datetime) -> bool:
    """Within PAUSE, in whatever way, or is about to be."""
    return Invitation.objects.filter(customer=customer).made_or_asked(since=now - PAUSE).exists()


def put_question(
    ticket: Ticket, *, key: str, start: datetime, now: datetime, again_after: Rating | None = None
) -> Invitation:
    """Into the outbox, for the first instant from `start` on at which it may come to the customer, who is held."""
    customer = ticket.customer
    sender = Sender.objects.select_related("team").get(team=ticket.team_id)
    invitation = Invitation(
        team=sender.team, customer=customer, ticket=ticket, resolution=ticket.resolution, made_at=now,
        again_after=again_after,
    )  # fmt: skip
    to = recipient_of(customer, sender=sender)
    invitation.mail = queue(
        compose(
            sender=sender, kind=RATING, key=key, to=to, now=now, valid_for=KEEPS, advertising=True,
            content=content_of(invitation, sender=sender, language=to.language),
            not_before=open_from(start, country=to.country, team=sender.team),
            reply_to=ServiceRules.of(sender.team).email or sender.reply_to,
        )
    )  # fmt: skip
    invitation.save()
    return invitation


@transaction.atomic
def take_back(ticket: Ticket, now: datetime) -> None:
    """A ticket goes on after all: a question about it that has not left does not leave."""
    waiting = ticket.invitations.pending()
    mails = list(waiting.values_list("mail_id", flat=True))
    waiting.update(revoked_at=now)
    OutgoingMail.objects.filter(pk__in=mails).withdraw(reason=REOPENED, now=now)


@transaction.atomic
def note_asked(invitation: Invitation, *, at: datetime) -> None:
    """The question has reached the customer: what it is about is kept as it is now, and the timeline tells it."""
    group = registry.groups([invitation.customer_id]).get(invitation.customer_id, "")
    if invitation.freeze(group=group, at=at) and invitation.ticket:
        words = _("Asked %(how)s whether all was well, after ticket %(number)s") % {
            "how": invitation.get_channel_display(),
            "number": invitation.ticket.number,
        }
        Entry.objects.create(
            customer_id=invitation.customer_id, kind=Entry.Kind.RATING, text=words, happened_at=at,
            source=Entry.Kind.TICKET, source_id=invitation.ticket_id,
        )  # fmt: skip


def why_not_asked(ticket: Ticket, *, rules: ServiceRules, now: datetime) -> str:
    """A sentence for the page of a closed ticket; "" if the customer was asked, or is about to be."""
    mails = ticket.invitations.filter(
        channel=Invitation.Channel.MAIL, resolution=ticket.resolution, again_after=None
    )
    said = ("mail__kind", "mail__state", "mail__reason", "mail__detail")
    if invitation := mails.select_related("mail").only("pk", *said).first():
        mail = invitation.mail
        has_ended = mail and mail.state in (State.SUPPRESSED, State.FAILED, State.EXPIRED)
        return _("The question did not leave: %(why)s.") % {"why": why(mail)} if has_ended else ""
    obstacle = obstacle_to(ticket, rules=rules, now=now)
    return str(obstacle.label) if obstacle else _("The customer was not asked when it was closed.")
