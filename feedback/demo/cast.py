"""How the people of the demo answer: who is quick, and whom customers like."""

from dataclasses import dataclass
from random import Random

from crm.team.models import User
from followups.demo.stage import LENA, MANAGERS


@dataclass(frozen=True)
class Habits:
    """`share` of all tickets; median working minutes to the first answer; share of good ratings at that speed."""

    user: User
    share: int
    answers_in: int
    good: float

    def answer_minutes(self, random: Random, *, slower: float = 1) -> int:
        return max(3, round(self.answers_in * slower * random.lognormvariate(0, 0.9)))


_BY_EMAIL = {LENA[1]: (10, 95, 0.94)} | {
    email: habits
    for (_name, email), habits in zip(
        MANAGERS, ((42, 125, 0.90), (22, 190, 0.83), (26, 400, 0.64)), strict=True
    )
}
_ANYBODY = (20, 180, 0.82)


def habits_of(users: list[User]) -> list[Habits]:
    return [Habits(user, *_BY_EMAIL.get(user.email, _ANYBODY)) for user in users]


def chance_of_good(habits: Habits, answered_in: int) -> float:
    """Who waits long is seldom content: ten hours cost about a third."""
    late = max(0, answered_in - habits.answers_in) / 600
    return max(0.2, min(0.98, habits.good + 0.06 - 0.28 * min(late, 1.4)))
