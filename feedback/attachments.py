"""Files that come with a message: which are taken, and where they lie.

They lie under random names in a folder that no web server shows, and are only ever given out to be saved. A file is
written before its row is committed; what is left of a transaction that failed is removed by `whole`, or that night.
"""

import os
import secrets
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from feedback.contents import TYPES, fits
from feedback.models import Attachment, Message

MOST_BYTES, MOST_IN_ALL, MOST_FILES = 10 * 1024 * 1024, 25 * 1024 * 1024, 20  # of each file, of a message
_MOST_NAMED = 50  # of those that are left out
_BATCH = 500
_OLD = timedelta(days=1)  # older than any transaction that still goes on
_NAME_LENGTH = Attachment._meta.get_field("name").max_length

_written: ContextVar[list[str] | None] = ContextVar("written", default=None)


@dataclass(frozen=True)
class File:
    name: str
    content: bytes


@contextmanager
def whole() -> Iterator[None]:
    """A transaction together with its files: if it fails, those written in it are removed."""
    names: list[str] = []
    token = _written.set(names)
    try:
        with transaction.atomic():
            yield
    except BaseException:
        remove_files(names)
        raise
    finally:
        _written.reset(token)


def save_uploads(message: Message, files: Iterable[UploadedFile]) -> list[str]:
    """Keep what a colleague has added to a message. Returns sentences on what was left out, and why."""
    # Of what is too large anyhow, no more is read than shows it.
    return save(message, (File(each.name or "", each.read(MOST_BYTES + 1)) for each in files))


def save(message: Message, files: Iterable[File]) -> list[str]:
    """Keep what may be kept of them. Returns sentences on what was left out, and why."""
    left_out: list[str] = []
    count = size = 0
    for file in files:
        name = safe_name(file.name)
        if why := _why_not(name, file.content, count=count, size=size):
            left_out.append(_("%(name)s was left out: %(why)s") % {"name": name, "why": why})
            continue
        _save_one(message, name, file.content)
        count, size = count + 1, size + len(file.content)
    more = len(left_out) - _MOST_NAMED
    return left_out[:_MOST_NAMED] + ([_("%(n)s more files were left out.") % {"n": more}] if more > 0 else [])


def _why_not(name: str, content: bytes, *, count: int, size: int) -> str:
    """Why a file is not taken, beside others of that number and size; "" if it is."""
    if extension_of(name) not in TYPES:
        return _("files of this kind are not taken.")
    if not content:
        return _("it is empty.")
    if len(content) > MOST_BYTES:
        return _("it is larger than %(size)s.") % {"size": filesizeformat(MOST_BYTES)}
    if count >= MOST_FILES:
        return _("there are more than %(n)s files.") % {"n": MOST_FILES}
    if size + len(content) > MOST_IN_ALL:
        return _("all files together are larger than %(size)s.") % {"size": filesizeformat(MOST_IN_ALL)}
    if not fits(extension_of(name), content):
        return _("it is not what its name says.")
    return ""


def _save_one(message: Message, name: str, content: bytes) -> None:
    stored = secrets.token_hex(20)
    if (names := _written.get()) is not None:
        names.append(stored)
    settings.ATTACHMENT_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(path_of(stored), "xb", opener=_private) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    message.attachments.create(
        name=name, stored=stored, content_type=TYPES[extension_of(name)], size=len(content)
    )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def path_of(stored: str) -> Path:
    return settings.ATTACHMENT_DIR / stored


def safe_name(name: str) -> str:
    """What can be shown and saved under: without folders, and signs that hide how it really ends."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    shown = " ".join(seen.split()).strip(". ") or _("file")
    extension = Path(shown).suffix[:20]
    return shown[: -len(extension) or None][: _NAME_LENGTH - len(extension)] + extension


def extension_of(name: str) -> str:
    return Path(name).suffix[1:].lower()


def remove_files(names: Iterable[str]) -> None:
    """Delete files by their `stored` names, after their rows are gone."""
    for name in names:
        path_of(name).unlink(missing_ok=True)


def clear_orphans(now: datetime) -> str:
    """Delete files that no row knows: of transactions that were cut off, and of tickets that were deleted."""
    oldest = (now - _OLD).timestamp()
    old = [path.name for path in settings.ATTACHMENT_DIR.glob("*") if path.stat().st_mtime < oldest]
    removed = 0
    for start in range(0, len(old), _BATCH):
        batch = old[start : start + _BATCH]
        orphans = set(batch) - _known(batch)
        remove_files(orphans)
        removed += len(orphans)
    return f"{removed} files that belonged to nothing" if removed else ""


def _known(names: Collection[str]) -> set[str]:
    return set(Attachment.objects.filter(stored__in=names).values_list("stored", flat=True))
