"""The page of one rating: what was said, word for word, what was decided and what was done about it."""

from functools import cached_property

from crm.team.models import User
from feedback.actions_rating import why_not_again
from feedback.models import Rating, Value
from feedback.rating_history import Line, history


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

    @property
    def history(self) -> list[Line]:
        decisions = self.rating.decisions.select_related("made_by", "undone_by")
        return history(self.rating.invitation, list(decisions), user=self.user)
