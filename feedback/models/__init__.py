from feedback.models.message import Attachment, Message, Script
from feedback.models.rating import (
    Invitation,
    OpenWord,
    Rating,
    Recommendation,
    Signature,
    Value,
    Word,
)
from feedback.models.reading import Award, AwardLine, AwardRule, Reading
from feedback.models.rules import ServiceRules
from feedback.models.ticket import Pause, Ticket

__all__ = [
    "Attachment",
    "Award",
    "AwardLine",
    "AwardRule",
    "Invitation",
    "Message",
    "OpenWord",
    "Pause",
    "Rating",
    "Reading",
    "Recommendation",
    "Script",
    "ServiceRules",
    "Signature",
    "Ticket",
    "Value",
    "Word",
]
