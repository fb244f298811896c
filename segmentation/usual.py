"""The limits of the groups as a team's own purchases suggest them. docs/decisions/0011 says why so."""

from datetime import date, timedelta

import numpy as np

from segmentation.interval import Waits, curve, waits
from segmentation.log import Log, read_log
from segmentation.models import Scoring
from segmentation.quarters import quarter_of

NINE_IN_TEN = 0.9
STEP = 10  # days to which a limit is rounded up
FEWEST_RETURNS = 30  # from which a distribution of waits is worth speaking of
LEAST_FOR_VIP = 3


def find_usual(scoring: Scoring, *, as_of: date) -> None:
    """Find the usual limits in the purchases until the last quarter's end, unless that is done; saves nothing.

    Only once a quarter: limits that moved every night would move customers who did nothing.
    """
    until = quarter_of(as_of) - timedelta(1)
    if scoring.usual_until == until and scoring.usual_vip_from:
        return
    log = read_log(scoring.team, until=until)
    second, later = waits(log)
    scoring.usual_until = until
    scoring.usual_one_time_after = _most_returned_within(second)
    scoring.usual_lost_after = _most_returned_within(later)
    scoring.usual_vip_from = _vip_from(log)


def _most_returned_within(waited: Waits) -> int | None:
    """Days within which nine in ten have come back of those who, as far as the history goes, ever do."""
    if waited.returns < FEWEST_RETURNS:
        return None
    days = curve(waited).days_among_returning(NINE_IN_TEN)
    return -(-days // STEP) * STEP


def _vip_from(log: Log) -> int | None:
    """Purchases that a fifth of those who have come back reach."""
    purchases = np.sort(np.diff(log.start))
    regulars = purchases[purchases > 1]
    if len(regulars) < FEWEST_RETURNS:
        return None
    return max(LEAST_FOR_VIP, int(regulars[-(-len(regulars) * 4 // 5) - 1]))
