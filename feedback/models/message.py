"""What was said in a ticket, and what happened to it, in one order."""

from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.mail.models import LANGUAGES, OutgoingMail
from crm.mail.models.outgoing import Written
from crm.team.models import Team, User
from feedback.models.ticket import Ticket


class MessageQuerySet(models.QuerySet["Message"]):
    def in_order(self) -> Self:
        return self.order_by("happened_at", "pk")

    def known_by(self, ids: Iterable[str], *, team: Team) -> Self:
        """Those that came into the team's tickets under one of these ids."""
        # SQLite takes the index only where it reads the index's own condition.
        return self.exclude(message_id=Written("")).filter(message_id__in=list(ids), ticket__team=team)

    def with_names(self) -> Self:
        """Each knows the names of its people, and what became of its mail."""
        return self.annotate(
            author_name=F("author__name"),
            who_name=F("who__name"),
            mail_state=F("mail__state"),
            mail_reason=F("mail__reason"),
            mail_settled_at=F("mail__settled_at"),
        )


class Message(models.Model):
    """One piece of the conversation: from the customer, to him, a note for colleagues only, or an event.

    Of an event, `event` says which it is, `who` whom it concerns and `text` what was said with it. `message_id` is that
    of the customer's mail; an answer of ours is its `mail`. What was sent by a page of ours has an id of that page
    instead, by which it is known when it is sent once more.

    An answer by mail keeps what is needed to take it back: the `words` that were typed, and the promise that it kept.
    """

    class Kind(models.TextChoices):
        IN = "in", _("from the customer")
        OUT = "out", _("to the customer")
        NOTE = "note", _("note for colleagues")
        EVENT = "event", _("event")

    class Event(models.TextChoices):
        ASSIGNED = "assigned", _("passed on")
        ESCALATED = "escalated", _("escalated")
        CALMED = "calmed", _("escalation taken back")
        CLOSED = "closed", _("closed")
        REOPENED = "reopened", _("reopened")
        WAITS = "waits", _("waits for the customer")
        GOES_ON = "goes_on", _("goes on")
        MERGED = "merged", _("merged")
        FILED = "filed", _("put into a dossier")
        PROMISED = "promised", _("promised")
        KIND = "kind", _("is now of another kind")
        BOUNCED = "bounced", _("came back")

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages", db_index=False)
    kind = models.CharField(max_length=5, choices=Kind)
    event = models.CharField(max_length=10, choices=Event, blank=True)
    text = models.TextField(blank=True)
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    who = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    happened_at = models.DateTimeField(default=timezone.now)
    message_id = models.CharField(max_length=255, blank=True)
    mail = models.OneToOneField(
        OutgoingMail, on_delete=models.SET_NULL, null=True, blank=True, related_name="ticket_message"
    )
    words = models.TextField(blank=True, default="")
    kept_on = models.DateField(null=True)
    kept_call_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind="event") & ~Q(event="")) | (~Q(kind="event") & Q(event="")),
                name="event_says_which",
            ),
            models.UniqueConstraint(
                fields=["message_id", "ticket"], condition=~Q(message_id=""), name="ticket_mail_read_once"
            ),
        ]
        indexes = [models.Index(fields=["ticket", "happened_at", "id"], name="ticket_conversation")]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.kind} {self.event}".strip()


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: User) -> Self:
        """Those of the tickets that he sees."""
        return self.filter(message__ticket__in=Ticket.objects.visible_to(user))


class Attachment(models.Model):
    """A file that came with a message. It lies under `stored`, a random name, outside of what the web server shows."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    stored = models.CharField(max_length=40, unique=True)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()

    objects = AttachmentQuerySet.as_manager()

    def __str__(self) -> str:
        return self.stored


class ScriptQuerySet(models.QuerySet["Script"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(team_id=user.team_id)

    def fitting(self, ticket: Ticket, language: str) -> Self:
        """Those in that language, for tickets of its kind or of any."""
        return self.filter(kind__in=["", ticket.kind], language=language)


class Script(models.Model):
    """Words for a common situation, with the fields of letters in them; `kind` is of tickets, "" for any."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="scripts")
    name = models.CharField(_("situation"), max_length=100)
    kind = models.CharField(_("for"), max_length=10, choices=Ticket.Kind, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="en")
    text = models.TextField(_("words"), max_length=5000)

    objects = ScriptQuerySet.as_manager()

    class Meta:
        ordering = ["name", "language", "pk"]

    def __str__(self) -> str:
        return self.name
