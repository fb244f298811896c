"""Who is who, and who is due."""

from segmentation.models.advice import Advice
from segmentation.models.expectation import Expectation, Forecast, TypicalInterval
from segmentation.models.reminder import Reminder, ReminderLetter
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
from segmentation.models.segment import Segment
from segmentation.models.series import Series, Step, Variant

__all__ = [
    "Advice",
    "Expectation",
    "Forecast",
    "Group",
    "GroupHistory",
    "Method",
    "QuarterSummary",
    "Relationship",
    "Reminder",
    "ReminderLetter",
    "Rules",
    "Score",
    "Scoring",
    "Segment",
    "Series",
    "Step",
    "TypicalInterval",
    "Variant",
]
