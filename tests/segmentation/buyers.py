"""Customers with scores and expectations made by hand, without purchases."""

from datetime import timedelta

from segmentation.models import Expectation, Forecast, Score, Scoring
from tests.factories import make_dossier


def make_buyer(*, due=None, usual=30, window=None, score=None, **kw):
    """A customer with his place, who has bought; `due` days from today, the window `window` days around it."""
    place = make_dossier(**kw)
    customer, today = place.customer, place.owner.today()
    Score.objects.create(
        **{
            "customer": customer, "team_id": customer.team_id, "purchase_days": 3, "frequency": 3, "money": "300",
            "monetary": "300", "first_on": today - timedelta(90), "last_on": today - timedelta(20),
            "r": 4, "f": 3, "m": 2, "group": "growing",
        } | (score or {})
    )  # fmt: skip
    if due is not None:
        Forecast.objects.get_or_create(team_id=customer.team_id, defaults={"kind": "table", "as_of": today})
        day = today + timedelta(due)
        begin, end = window or (-5, 5)
        Expectation.objects.create(
            customer=customer, team_id=customer.team_id, purchases=3, usual_days=usual, due_on=day,
            window_from=day + timedelta(begin), window_to=day + timedelta(end), p14=0.31, p28=0.5, cases=412,
        )  # fmt: skip
    return place


def tick(place):
    return f"{place.pk}:{place.version}"


def make_scoring(team, *, as_of, **kw):
    """What is in force: fifths that part days at 365, 180, 90, 30 and purchases at 1, 2, 4, 9."""
    days = [as_of - timedelta(limit + 1) for limit in (365, 180, 90, 30)]
    fields = {
        "method": "quintiles", "customers": 400, "recency_points": [day.isoformat() for day in days],
        "frequency_points": [1, 2, 4, 9], "money_points": ["100", "500", "2000", "10000"],
        "one_time_after": 120, "lost_after": 120, "vip_from": 5,
    }  # fmt: skip
    return Scoring.objects.create(team=team, as_of=as_of, **fields | kw)
