"""The mark in a subject by which an answer finds its ticket: “[#482-k7f3q]”."""

import re

from django.utils.crypto import constant_time_compare, salted_hmac

from crm.team.models import Team
from feedback.models import Ticket

_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"  # none is taken for another
_LENGTH = 5
_TAG = re.compile(r"\[#(\d{1,9})-([0-9a-z]{5})\]", re.IGNORECASE)


def subject_tag(ticket: Ticket) -> str:
    """Names the ticket, with signs that cannot be guessed from its number."""
    return f"[#{ticket.number}-{_signs(ticket)}]"


def ticket_of(subject: str, team: Team) -> Ticket | None:
    """The team's ticket that a subject names; None if it names none, or with signs that are not ours."""
    for number, signs in _TAG.findall(subject):
        ticket = Ticket.objects.select_related("team").filter(team=team, number=int(number)).first()
        if ticket and constant_time_compare(signs.lower(), _signs(ticket)):
            return ticket
    return None


def _signs(ticket: Ticket) -> str:
    value = f"{ticket.team_id}:{ticket.pk}:{ticket.number}"
    number = int.from_bytes(salted_hmac("feedback.subject", value, algorithm="sha256").digest()[:8], "big")
    signs = ""
    for _n in range(_LENGTH):
        number, rest = divmod(number, len(_SIGNS))
        signs += _SIGNS[rest]
    return signs
