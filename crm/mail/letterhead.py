"""Head and foot of every mail to a customer: for mail programs (tables, inline style), in the customer's language."""

import re
from functools import lru_cache
from html import escape

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString

from crm.mail.models import Sender
from crm.mail.tokens import UNSUBSCRIBE, token_for

# Where in a frame stands what is each mail's own.
_BODY, _LINK, _SUBJECT, _OPENING = "\x00", "\x01", "\x02", "\x03"
_ANY = re.compile("([\x00-\x03])")
_OPENING_LENGTH = 110  # about as much as mail programs show behind a subject


def unsubscribe_url(public_id: str) -> str:
    return settings.BASE_URL + _unsubscribe_path().replace("~", token_for(public_id, purpose=UNSUBSCRIBE))


@lru_cache
def _unsubscribe_path() -> str:
    return reverse("mail:unsubscribe", args=["~"])


def opening_of(text: str) -> str:
    """What mail programs show behind the subject: how the letter begins after its greeting."""
    greeting, _gap, rest = text.strip().partition("\n\n")
    return " ".join((rest or greeting)[: 2 * _OPENING_LENGTH].split())[:_OPENING_LENGTH]


class Letterhead:
    """Frames one letter. The frame is drawn once for each sender, language and purpose, and then only filled."""

    def __init__(self, sender: Sender, *, language: str, public_id: str, advertising: bool) -> None:
        self.sender, self.language, self.advertising = sender, language, advertising
        self._url = unsubscribe_url(public_id) if advertising else ""

    def text(self, body: str) -> str:
        return self._filled("mail/letter.txt", {_BODY: body.strip(), _LINK: self._url})

    def html(self, body: str, *, subject: str, opening: str = "") -> str:
        """`body` is HTML already. `opening` is not seen in the letter, but beside its subject in a list of mails."""
        words = {_LINK: self._url, _SUBJECT: subject, _OPENING: opening}
        return self._filled(
            "mail/letter.html", {sign: escape(said) for sign, said in words.items()} | {_BODY: body}
        )

    def _filled(self, template: str, words: dict[str, str]) -> str:
        # All at once: what is filled in stays as it is.
        return "".join([words.get(piece, piece) for piece in self._frame(template)])

    def _frame(self, template: str) -> list[str]:
        frames = self.sender.__dict__.setdefault("_frames", {})
        key = (template, self.language, self.advertising)
        if key not in frames:
            with translation.override(self.language):
                drawn = render_to_string(template, self._context()).rstrip() + "\n"
            frames[key] = _ANY.split(drawn)
        return frames[key]

    def _context(self) -> dict:
        lines = (line.strip(" ,") for line in self.sender.postal_address.splitlines())
        return {
            "sender": self.sender,
            "address": ", ".join(filter(None, lines)),
            "advertising": self.advertising,
            "language": self.language,
            "body": SafeString(_BODY),
            "unsubscribe_url": SafeString(_LINK),
            "subject": SafeString(_SUBJECT),
            "opening": SafeString(_OPENING),
        }
