"""What is worked out anew for every day. Each function is one of "now", and may run again at any time."""

from datetime import datetime

from crm.team.models import Team
from segmentation.models import Scoring
from segmentation.quarters import today_of
from segmentation.scores import score_everything


def score_all(now: datetime) -> str:
    """Scores and groups of each team for which a new day has begun since they were last worked out."""
    days = {team: today_of(team, now) for team in Team.objects.order_by("pk")}
    done = dict(Scoring.objects.values_list("team_id", "as_of"))
    begun = {team: day for team, day in days.items() if done.get(team.pk) != day}
    written = sum(score_everything(team, as_of=day) for team, day in begun.items())
    return f"{len(begun)} teams, {written} rows written"
