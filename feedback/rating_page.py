"""The page of one rating: what was said, word for word, what was decided and what was done about it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _

from crm.team.models import User
from feedback.actions_rating import why_not_again
from feedback.models import Decision, Rating, Value, Word


@dataclass(frozen=True)
class Line:
    """One thing that happened: when, in words, and by which icon. `word` may be counted, `decision` be undone."""

    when: datetime
    icon: str
    text: str
    about: str = ""
    word: Word | None = None
    decision: Decision | None = None


class RatingPage:
    """A rating as this person may see it."""

    def __init__(self, rating: Rating, *, user: User) -> None:
        self.rating, self.user = rating, user

    @property
    def sees_history(self) -> bool:
        """Others see what counts now, and not what was said before it."""
        return self.user.is_lead or self.rating.employee_id == self.user.pk

    @property
    def may_act(self) -> bool:
        """Whoever may open the page of a bad one that waits is to put it right."""
        return self.rating.is_to_put_right

    @property
    def may_thank(self) -> bool:
        rating = self.rating
        is_praise = rating.counts and rating.value == Value.GOOD and rating.comment and rating.employee_id
        return bool(
            self.user.is_lead and is_praise and not rating.passed_on_at and rating.employee_id != self.user.pk
        )

    @property
    def is_answered(self) -> bool:
        return self.rating.answered_at is not None and self.rating.value == Value.BAD

    @cached_property
    def asked_again(self) -> object | None:
        return getattr(self.rating, "asked_again", None)

    @cached_property
    def why_not_again(self) -> str:
        """ "" if the customer can be asked once more."""
        why = why_not_again(self.rating)
        return str(getattr(why, "label", why)) if why is not None else ""

    @property
    def before(self) -> Rating | None:
        """The bad one after which this was asked for."""
        return self.rating.invitation.again_after

    @cached_property
    def history(self) -> list[Line]:
        invitation = self.rating.invitation
        words = {word.pk: word for word in invitation.words.select_related("confirmed_by")}
        lines = [Line(invitation.asked_at, "mail", _("asked %s") % invitation.get_channel_display())]
        lines += [line for word in words.values() for line in self._of_word(word)]
        for decision in self.rating.decisions.select_related("made_by", "undone_by"):
            lines += self._of_decision(decision, words)
        return sorted(lines, key=lambda line: line.when)

    def _of_word(self, word: Word) -> list[Line]:
        about = str(word.get_suspect_display()) if word.suspect else ""
        text = (
            f"{word.get_value_display()}: “{word.comment}”" if word.comment else str(word.get_value_display())
        )
        waits = word if not word.counts and self.user.is_lead else None
        lines = [Line(word.said_at, word.value, text, about, word=waits)]
        if word.confirmed_at and not word.confirmed_by_id:
            lines.append(Line(word.confirmed_at, "check", _("confirmed by one more press: it counts")))
        return lines

    def _of_decision(self, decision: Decision, words: dict[int, Word]) -> list[Line]:
        told = {"who": decision.made_by.name, "why": decision.why}
        text = _("%(who)s does not count it: %(why)s") % told
        if decision.word_id:
            value = words[decision.word_id].get_value_display()
            text = _("%(who)s counts “%(value)s”: %(why)s") % (told | {"value": value})
        is_open = decision.undone_at is None and self.user.is_lead
        lines = [Line(decision.made_at, "note", text, decision=decision if is_open else None)]
        if decision.undone_at:
            who = decision.undone_by.name
            lines.append(Line(decision.undone_at, "undo", _("%(who)s took that back") % {"who": who}))
        return lines
