from feedback.models.invitation import Invitation, Value, Word
from feedback.models.message import Attachment, Message, Script
from feedback.models.pause import Pause
from feedback.models.rating import Decision, Rating, Recommendation
from feedback.models.reading import Award, AwardLine, AwardRule, Reading
from feedback.models.rules import ServiceRules
from feedback.models.signature import OpenWord, Signature
from feedback.models.ticket import Ticket

__all__ = [
    "Attachment",
    "Award",
    "AwardLine",
    "AwardRule",
    "Decision",
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
