"""The customer's own word, as it counts in the end, and what became of it."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contacts.models import Customer
from crm.team.models import Team, User
from feedback.models.invitation import Invitation, Value, Word
from feedback.models.ticket import Ticket


class LastOfCustomer(models.QuerySet):
    def last_of_customer(self, among: "LastOfCustomer") -> Self:
        """Of these the ones after which their customers said nothing else in `among`."""
        later = Q(rated_at__gt=OuterRef("rated_at")) | Q(rated_at=OuterRef("rated_at"), pk__gt=OuterRef("pk"))
        return self.filter(~Exists(among.filter(later, customer=OuterRef("customer"))))


class RatingQuerySet(LastOfCustomer):
    def counted(self) -> Self:
        return self.filter(set_aside_at__isnull=True)

    def bad(self) -> Self:
        return self.filter(value=Value.BAD)

    def to_put_right(self) -> Self:
        """Bad ones, of which nobody has written yet what was done."""
        return self.counted().bad().filter(answered_at__isnull=True)

    def visible_to(self, user: User) -> Self:
        """The team's, for its leads; to others their own. What is said of a colleague is nobody else's business."""
        mine = self.filter(team_id=user.team_id)
        return mine if user.is_lead else mine.filter(employee=user)

    def open_to(self, user: User, *, on: date) -> Self:
        """Whose page this person may open that day: those visible to him, bad ones of dossiers that he looks after,
        because he is to put them right, and the praise of dossiers that he may see: their timeline tells it.
        """
        if user.is_lead:
            return self.visible_to(user)
        his = Q(customer__owner=user) | Q(customer__owner__in=user.lent_by(on=on))
        counted = Q(set_aside_at__isnull=True)
        told = Q(value=Value.GOOD)
        if not user.sees_team:
            told &= Q(customer__in=Customer.objects.visible_to(user, on=on))
        return self.filter(
            Q(employee=user) | counted & (Q(value=Value.BAD) & his | told), team_id=user.team_id
        )

    def to_act_on(self, user: User, *, on: date) -> Self:
        """Of those to be put right, whose they are: the team's leads', their employee's, their dossier's owner's."""
        return self.to_put_right().open_to(user, on=on)

    def doubted(self) -> Self:
        """Not counted, by no lead's decision: they look as if a machine had sent them."""
        return self.filter(set_aside_at__isnull=False, set_aside_by__isnull=True)


class Rating(models.Model):
    """What an invitation's customer says in the end: his last word that counts, about a ticket.

    It is worked out from the words and the decisions of leads (see settling.py); what reports ask for is kept here,
    too, so that they read one table. `set_aside_at`: it does not count, because the lead `set_aside_by` says so, or,
    where there is none, because no word counts yet; `set_aside_why` is then the code of the suspicion. `bad_since`:
    since when it is a bad one that counts. `answered_at`: somebody wrote what was done about it. `passed_on_at`: a
    good one reached its employee with thanks.
    """

    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, related_name="rating")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="ratings", db_index=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="ratings")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="ratings")
    employee = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="ratings", db_index=False
    )
    ticket_kind = models.CharField(max_length=10, choices=Ticket.Kind)
    product_group = models.CharField(max_length=100, blank=True)
    group = models.CharField(max_length=10, blank=True)
    value = models.CharField(max_length=7, choices=Value)
    comment = models.CharField(max_length=500, blank=True)
    rated_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
    bad_since = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    answer = models.TextField(_("what was done"), max_length=2000, blank=True)
    set_aside_at = models.DateTimeField(null=True)
    set_aside_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    set_aside_why = models.CharField(_("why it does not count"), max_length=200, blank=True)
    passed_on_at = models.DateTimeField(null=True)
    passed_on_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects = RatingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["team", "rated_at"], name="rating_of_team"),
            models.Index(fields=["employee", "rated_at"], name="rating_of_employee"),
            models.Index(
                fields=["team", "rated_at"],
                name="rating_to_put_right",
                condition=Q(value="bad", answered_at__isnull=True, set_aside_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.value}"

    def get_absolute_url(self) -> str:
        return reverse("feedback:rating", args=[self.pk])

    @property
    def counts(self) -> bool:
        return self.set_aside_at is None

    @property
    def is_to_put_right(self) -> bool:
        return self.bad_since is not None and self.answered_at is None

    @property
    def why_not(self) -> str:
        """Why it does not count, in words; "" if it does."""
        if self.counts:
            return ""
        return self.set_aside_why if self.set_aside_by_id else str(Word.Suspect(self.set_aside_why).label)

    # Verbs of one row; False when somebody else was quicker.

    def note_answer(self, *, text: str, by: User, now: datetime) -> bool:
        """What was done about a bad one."""
        rows = Rating.objects.to_put_right().filter(pk=self.pk)
        return self._change(rows, answer=text, answered_by=by, answered_at=now)

    def note_thanks(self, *, by: User, now: datetime) -> bool:
        """A good one is passed on to its employee, once."""
        rows = Rating.objects.counted().filter(pk=self.pk, value=Value.GOOD, passed_on_at__isnull=True)
        return self._change(rows, passed_on_by=by, passed_on_at=now)

    def _change(self, rows: RatingQuerySet, **fields: object) -> bool:
        if not rows.update(**fields):
            return False
        for name, value in fields.items():
            setattr(self, name, value)
        return True


class Decision(models.Model):
    """A lead's, against what the machine makes of it: that a rating does not count, or that a suspect word does.

    It has no `rating` where the word says whether somebody recommends us.
    """

    class What(models.TextChoices):
        ASIDE = "aside", _("does not count")
        COUNT = "count", _("counts")

    rating = models.ForeignKey(Rating, on_delete=models.CASCADE, null=True, related_name="decisions")
    what = models.CharField(max_length=5, choices=What)
    word = models.ForeignKey(
        Word, on_delete=models.CASCADE, null=True, related_name="decisions", db_index=False
    )
    why = models.CharField(_("why"), max_length=200)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(what="aside", word__isnull=True, rating__isnull=False)
                | Q(what="count", word__isnull=False),
                name="decision_counts_a_word_or_sets_aside",
            ),
            models.UniqueConstraint(
                fields=["rating"],
                condition=Q(what="aside", undone_at__isnull=True),
                name="rating_set_aside_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rating_id}: {self.what}"


PROMOTER, DETRACTOR = 9, 6  # from, and up to


class Leaning(models.TextChoices):
    PROMOTER = "promoter", _("promoter (9 or 10)")
    PASSIVE = "passive", _("passive (7 or 8)")
    DETRACTOR = "detractor", _("detractor (0 to 6)")


LEANS = {
    Leaning.PROMOTER: Q(score__gte=PROMOTER),
    Leaning.PASSIVE: Q(score__gt=DETRACTOR, score__lt=PROMOTER),
    Leaning.DETRACTOR: Q(score__lte=DETRACTOR),
}


class RecommendationQuerySet(LastOfCustomer):
    def visible_to(self, user: User) -> Self:
        """The team's, for its leads: the customer was told that they read it, and nobody else."""
        return self.filter(team_id=user.team_id) if user.is_lead else self.none()

    def leaning(self, leanings: Iterable[str]) -> Self:
        return self.filter(reduce(or_, (LEANS[Leaning(each)] for each in leanings)))


class Recommendation(models.Model):
    """How likely a customer is to recommend the team, from 0 to 10: his last word that counts."""

    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, related_name="recommendation")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="recommendations", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="recommendations")
    score = models.PositiveSmallIntegerField()
    comment = models.CharField(max_length=500, blank=True)
    rated_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(score__range=(0, 10)), name="recommendation_from_0_to_10")
        ]
        indexes = [models.Index(fields=["team", "rated_at"], name="recommendation_of_team")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.score}"
