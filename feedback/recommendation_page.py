"""The page of one answer whether a customer recommends us, for leads: what was said, and whether it counts."""

from functools import cached_property

from feedback.models import Decision, Invitation, Word
from feedback.rating_history import Line, history, said


class RecommendationPage:
    """As a lead sees it. Costs no query where the words and the recommendation were fetched with the invitation."""

    def __init__(self, invitation: Invitation) -> None:
        self.invitation, self.customer = invitation, invitation.customer

    @cached_property
    def word(self) -> Word:
        """The last one that counts, else the last one."""
        return (self.invitation.counting() or list(self.invitation.words.all()))[-1]

    @property
    def said(self) -> str:
        return said(self.word)

    @property
    def why_not(self) -> str:
        """Why it does not count, in words; "" if it does."""
        return "" if self.word.counts else str(self.word.get_suspect_display())

    @property
    def counted_by(self) -> str:
        """The lead who let it count; "" where it counts by itself, or not at all."""
        return self.word.confirmed_by.name if self.word.confirmed_by else ""

    def history_for(self, user: object) -> list[Line]:
        decisions = Decision.objects.filter(word__invitation=self.invitation)
        rows = decisions.select_related("made_by", "undone_by")
        return history(self.invitation, list(rows), user=user)
