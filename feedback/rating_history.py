"""What was said in answer to one question, word for word, and what leads decided about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.team.models import User
from feedback.models import Decision, Invitation, Word


@dataclass(frozen=True)
class Line:
    """One thing that happened: when, in words, and by which icon. At `count` a word can be let count, at `undo` a
    decision taken back; each "" where it cannot.
    """

    when: datetime
    icon: str
    text: str
    about: str = ""
    count: str = ""
    undo: str = ""


def history(invitation: Invitation, decisions: list[Decision], *, user: User) -> list[Line]:
    """In the order in which it happened; leads may decide about it."""
    words = list(invitation.words.select_related("confirmed_by"))
    lines = [Line(invitation.asked_at, "mail", _("asked %s") % invitation.get_channel_display())]
    lines += [line for word in words for line in _of_word(word, invitation, user)]
    by_id = {word.pk: word for word in words}
    lines += [line for each in decisions for line in _of_decision(each, by_id, invitation, user)]
    return sorted(lines, key=lambda line: line.when)


def said(word: Word) -> str:
    """ "Good", or "9 of 10"."""
    return _("%(n)s of 10") % {"n": word.score} if word.score is not None else word.get_value_display()


def _of_word(word: Word, invitation: Invitation, user: User) -> Iterator[Line]:
    about = str(word.get_suspect_display()) if word.suspect else ""
    text = f"{said(word)}: “{word.comment}”" if word.comment else said(word)
    may_count = not word.counts and user.is_lead
    count = _address("count", invitation, word.pk) if may_count else ""
    yield Line(word.said_at, word.value or "note", text, about, count=count)
    if word.confirmed_at and not word.confirmed_by_id:
        yield Line(word.confirmed_at, "check", _("confirmed by one more press: it counts"))


def _of_decision(
    decision: Decision, words: dict[int, Word], invitation: Invitation, user: User
) -> Iterator[Line]:
    told = {"who": decision.made_by.name, "why": decision.why}
    text = _("%(who)s does not count it: %(why)s") % told
    if decision.word_id:
        value = said(words[decision.word_id])
        text = _("%(who)s counts “%(value)s”: %(why)s") % (told | {"value": value})
    is_open = decision.undone_at is None and user.is_lead
    undo = _address("undo", invitation, decision.pk) if is_open else ""
    yield Line(decision.made_at, "note", text, undo=undo)
    if decision.undone_at:
        who = decision.undone_by.name
        yield Line(decision.undone_at, "undo", _("%(who)s took that back") % {"who": who})


def _address(verb: str, invitation: Invitation, pk: int) -> str:
    if invitation.question == Invitation.Question.RECOMMEND:
        return reverse(f"feedback:recommendation_{verb}", args=[invitation.pk, pk])
    return reverse(f"feedback:rating_{verb}", args=[invitation.rating.pk, pk])
