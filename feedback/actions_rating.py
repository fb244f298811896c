"""What colleagues do about ratings, together with dossier, outbox and what counts. Each is one transaction."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.models import Entry
from crm.team.models import User
from feedback.asking import Obstacle, hold_customer, legal_obstacle, note_asked, put_question
from feedback.models import Decision, Invitation, Rating, Signature, Ticket, Word
from feedback.notices import tell_thanks
from feedback.reacting import is_bad_no_longer
from feedback.settling import settle

What = Decision.What


@transaction.atomic
def put_right(*, rating: Rating, done: str, by: User, now: datetime) -> bool:
    """Write what was done about a bad one: the dossier's timeline keeps it. False if somebody did before."""
    if not rating.note_answer(text=done, by=by, now=now):
        return False
    is_bad_no_longer(rating, now=now, by=by)
    words = _("Put right, after ticket %(number)s") % {"number": rating.ticket.number}
    Entry.objects.create(
        customer_id=rating.customer_id, kind=Entry.Kind.RATING, text=f"{words}\n\n{done}", author=by,
        on_behalf_of_id=by.stands_in_for(rating.customer.owner_id, now=now), happened_at=now,
        source=Entry.Kind.TICKET, source_id=rating.ticket_id,
    )  # fmt: skip
    return True


@transaction.atomic
def ask_again(*, rating: Rating, now: datetime) -> bool:
    """Ask the customer once more, after it was put right. False if something stands against it, or it was done."""
    rating = Rating.objects.select_for_update(of=("self",)).select_related("ticket").get(pk=rating.pk)
    hold_customer(rating.ticket)
    if why_not_again(rating) is not None:
        return False
    ticket = rating.ticket
    key = f"rating:{ticket.pk}:{ticket.resolution}:again:{rating.pk}"
    put_question(ticket, key=key, start=now, now=now, again_after=rating)
    return True


def why_not_again(rating: Rating) -> Obstacle | str | None:
    """What stands against asking once more; None if nothing does. That he was asked lately, does not."""
    if rating.answered_at is None:
        return _("Write first what was done.")
    if rating.invitation.again_after_id or Invitation.objects.filter(again_after=rating).exists():
        return _("The customer was asked once more already.")
    if rating.ticket.is_open:
        return _("The ticket is open again: the customer is asked when it is closed.")
    return legal_obstacle(rating.ticket.customer)


@transaction.atomic
def pass_on(*, rating: Rating, words: str, by: User, now: datetime) -> bool:
    """Let a good rating reach its employee, with thanks. False if somebody did before, or there is nobody."""
    if not rating.employee_id or not rating.note_thanks(by=by, now=now):
        return False
    tell_thanks(rating, words=words, by=by, now=now)
    return True


@transaction.atomic
def set_aside(*, rating: Rating, why: str, by: User, now: datetime) -> bool:
    """A lead does not count it, and says why. False if that is so already."""
    invitation = _held(rating.invitation_id)
    if rating.decisions.filter(what=What.ASIDE, undone_at=None).exists():
        return False
    rating.decisions.create(what=What.ASIDE, why=why, made_by=by, made_at=now)
    settle(invitation, now=now, quietly=True)
    return True


@transaction.atomic
def count(*, invitation: Invitation, word: Word, why: str, by: User, now: datetime) -> bool:
    """A lead lets a suspect word count, and says why. False if it counts already."""
    held = _held(invitation.pk)
    words = Word.objects.filter(pk=word.pk, invitation=held, confirmed_at=None).exclude(suspect="")
    if not words.update(confirmed_at=now, confirmed_by=by):
        return False
    rating = Rating.objects.filter(invitation=held).first()
    Decision.objects.create(what=What.COUNT, rating=rating, word=word, why=why, made_by=by, made_at=now)
    settle(held, now=now, quietly=True)
    return True


@transaction.atomic
def undo(*, decision: Decision, by: User, now: datetime) -> bool:
    """Take a decision back: what the machine makes of it holds again. False if somebody did before."""
    invitation = _held((decision.rating or decision.word).invitation_id)
    if not Decision.objects.filter(pk=decision.pk, undone_at=None).update(undone_at=now, undone_by=by):
        return False
    if decision.word_id:
        Word.objects.filter(pk=decision.word_id).update(confirmed_at=None, confirmed_by=None)
    settle(invitation, now=now, quietly=True)
    return True


def _held(invitation_id: int) -> Invitation:
    """Nobody else says or decides anything about it until the transaction ends."""
    return Invitation.objects.select_for_update(of=("self",)).whole().get(pk=invitation_id)


@transaction.atomic
def print_sheet(*, ticket: Ticket, now: datetime) -> Invitation:
    """The invitation that stands on paper, about what was done so far; the same one as long as its link lives."""
    Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
    if printed := Invitation.objects.printed_for(ticket, at=now):
        return printed
    sheet = Invitation.objects.create(
        team=ticket.team, customer=ticket.customer, ticket=ticket, resolution=ticket.resolution,
        channel=Invitation.Channel.SHEET, made_at=now,
    )  # fmt: skip
    note_asked(sheet, at=now)
    return sheet


def make_signature(*, user: User, now: datetime) -> Signature:
    return Signature.objects.get_or_create(user=user, defaults={"made_at": now})[0]
