"""What the list of series says of each: who is under way, how many letters have left."""

from dataclasses import dataclass

from crm.mail.models import State
from crm.team.models import User
from segmentation.effect import Effect, effect_by_series
from segmentation.models import Reminder, Series
from segmentation.reminding.progress import GONE, Progress, progress_by_series

LEFT = (State.SENT, State.UNKNOWN, GONE)


@dataclass(frozen=True)
class Listed:
    """One series with its figures."""

    series: Series
    progress: Progress
    effect: Effect

    @property
    def under_way(self) -> int:
        return self.progress.to_begin + self.progress.under_way

    @property
    def sent(self) -> int:
        return sum(self.progress.letters.get(state, 0) for state in LEFT)


def listed(user: User) -> list[Listed]:
    """All series of the team in so many queries however many they are, those that run first."""
    series = list(Series.objects.visible_to(user).prefetch_related("steps"))
    progress = progress_by_series(series)
    reminders = Reminder.objects.filter(series__in=series)
    effects = effect_by_series(reminders, on=user.today()) if series else {}
    rows = [
        Listed(each, progress.get(each.pk, Progress()), effects.get(each.pk, Effect())) for each in series
    ]
    return sorted(rows, key=lambda row: not row.series.is_running)
