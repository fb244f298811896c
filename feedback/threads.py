"""To which ticket a customer's letter belongs, and below which letter of his our answer."""

from collections.abc import Iterator

from crm.mail.addresses import normal
from crm.mail.models import OutgoingMail
from crm.team.models import Team
from feedback.letter import Letter
from feedback.models import Message, Ticket
from feedback.senders import addresses_of
from feedback.tokens import ticket_of

_MOST_MERGES = 20
_NOBODYS = ".invalid>"  # made here, of what came without an id
Kind = Message.Kind


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
    return Message.objects.known_by([message_id], team=team).exists()


def answered_by(ticket: Ticket) -> list[str]:
    """Message-IDs for an answer to what the customer wrote last: of his mails and ours until then, the oldest first.

    Where there are none until then, of our own since.
    """
    said = ticket.messages.filter(kind__in=(Kind.IN, Kind.OUT)).in_order()
    rows = list(said.values_list("kind", "message_id", "mail__message_id"))
    last = max((n for n, (kind, _his, _ours) in enumerate(rows) if kind == Kind.IN), default=-1)
    ids = [(his if kind == Kind.IN else ours) or "" for kind, his, ours in rows]
    return _of_mails(ids[: last + 1]) or _of_mails(ids)


def _of_mails(ids: list[str]) -> list[str]:
    return [id_ for id_ in ids if id_ and not id_.endswith(_NOBODYS)]


def _answered(letter: Letter, mail: OutgoingMail | None, team: Team) -> Iterator[Ticket]:
    """By the mail of ours that it answers, then by what a customer wrote before."""
    said = Message.objects.select_related("ticket__team", "ticket__customer")
    if mail:
        yield from (each.ticket for each in said.filter(mail=mail, ticket__team=team))
    if letter.about:
        written = said.known_by(letter.about, team=team).order_by("pk")
        found = {each.message_id: each.ticket for each in written}
        yield from (found[id_] for id_ in letter.about if id_ in found)


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
