"""What happens to a team and its people beyond one row."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.team.models import Absence, JobRun, Team, User
from crm.team.summaries import KEPT, duties_of, summarize


class AlreadyStarted(Exception):
    """Somebody works here already: there is no first start any more."""


@transaction.atomic
def start_team(*, team: Team, name: str, email: str, password: str) -> User:
    """Save the first team and its administrator. Raises AlreadyStarted if there is a user already."""
    # Of two at once, the second waits here until the first has finished.
    JobRun.objects.select_for_update().get_or_create(name="first_start")
    if User.objects.exists():
        raise AlreadyStarted
    team.save()
    return User.objects.create_user(
        team=team, name=name, email=email, password=password, role=User.Role.ADMIN
    )


@contextmanager
def one_at_a_time(team: Team) -> Iterator[None]:
    """A transaction in which what was checked about the team's people stays true until it is saved."""
    with transaction.atomic():
        Team.objects.select_for_update().get(pk=team.pk)
        yield


def check_still_led(member: User, *, role: str | None) -> None:
    """ValidationError if the team would lose its last administrator or lead by this.

    role: the new role of `member`, or None if he leaves.
    """
    others = User.objects.visible_to(member).active().exclude(pk=member.pk)
    admin, leads = User.Role.ADMIN, (User.Role.LEAD, User.Role.ADMIN)
    if member.role == admin and role != admin and not others.filter(role=admin).exists():
        raise ValidationError(_("The team needs an administrator: make somebody else one first."))
    if member.role in leads and role not in leads and not others.filter(role__in=leads).exists():
        raise ValidationError(_("The team needs a lead: make somebody else one first."))


def check_may_leave(member: User, *, by: User, now: datetime) -> None:
    """ValidationError with every reason for which this colleague's login cannot be closed yet."""
    reasons = []
    if member == by:
        reasons.append(_("You cannot close your own login: ask another lead."))
    if kept := summarize(KEPT, [member], now=now).get(member.pk):
        reasons.append(
            ngettext(
                "%(n)d dossier lies in this binder: hand it over first.",
                "%(n)d dossiers lie in this binder: hand them over first.",
                kept,
            )
            % {"n": kept}
        )
    reasons += duties_of(member)
    reasons += [
        _("%(name)s looks after the binder of %(other)s until %(day)s: name another stand-in first.")
        % {"name": member.first_name, "other": absence.user.name, "day": date_format(absence.ends_on)}
        for absence in Absence.objects.not_over(on=by.today(now))
        .looked_after_by(member)
        .select_related("user")
    ]
    try:
        check_still_led(member, role=None)
    except ValidationError as error:
        reasons += error.messages
    if reasons:
        raise ValidationError(reasons)


def deactivate(*, member: User, by: User, now: datetime) -> None:
    """Close a colleague's login; what he wrote stays. ValidationError if check_may_leave() knows a reason."""
    with one_at_a_time(member.team):
        # Nobody gives him a dossier while this is looked at.
        member.hold()
        check_may_leave(member, by=by, now=now)
        member.is_active = False
        member.save(update_fields=["is_active"])


def end_absence(absence: Absence, *, today: date) -> None:
    """Somebody is back today: what has begun ends yesterday, what has not is struck out."""
    with one_at_a_time(absence.user.team):
        if absence.starts_on >= today:
            absence.delete()
        elif absence.ends_on >= today:
            absence.ends_on = date.fromordinal(today.toordinal() - 1)
            absence.save(update_fields=["ends_on"])
