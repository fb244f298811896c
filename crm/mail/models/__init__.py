from crm.mail.models.outgoing import IN_HAND, WAITING, OutgoingMail, Reason, State
from crm.mail.models.pulse import Pulse
from crm.mail.models.returned import Return
from crm.mail.models.sender import LANGUAGES, Sender
from crm.mail.models.suppression import AdvertisingTurn, Suppression

__all__ = [
    "IN_HAND",
    "LANGUAGES",
    "WAITING",
    "AdvertisingTurn",
    "OutgoingMail",
    "Pulse",
    "Reason",
    "Return",
    "Sender",
    "State",
    "Suppression",
]
