"""The mails that a mail goes on with, as its headers In-Reply-To and References name them (RFC 5322)."""

import re

MOST = 10
# What somebody else has made up becomes a header of ours: nothing but signs that can stand in one.
_ID = re.compile(r"<[!-;=?-~]{3,250}>")


def message_ids(text: str) -> list[str]:
    """Those in `text` that can be written in a header, each once; of more than MOST the first one and the last."""
    found = list(dict.fromkeys(_ID.findall(text)))
    return found if len(found) <= MOST else [found[0], *found[1 - MOST :]]
