"""Ways in which mail leaves, and the one vocabulary they have: take, hand over, drop, close."""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from crm.mail.models import OutgoingMail

CARRIERS = {
    "folder": "crm.mail.folder.Folder",
    "smtp": "crm.mail.smtp.Smtp",
    "anymail": "crm.mail.api.Api",
}


class NotSent(Exception):
    """It has not left, for certain; `detail` says why in the words of whoever refused it."""

    def __init__(self, detail: object) -> None:
        super().__init__(str(detail))
        self.detail = str(detail)


class Refused(NotSent):
    """For good. With `no_such_address` because nobody has that address."""

    def __init__(self, detail: object, *, no_such_address: bool = False) -> None:
        super().__init__(detail)
        self.no_such_address = no_such_address


class TryLater(NotSent):
    """This mail may be tried again."""


class Unreachable(NotSent):
    """No mail can leave this way now, whichever it is."""


class Uncertain(Exception):
    """It may have left, or not."""


class Carrier(Protocol):
    def take(self, mail: OutgoingMail) -> None:
        """Everything short of what could deliver it. NotSent."""

    def hand_over(self) -> tuple[str, str]:
        """Deliver what was taken; return the answer in words and the provider's id of the mail, if it has one.

        NotSent or Uncertain.
        """

    def drop(self) -> None:
        """Forget what was taken."""

    def close(self) -> None:
        """Let go of connections. The next mail opens them again."""


class Carriers:
    """What mail leaves by, for a round: connections are kept until it is over."""

    def __init__(self) -> None:
        self._open: dict[str, Carrier] = {}

    def __enter__(self) -> "Carriers":
        return self

    def __exit__(self, *exc_info: object) -> None:
        for carrier in self._open.values():
            carrier.close()

    def of(self, mail: OutgoingMail) -> Carrier:
        name = "folder" if mail.team.sender.stays_here else settings.MAIL_CARRIER
        if name not in self._open:
            self._open[name] = import_string(CARRIERS[name])()
        return self._open[name]
