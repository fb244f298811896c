"""What carries letters in tests, or fails to, in every way that there is."""

from collections.abc import Callable

from crm.mail.carriers import Refused, TryLater, Uncertain, Unreachable
from crm.mail.models import OutgoingMail


class Died(BaseException):
    """The worker is no more."""


class Post:
    """Carries letters, or fails to, and lets something happen in between."""

    def __init__(
        self, check: Callable[[OutgoingMail], None], fate: str, meanwhile: Callable[[], None]
    ) -> None:
        self.check, self.fate, self.meanwhile = check, fate, meanwhile

    def of(self, mail: OutgoingMail) -> "Post":
        return self

    def take(self, mail: OutgoingMail) -> None:
        self.mail = mail
        self.meanwhile()
        if self.fate == "dies with the mail taken":
            raise Died
        if self.fate == "server away":
            raise Unreachable("away")

    def hand_over(self) -> tuple[str, str]:
        if self.fate == "dies before the letter":
            raise Died
        if self.fate == "cut off":
            raise Uncertain("cut off")
        if self.fate == "later":
            raise TryLater("busy")
        if self.fate in ("refused", "no such address"):
            raise Refused("no", no_such_address=self.fate == "no such address")
        self.check(self.mail)
        if self.fate == "dies after the letter":
            raise Died
        if self.fate == "cut off after the letter":
            raise Uncertain("cut off")
        return "taken", ""

    def drop(self) -> None:
        self.mail = None
