"""Who may read which rating, told of rows at hand: `RatingQuerySet.open_to` for pages that must not wait for it.

The condition takes longer to be put together than most pages' queries to be answered. A test holds both to the same.
"""

from datetime import date
from functools import cached_property

from crm.team.models import User
from feedback.models import Value


class Reader:
    """`user` on that day, of ratings of his team that count."""

    def __init__(self, user: User, *, on: date) -> None:
        self.user, self.on = user, on

    def may_read(self, value: str, *, employee: int | None, owner: int) -> bool:
        """`employee` is who was rated, `owner` whose dossier it is: both ids."""
        if self.user.is_lead or employee == self.user.pk:
            return True
        if value == Value.GOOD:
            return self.user.sees_team or self._looks_after(owner)
        return value == Value.BAD and self._looks_after(owner)

    def _looks_after(self, owner: int) -> bool:
        return owner == self.user.pk or owner in self._lent

    @cached_property
    def _lent(self) -> set[int]:
        return set(self.user.lent_by(on=self.on).values_list("user_id", flat=True))
