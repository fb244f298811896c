"""The link with which an invited colleague sets his password: once, and only for some days."""

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from crm.team.models import User

DAYS = settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60)


class _Invitations(PasswordResetTokenGenerator):
    # Its own salt: a link from a "forgot my password" mail is no invitation, nor the other way round.
    key_salt = "crm.team.invitations"


_invitations = _Invitations()


def invite(user: User) -> str:
    """The path of a new link; every earlier link of somebody who has not joined yet is dead."""
    if not user.has_usable_password():
        # The token is made from the password's hash, and each unusable password has another one.
        user.set_unusable_password()
        user.save(update_fields=["password"])
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("team:join", args=[uid, _invitations.make_token(user)])


def invited(uid: str, token: str) -> User | None:
    """Whom the link invites, or None when it is used, expired, replaced or never was one."""
    try:
        user = User.objects.active().filter(pk=int(force_str(urlsafe_base64_decode(uid)))).first()
    except (ValueError, OverflowError):
        return None
    return user if user and _invitations.check_token(user, token) else None
