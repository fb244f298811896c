"""To which ticket a customer's letter belongs."""

from collections.abc import Iterator

from crm.mail.addresses import normal
from crm.mail.models import OutgoingMail
from crm.mail.models.outgoing import Written
from crm.team.models import Team
from feedback.letter import Letter
from feedback.models import Message, Ticket
from feedback.models.message import MessageQuerySet
from feedback.senders import addresses_of
from feedback.tokens import ticket_of

_MOST_MERGES = 20


def thread_of(letter: Letter, *, mail: OutgoingMail | None, team: Team) -> Ticket | None:
    """The ticket that it goes on with; `mail` is the one of ours that it answers.

    What a letter says that it answers counts only from somebody who has to do with the ticket. The tag of the subject
    counts from anybody: who has it has read a mail of the ticket.
    """
    fitting = (ticket for ticket in _answered(letter, mail, team) if _fits(letter.address, ticket, mail))
    found = next(fitting, None) or ticket_of(letter.subject, team)
    return found and _in_the_end(found)


def knows(letter: Letter, ticket: Ticket) -> bool:
    """Whether the ticket's people write from that address."""
    return _fits(letter.address, ticket, None)


def is_read(message_id: str, *, team: Team) -> bool:
    """Whether a message was taken in before."""
    return _by_message_id([message_id], team).exists()


def _answered(letter: Letter, mail: OutgoingMail | None, team: Team) -> Iterator[Ticket]:
    """By the mail of ours that it answers, then by what a customer wrote before."""
    said = Message.objects.select_related("ticket__team", "ticket__customer")
    if mail:
        yield from (each.ticket for each in said.filter(mail=mail, ticket__team=team))
    before = _by_message_id(letter.about, team).select_related("ticket__team", "ticket__customer")
    found = {each.message_id: each.ticket for each in before.order_by("pk")}
    yield from (found[id_] for id_ in letter.about if id_ in found)


def _by_message_id(ids: list[str], team: Team) -> MessageQuerySet:
    # SQLite takes the index only where it reads the index's own condition.
    return Message.objects.exclude(message_id=Written("")).filter(message_id__in=ids, ticket__team=team)


def _fits(address: str, ticket: Ticket, mail: OutgoingMail | None) -> bool:
    known = addresses_of(ticket.customer) if ticket.customer else set()
    known |= {normal(ticket.from_email), normal(mail.to_email) if mail else ""}
    return address in known - {""}


def _in_the_end(ticket: Ticket) -> Ticket:
    """The one into which it was merged."""
    for _step in range(_MOST_MERGES):
        if not ticket.merged_into_id:
            break
        ticket = Ticket.objects.select_related("team").get(pk=ticket.merged_into_id)
    return ticket
