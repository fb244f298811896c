"""Where customers come without a login: their links, which nobody else shall be able to press from a log."""

import logging
import re

PREFIXES = ("/u/", "/r/", "/s/", "/o/", "/contact/", "/cal/")
_LINK = re.compile(rf"""((?:^|[\s"'(])(?:https?://[^/\s]+)?(?:{"|".join(PREFIXES)}))[^\s"']+""")


class WithoutLinks(logging.Filter):
    """Cuts those links in what is logged: Django names the path of each request that went wrong."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _cut(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(map(_cut, record.args))
        return True


def _cut(said: object) -> object:
    return _LINK.sub(r"\1…", said) if isinstance(said, str) else said
