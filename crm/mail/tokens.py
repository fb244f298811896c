"""Links for people who do not log in: the signed random id of a row, with nothing personal in it."""

import re

from django.core import signing

UNSUBSCRIBE = "unsubscribe"
_TOKEN = re.compile(r"[\w-]{22}~[\w-]{43}", re.ASCII)


def token_for(public_id: str, *, purpose: str) -> str:
    """A token good for one purpose only."""
    return signing.Signer(salt=f"crm.mail.{purpose}", sep="~").sign(public_id)


def public_id_of(token: str, *, purpose: str) -> str | None:
    """The id that was signed, None if it was not signed here or for another purpose."""
    try:
        return signing.Signer(salt=f"crm.mail.{purpose}", sep="~").unsign(token)
    except signing.BadSignature:
        return None


def without_tokens(text: str) -> str:
    """A mail as others than its reader may see it: nobody can press its links in his place."""
    return _TOKEN.sub("…", text)
