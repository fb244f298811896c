"""What a customer says on the page that the link opens, and whether it may have been a machine.

Mail scanners open links, run scripts, and some send forms. What looks like that is kept, but counts only once its
writer has pressed one more button, or a lead lets it count.
"""

from datetime import datetime, timedelta

from django.db import transaction

from feedback.asking import note_asked
from feedback.models import Invitation, Word
from feedback.settling import settle

TOO_FAST = timedelta(seconds=2)  # after its page
TOO_EARLY = timedelta(seconds=60)  # after the mail
TOO_DIFFERENT = timedelta(seconds=10)  # within which another value came
MOST_WORDS = 60  # of one invitation; more are not kept
Suspect = Word.Suspect


class TooManyWords(Exception):
    """Somebody keeps on sending other words."""


@transaction.atomic
def say(
    *,
    invitation: Invitation,
    value: str = "",
    score: int | None = None,
    comment: str,
    page_at: datetime | None,
    now: datetime,
) -> Word:
    """Keep a form that was sent; `page_at` is when its page was made, None if nobody knows.

    A suspect word does not count yet; one that counted, and is followed at once by another value, counts no longer.
    The same said again is kept once. Raises TooManyWords.
    """
    invitation = _held(invitation, now)
    words = list(invitation.words.all())
    word = Word(invitation=invitation, value=value, score=score, comment=comment, said_at=now)
    rivals = [each for each in words if now - each.said_at < TOO_DIFFERENT and each.says_other_than(word)]
    word.suspect = _suspicion(invitation, page_at, now) or (Suspect.DIFFERENT if rivals else "")
    if words and _is_same(words[-1], word):
        return words[-1]
    if len(words) >= MOST_WORDS:
        raise TooManyWords
    doubted = [each.pk for each in rivals if not each.suspect]
    Word.objects.filter(pk__in=doubted).update(suspect=Suspect.DIFFERENT)
    word.save()
    settle(invitation, now=now)
    return word


@transaction.atomic
def confirm(*, invitation: Invitation, word_id: int | None, now: datetime) -> Word | None:
    """Its writer pressed once more: the word counts. None if there is no such word."""
    invitation = _held(invitation, now)
    word = invitation.words.filter(pk=word_id).first()
    if word and not word.counts:
        Word.objects.filter(pk=word.pk).update(confirmed_at=now)
        word.confirmed_at = now
        settle(invitation, now=now)
    return word


def _held(invitation: Invitation, now: datetime) -> Invitation:
    """As it is now, kept from being changed by others until the transaction ends.

    Who answers has got the mail, even if nobody knows yet that it arrived.
    """
    rows = Invitation.objects.select_for_update(of=("self",)).whole()
    invitation = rows.get(pk=invitation.pk)
    if not invitation.asked_at:
        note_asked(invitation, at=(invitation.mail and invitation.mail.handed_off_at) or now)
    return invitation


def _suspicion(invitation: Invitation, page_at: datetime | None, now: datetime) -> str:
    if page_at is None or now - page_at < TOO_FAST:
        return Suspect.FAST
    by_mail = invitation.channel == Invitation.Channel.MAIL
    return Suspect.EARLY if by_mail and now - invitation.asked_at < TOO_EARLY else ""


def _is_same(last: Word, word: Word) -> bool:
    is_alike = not last.says_other_than(word) and last.comment == word.comment
    return is_alike and last.counts == word.counts
