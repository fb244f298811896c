"""Head and foot of every mail to a customer: for mail programs (tables, inline style), in the customer's language."""

from functools import cached_property, lru_cache

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django.utils.safestring import SafeString

from crm.mail.models import Sender
from crm.mail.tokens import UNSUBSCRIBE, token_for

# Where goes what is each mail's own. No letter contains these signs.
_BODY, _LINK, _SUBJECT, _OPENING = "\x00", "\x01", "\x02", "\x03"
_OPENING_LENGTH = 110  # letters: about as many as mail programs show behind a subject


def unsubscribe_url(public_id: str) -> str:
    token = token_for(public_id, purpose=UNSUBSCRIBE)
    return settings.BASE_URL + _unsubscribe_path().replace(_LINK_IN_PATH, token)


_LINK_IN_PATH = "-"


@lru_cache
def _unsubscribe_path() -> str:
    return reverse("mail:unsubscribe", args=[_LINK_IN_PATH])


class Letterhead:
    """Frames one letter. The frame is drawn once for each sender, language and purpose, and then only filled."""

    def __init__(self, sender: Sender, *, language: str, public_id: str, advertising: bool) -> None:
        self.sender, self.language, self.advertising = sender, language, advertising
        self.public_id = public_id
