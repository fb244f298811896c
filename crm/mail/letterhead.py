"""Head and foot of every mail to a customer: for mail programs (tables, inline style), in the customer's language."""

from functools import cached_property

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django.utils.safestring import SafeString

from crm.mail.models import Sender
from crm.mail.tokens import UNSUBSCRIBE, token_for

_GAP = "\x00"  # where a letter's own words go: no letter contains it
_LINK = "\x01"
_SUBJECT = "\x02"


def unsubscribe_url(public_id: str) -> str:
    path = reverse("mail:unsubscribe", args=[token_for(public_id, purpose=UNSUBSCRIBE)])
    return f"{settings.BASE_URL}{path}"


class Letterhead:
    """Frames one letter. The frame is drawn once for each sender, language and purpose, and then only filled."""

    def __init__(self, sender: Sender, *, language: str, public_id: str, advertising: bool) -> None:
        self.sender, self.language, self.advertising = sender, language, advertising
        self.public_id = public_id

    @cached_property
    def _url(self) -> str:
        return unsubscribe_url(self.public_id)

    def text(self, body: str) -> str:
        return self._frame("mail/letter.txt").replace(_LINK, self._url).replace(_GAP, body.strip())

    def html(self, body: str, *, subject: str) -> str:
        """`body` is HTML already."""
        frame = self._frame("mail/letter.html").replace(_LINK, escape(self._url))
        return frame.replace(_SUBJECT, escape(subject)).replace(_GAP, body)

    def _frame(self, template: str) -> str:
        frames = self.sender.__dict__.setdefault("_frames", {})
        key = (template, self.language, self.advertising)
        if key not in frames:
            with translation.override(self.language):
                frames[key] = render_to_string(template, self._context())
        return frames[key]

    def _context(self) -> dict:
        return {
            "sender": self.sender,
            "advertising": self.advertising,
            "language": self.language,
            "body": SafeString(_GAP),
            "unsubscribe_url": SafeString(_LINK),
            "subject": SafeString(_SUBJECT),
        }
