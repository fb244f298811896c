"""Who is not to be written to, and who has been written to lately."""

from datetime import datetime, timedelta
from typing import Self

from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.mail.bulk import adapted
from crm.mail.models.outgoing import OutgoingMail
from crm.team.models import Team

ADVERTISING_PAUSE = timedelta(days=7)

# One statement, the same on both databases; the ORM would need two for each mail.
_TAKE = """
INSERT INTO mail_advertisingturn AS taken (team_id, address_hash, mail_id, taken_at) VALUES (%s, %s, %s, %s)
ON CONFLICT (team_id, address_hash) DO UPDATE SET mail_id = excluded.mail_id, taken_at = excluded.taken_at
WHERE taken.taken_at <= %s OR taken.mail_id = excluded.mail_id
"""


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def of(self, team: Team | int, hashed: str) -> Self:
        """What holds for an address, given its hash."""
        return self.filter(team=team, address_hash=hashed)

    def opted_out(self, *, since: datetime | None = None) -> Self:
        """Opt-outs; with `since`, those made no earlier."""
        rows = self.filter(reason=Suppression.Why.OPTED_OUT)
        return rows.filter(made_at__gte=since) if since else rows

    def blocking(self, *, advertising: bool) -> Self:
        """What forbids such a mail: an opt-out forbids advertising only, the others forbid every mail."""
        return self if advertising else self.exclude(reason=Suppression.Why.OPTED_OUT)

    def forbidding(self, mail: OutgoingMail) -> Self:
        return self.of(mail.team_id, mail.address_hash).blocking(advertising=mail.is_advertising)

    def objections(self) -> Self:
        """What a person has said, and not a mail server."""
        return self.filter(reason__in=Suppression.OBJECTIONS)

    def not_objections(self) -> Self:
        return self.exclude(reason__in=Suppression.OBJECTIONS)


class Suppression(models.Model):
    """An address never to write to; nothing of it but a keyed hash is kept, so that it survives erasure."""

    class Why(models.TextChoices):
        OPTED_OUT = "opted_out", _("wants no advertising")
        COMPLAINED = "complained", _("complained of a mail as spam")
        BOUNCED = "bounced", _("the address does not exist")

    OBJECTIONS = (Why.OPTED_OUT, Why.COMPLAINED)

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="suppressions", db_index=False)
    address_hash = models.CharField(max_length=64)
    reason = models.CharField(max_length=10, choices=Why)
    made_at = models.DateTimeField(default=timezone.now)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "address_hash", "reason"], name="suppressed_once")
        ]

    def __str__(self) -> str:
        return f"{self.address_hash[:8]}…: {self.reason}"

    @classmethod
    def record(cls, *, team: Team, hashed: str, reason: str, now: datetime) -> bool:
        """Remember it of the address with that hash; say whether it is new."""
        _row, is_new = cls.objects.get_or_create(
            team=team, address_hash=hashed, reason=reason, defaults={"made_at": now}
        )
        return is_new

    @classmethod
    def carry_over(cls, team: Team, old: str, new: str) -> None:
        """What the one behind the address of hash `old` has objected to also holds for his address of hash `new`."""
        said = cls.objects.of(team, old).objections().values_list("reason", "made_at")
        rows = [cls(team=team, address_hash=new, reason=why, made_at=at) for why, at in said]
        cls.objects.bulk_create(rows, ignore_conflicts=True)

    @classmethod
    def lift(cls, *, team: Team, hashed: str, since: datetime | None = None) -> bool:
        """Forget an opt-out (made no earlier than `since`); say whether there was one. Nothing else is lifted."""
        return cls.objects.of(team, hashed).opted_out(since=since).delete()[0] > 0


class AdvertisingTurn(models.Model):
    """Whose turn it is to write to an address: at most one advertising mail in ADVERTISING_PAUSE.

    One row for each address. It is taken in the transaction of the hand-off, so that of two workers one gets it.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    address_hash = models.CharField(max_length=64)
    mail = models.ForeignKey(OutgoingMail, on_delete=models.SET_NULL, null=True, related_name="+")
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "address_hash"], name="one_turn_per_address")]

    def __str__(self) -> str:
        return f"{self.address_hash[:8]}…: {self.taken_at}"

    @classmethod
    def take(cls, mail: OutgoingMail, *, now: datetime) -> bool:
        """Take the turn for `mail`, or keep it if it has it; False if another mail was sent too lately."""
        values = (mail.team_id, mail.address_hash, mail.pk, now, now - ADVERTISING_PAUSE)
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, list(map(adapted, values)))
            return cursor.rowcount == 1

    @classmethod
    def give_back(cls, mail: OutgoingMail) -> None:
        """After `mail` has not left: another may have its turn."""
        cls.objects.filter(team_id=mail.team_id, address_hash=mail.address_hash, mail=mail).delete()

    @classmethod
    def free_from(cls, mail: OutgoingMail) -> datetime | None:
        """The instant from which `mail` may take the turn; None if nobody has it."""
        taken = cls.objects.filter(team_id=mail.team_id, address_hash=mail.address_hash)
        latest = taken.exclude(mail=mail).values_list("taken_at", flat=True).first()
        return latest and latest + ADVERTISING_PAUSE
