"""The timeline: what was said, how it ended, what was agreed."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contacts.models.customer import Customer
from crm.mail.models import OutgoingMail
from crm.team.models import User


class EntryQuerySet(models.QuerySet["Entry"]):
    def latest_first(self) -> Self:
        return self.order_by("-happened_at", "-pk")

    def with_names(self) -> Self:
        """Each knows `who` wrote it. Whole users would take longer to read than all the rest."""
        return self.annotate(author_name=F("author__name"), owner_name=F("on_behalf_of__name"))

    def with_mails(self) -> Self:
        """Each knows what became of its mail, if it has one. A whole mail would be many times as long as the entry."""
        return self.annotate(
            mail_state=F("mail__state"),
            mail_reason=F("mail__reason"),
            mail_kind=F("mail__kind"),
            mail_settled_at=F("mail__settled_at"),
        )

    def before(self, moment: datetime) -> Self:
        return self.filter(happened_at__lt=moment)


class Entry(models.Model):
    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        VISIT = "visit", _("Visit")
        OFFER = "offer", _("Offer")
        EMAIL = "email", _("E-mail")
        LETTER = "letter", _("Letter")
        NOTE = "note", _("Note")
        TICKET = "ticket", _("Ticket")
        RATING = "rating", _("Rating")

    class Outcome(models.TextChoices):
        AGREED = "agreed", _("Agreed")
        BOUGHT = "bought", _("Bought")
        OFFER = "offer", _("Wants offer")
        MISSED = "missed", _("Not reached")
        LATER = "later", _("Later")
        REFUSED = "refused", _("No interest")

    TALKS = frozenset(Outcome.values) - {Outcome.MISSED}  # somebody was spoken with

    class Precision(models.TextChoices):
        DAY = "day", _("day")
        MONTH = "month", _("month")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.NOTE)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    text = models.TextField(_("what was said"), blank=True)
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="entries")
    on_behalf_of = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    happened_at = models.DateTimeField(default=timezone.now)
    mail = models.OneToOneField(
        OutgoingMail, on_delete=models.SET_NULL, null=True, blank=True, related_name="entry"
    )
    # What of an app above it tells of, as a name and an id: that app knows its page (registry.Part.pages).
    source = models.CharField(max_length=20, blank=True)
    source_id = models.BigIntegerField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    # The date agreed in this talk, as a fact of the talk; the binder's own place may have moved since.
    next_on = models.DateField(null=True, blank=True)
    next_precision = models.CharField(max_length=5, choices=Precision, default=Precision.DAY)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        indexes = [models.Index(fields=["customer", "-happened_at"], name="entry_timeline")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.happened_at:%Y-%m-%d}"

    # Django's own look the word up in all choices, each translated first.
    def get_kind_display(self) -> str:
        return str(self.Kind(self.kind).label)

    def get_outcome_display(self) -> str:
        return str(self.Outcome(self.outcome).label) if self.outcome else ""

    @property
    def is_talk(self) -> bool:
        """Somebody was spoken with."""
        return self.outcome in self.TALKS

    @property
    def who(self) -> str:
        """First names of the author and of the one he stood in for. Only for entries read `with_names`."""
        author, owner = (_first_name(name) for name in (self.author_name, self.owner_name))
        if author and owner:
            return gettext("%(author)s for %(owner)s") % {"author": author, "owner": owner}
        return author


def _first_name(name: str | None) -> str:
    return (name or "").partition(" ")[0]
