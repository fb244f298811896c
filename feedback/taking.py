"""What becomes of a message in the ticket mailbox: a report on a mail of ours, a word in a ticket, or a new ticket."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _

from crm.mail import returns
from crm.mail.addresses import normal
from crm.mail.incoming import Incoming
from crm.mail.mailbox import is_ours, mail_of, tell
from crm.mail.models import OutgoingMail
from crm.team.models import Team
from feedback.actions import open_ticket, receive
from feedback.attachments import save
from feedback.kinds import TICKET
from feedback.letter import Letter
from feedback.models import Message, Ticket
from feedback.models.rules import hold
from feedback.senders import sender_of
from feedback.threads import is_read, knows, thread_of

MOST_TICKETS, WHILE = 5, timedelta(hours=1)  # of one address
_TRUSTED = timedelta(days=3)  # for which the mailbox may have been out of reach


class Fate(StrEnum):
    """What became of a message, as the job counts it."""

    NEW = "new tickets"
    JOINED = "joined to tickets"
    KNOWN = "known already"
    REPORT = "reports on our mail"
    ANSWER = "answers to other mail"
    IGNORED = "by machines or ourselves"
    ASTRAY = "to no team"
    UNREADABLE = "not readable"

    @property
    def is_kept(self) -> bool:
        """Whether all that it says is known here."""
        return self in (Fate.NEW, Fate.JOINED, Fate.KNOWN, Fate.REPORT)


def take(read: Incoming | Letter | None, *, is_whole: bool, arrived_at: datetime, now: datetime) -> Fate:
    """Take in what letter.read has made of a message, in a transaction together with its files.

    `is_whole`: no part of it was left in the mailbox.
    """
    match read:
        case Incoming():
            return Fate.REPORT if tell(read, now) else Fate.IGNORED
        case Letter():
            return _take(read, is_whole=is_whole, at=_opened_at(arrived_at, now=now), now=now)
    return Fate.IGNORED


def _take(letter: Letter, *, is_whole: bool, at: datetime, now: datetime) -> Fate:
    mail = mail_of(letter.about)
    team = mail.team if mail else team_of(letter.to)
    if team is None:
        return Fate.ASTRAY
    if _is_from_us(letter, team):
        return Fate.IGNORED
    hold(team)
    if is_read(letter.message_id, team=team):
        return Fate.KNOWN
    ticket = thread_of(letter, mail=mail, team=team)
    if ticket is None and mail and mail.kind != TICKET.name:
        returns.answered(mail, letter.text, now=now, key=letter.key)
        return Fate.ANSWER
    ticket = ticket or _flooded(letter, team, at=at)
    said = _join(letter, ticket, now=now) if ticket else _open(letter, team, at=at)
    _add_files(said, letter, is_whole=is_whole, now=now)
    return Fate.JOINED if ticket else Fate.NEW


def team_of(addresses: list[str]) -> Team | None:
    """To whom it was written, the first address that is one's; where there is one team only, to this."""
    teams = list(Team.objects.select_related("sender", "service"))
    if len(teams) == 1:
        return teams[0]
    of = {address: team for team in teams for address in _letter_boxes(team)}
    # Where two write under one address, it is his who has it for tickets.
    of |= {normal(team.service.email): team for team in teams if hasattr(team, "service")}
    return next((of[address] for address in addresses if address in of), None)


def _letter_boxes(team: Team) -> list[str]:
    """Under which addresses it is written to, and writes itself."""
    sender, rules = getattr(team, "sender", None), getattr(team, "service", None)
    written = [rules.email] if rules else []
    written += [sender.email, sender.reply_to] if sender else []
    return [normal(each) for each in written if each]


def _is_from_us(letter: Letter, team: Team) -> bool:
    """A mail of ours, a colleague, or an address under which we write: whatever comes of it would go round."""
    is_own = OutgoingMail.objects.filter(message_id=letter.message_id).exists()
    return is_own or is_ours(letter.address, team, *_letter_boxes(team))


def _opened_at(arrived_at: datetime, *, now: datetime) -> datetime:
    """The customer waits since it arrived, not since it was read."""
    return arrived_at if now - _TRUSTED <= arrived_at <= now else now


def _flooded(letter: Letter, team: Team, *, at: datetime) -> Ticket | None:
    """Where it goes if too many tickets came from its address just now: a machine may answer a machine."""
    same = Ticket.objects.filter(team=team, from_email=letter.address, channel=Ticket.Channel.MAIL)
    if same.filter(opened_at__gt=at - WHILE).count() < MOST_TICKETS:
        return None
    return same.open().select_related("team").latest_first().first()


def _join(letter: Letter, ticket: Ticket, *, now: datetime) -> Message:
    said = receive(ticket=ticket, text=letter.text, now=now, message_id=letter.message_id)
    if not knows(letter, ticket):
        who = " ".join(filter(None, (letter.name, letter.address and f"<{letter.address}>")))
        _note(ticket, _("This was written by %(who)s, who had the number of the ticket.") % {"who": who}, now)
    return said


def _open(letter: Letter, team: Team, *, at: datetime) -> Message:
    customer, person = sender_of(letter.address, team=team)
    ticket = open_ticket(
        team=team, kind=Ticket.Kind.QUESTION, channel=Ticket.Channel.MAIL, now=at,
        subject=letter.plain_subject or _("No subject"), text=letter.text, message_id=letter.message_id,
        customer=customer, person=person, language=customer.language if customer else "",
        from_name=letter.name, from_email=letter.address,
    )  # fmt: skip
    return ticket.messages.get(message_id=letter.message_id)


def _add_files(said: Message, letter: Letter, *, is_whole: bool, now: datetime) -> None:
    """Keep them, and tell colleagues what the ticket lacks."""
    remarks = (
        save(said, letter.files) if is_whole else [_("The message was too large: its files were left out.")]
    )
    if letter.is_cut:
        remarks.append(_("The message is longer than this: the rest was left out."))
    if remarks:
        _note(said.ticket, "\n".join(remarks), now)


def _note(ticket: Ticket, text: str, now: datetime) -> None:
    ticket.messages.create(kind=Message.Kind.NOTE, text=text, happened_at=now)
