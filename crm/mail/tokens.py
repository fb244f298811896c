"""Links for people who do not log in: the signed random id of a row, with nothing personal in it."""

import hmac
import re
from functools import lru_cache

from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac

UNSUBSCRIBE = "unsubscribe"
_BETWEEN = "~"
_TOKEN = re.compile(r"[\w-]{22}~[\w-]{43}", re.ASCII)


def token_for(public_id: str, *, purpose: str) -> str:
    """A token good for one purpose only."""
    mac = _keyed(_salt(purpose), settings.SECRET_KEY).copy()
    mac.update(public_id.encode())
    return f"{public_id}{_BETWEEN}{signing.b64_encode(mac.digest()).decode()}"


@lru_cache
def _keyed(salt: str, secret: str) -> hmac.HMAC:
    """As a Signer makes it for each token anew, which for very many mails takes longer than to fill them."""
    return salted_hmac(f"{salt}signer", "", secret=secret, algorithm="sha256")


def _salt(purpose: str) -> str:
    return f"crm.mail.{purpose}"


def public_id_of(token: str, *, purpose: str) -> str | None:
    """The id that was signed, None if it was not signed here or for another purpose."""
    try:
        return signing.Signer(salt=_salt(purpose), sep=_BETWEEN).unsign(token)
    except signing.BadSignature:
        return None


def without_tokens(text: str) -> str:
    """A mail as others than its reader may see it: nobody can press its links in his place."""
    return _TOKEN.sub("…", text)
