"""Who is who, and who is due."""

from segmentation.models.expectation import Expectation, Forecast
from segmentation.models.score import (
    Group,
    GroupHistory,
    Method,
    QuarterSummary,
    Relationship,
    Rules,
    Score,
    Scoring,
)

__all__ = [
    "Expectation",
    "Forecast",
    "Group",
    "GroupHistory",
    "Method",
    "QuarterSummary",
    "Relationship",
    "Rules",
    "Score",
    "Scoring",
]
