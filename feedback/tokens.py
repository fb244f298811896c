"""The tag in the subject of a ticket's mails: by it an answer finds its ticket when its headers say nothing."""

import hmac
import re
from collections.abc import Iterable

from django.conf import settings
from django.utils.crypto import salted_hmac

from crm.team.models import Team
from feedback.models import Ticket

_SALT = "feedback.tokens.subject"
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"  # none is taken for another
_LENGTH = 8  # 39 bits
_MOST = 5  # tags of one subject
_TAG = re.compile(rf"\[#\s*([0-9]{{1,9}})\s*-\s*([{_SIGNS}]{{{_LENGTH}}})\s*\]", re.IGNORECASE | re.ASCII)


def subject_tag(ticket: Ticket) -> str:
    """As "[#482-k7f3q9hw]"; nobody can make one up who has not read it."""
    return f"[#{ticket.number}-{_proof(ticket.team_id, ticket.number, settings.SECRET_KEY)}]"


def ticket_of(subject: str, team: Team) -> Ticket | None:
    """The team's ticket whose tag stands in the subject; a tag that was not made here counts for nothing."""
    tags = _TAG.findall(subject)[:_MOST]
    numbers = (int(number) for number, proof in tags if _is_ours(team.pk, int(number), proof.lower()))
    wanted = next(numbers, None)
    return wanted and Ticket.objects.select_related("team").filter(team=team, number=wanted).first()


def without_tags(subject: str) -> str:
    return " ".join(_TAG.sub(" ", subject).split())


def _is_ours(team_id: int, number: int, proof: str) -> bool:
    keys: Iterable[str] = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(hmac.compare_digest(_proof(team_id, number, key), proof) for key in keys)


def _proof(team_id: int, number: int, key: str) -> str:
    digest = salted_hmac(_SALT, f"{team_id}:{number}", secret=key, algorithm="sha256").digest()
    left = int.from_bytes(digest)
    signs = []
    for _place in range(_LENGTH):
        left, sign = divmod(left, len(_SIGNS))
        signs.append(_SIGNS[sign])
    return "".join(signs)
