"""Mail to leads about an absence in which nobody stands in, in the language in which their team writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from crm.mail.actions import Content, Recipient, compose, queue_many
from crm.mail.kinds import Kind
from crm.mail.models import OutgoingMail, Reason, Sender
from crm.team.models import Absence, User
from followups.models import FollowUp

KEEPS = timedelta(days=2)
COVERED = "covered"


def why_no_notice(mail: OutgoingMail, now: datetime) -> str:
    """Somebody was named before it left."""
    absence = Absence.objects.filter(pk=mail.idempotency_key.split(":")[2]).select_related("split").first()
    if absence is None:
        return Reason.ERASED
    return COVERED if absence.is_covered else ""


NOTICE = Kind(
    "absence_notice",
    _("Notice about an absence"),
    is_automatic=False,
    reasons={COVERED: _("somebody was named before")},
    why_not=why_no_notice,
)


@dataclass(frozen=True)
class Notice:
    """One mail to one lead about one absence. `waiting` dossiers lie behind its days."""

    absence: Absence
    to: User
    waiting: int

    @property
    def key(self) -> str:
        """Another first day is told anew."""
        return f"notice:absence:{self.absence.pk}:{self.absence.starts_on}:{self.to.pk}"

    def mail(self, sender: Sender, now: datetime) -> OutgoingMail:
        recipient = Recipient(self.to.name, self.to.email, sender.language)
        with translation.override(sender.language):
            content = self._content
        return compose(
            sender=sender, kind=NOTICE, key=self.key, to=recipient, content=content, now=now, valid_for=KEEPS
        )  # fmt: skip

    @property
    def _content(self) -> Content:
        url = settings.BASE_URL + reverse("team:absence", args=[self.absence.pk])
        context = {"to": self.to, "absence": self.absence, "waiting": self.waiting, "url": url}
        parts = (f"followups/mail/uncovered{end}" for end in ("_subject.txt", ".txt", ".html"))
        return Content(*(render_to_string(part, context).strip() for part in parts))


def tell_all(now: datetime) -> str:
    """Tell the leads once of each; a team that has not said as whom it writes tells nothing, its boards do."""
    senders = Sender.objects.select_related("team").order_by("pk")
    return f"{sum(_tell(sender, now) for sender in senders)} told"


def _tell(sender: Sender, now: datetime) -> int:
    notices = {notice.key: notice for notice in _notices(sender, now)}
    told = OutgoingMail.objects.filter(idempotency_key__in=notices).values_list("idempotency_key", flat=True)
    for key in list(told):
        del notices[key]
    queue_many(notice.mail(sender, now) for notice in notices.values())
    return len(notices)


def _notices(sender: Sender, now: datetime) -> Iterator[Notice]:
    roles = (User.Role.LEAD, User.Role.ADMIN)
    leads = list(User.objects.active().filter(team=sender.team, role__in=roles))
    absences = Absence.objects.uncovered(on=_today(sender, now)).filter(user__team=sender.team)
    for absence in absences.select_related("user__team"):
        others = [lead for lead in leads if lead.pk != absence.user_id] or leads
        waiting = _waiting(absence)
        yield from (Notice(absence, lead, waiting) for lead in others)


def _today(sender: Sender, now: datetime) -> date:
    return User(team=sender.team).today(now)


def _waiting(absence: Absence) -> int:
    behind = Q(due_on__lte=absence.ends_on, precision=FollowUp.Precision.DAY)
    return FollowUp.objects.of(absence.user).open().filter(behind).count()
