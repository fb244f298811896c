"""What a team's groups and expectations go by, as every dossier tells it."""

from dataclasses import dataclass
from datetime import date

from segmentation.groups import DEFAULT, Limits, in_force
from segmentation.kept import A_MINUTE, forget, kept_or_made
from segmentation.models import Forecast, Scoring
from segmentation.reasons import Missing


@dataclass(frozen=True)
class Terms:
    """`period_from` is the first day that scores look at, None for the whole history."""

    limits: Limits
    period_from: date | None
    has_forecast: bool
    forecast_kind: str
    missing: Missing


def kept_terms(team_id: int) -> Terms:
    """Kept for a minute, for without Redis each server process keeps its own."""
    return kept_or_made(_key(team_id), lambda: _read(team_id), seconds=A_MINUTE)


def terms_changed(team_id: int) -> None:
    forget(_key(team_id))


def _read(team_id: int) -> Terms:
    scoring = Scoring.objects.filter(team=team_id).first()
    forecast = Forecast.objects.filter(team=team_id).defer("learnt", "weeks").first()
    is_scored = scoring is not None and scoring.as_of is not None
    return Terms(
        limits=in_force(scoring) if is_scored else DEFAULT,
        period_from=scoring.period_from if is_scored else None,
        has_forecast=forecast is not None,
        forecast_kind=forecast.kind if forecast else "",
        missing=Missing(forecast.missing_weeks, forecast.missing_buyers) if forecast else Missing(),
    )


def _key(team_id: int) -> str:
    return f"segments:terms:{team_id}"
