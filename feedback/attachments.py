"""Files that came with messages: they lie in a folder of their own, under random names."""

from collections.abc import Iterable

from django.conf import settings


def remove_files(names: Iterable[str]) -> None:
    """What is not there any more is no loss."""
    for name in names:
        (settings.ATTACHMENT_DIR / name).unlink(missing_ok=True)
