"""What a team has resolved for each group, and what we propose where it has not."""

from collections.abc import Iterable

from crm.team.models import Team
from segmentation.models import Advice, Group

# Whoever has bought once long ago, or has stopped, is a matter for a campaign and not for a slip on its day.
SLIP_WHEN_DUE = frozenset({Group.VIP, Group.GROWING, Group.BEGINNER})


def slip_groups(teams: Iterable[Team]) -> dict[int, set[str]]:
    """By team id, the groups whose dossiers get a slip when the next purchase is due. One query."""
    groups = {team.pk: set(SLIP_WHEN_DUE) for team in teams}
    for advice in Advice.objects.filter(team__in=groups):
        (set.add if advice.slip_when_due else set.discard)(groups[advice.team_id], advice.group)
    return groups
