"""Mail that does not leave this machine: a file for each, to be opened by any mail program."""

import os
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from crm.mail.carriers import Refused, Uncertain, Unreachable
from crm.mail.message import on_the_wire
from crm.mail.models import OutgoingMail


class Folder:
    """Files are named by the mail, so that a mail sent again replaces itself."""

    def take(self, mail: OutgoingMail) -> None:
        try:
            self._bytes = on_the_wire(mail)
        except ValueError as error:
            raise Refused(error) from error
        folder = Path(settings.MAIL_FOLDER)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Unreachable(f"The folder for mail cannot be written ({error.strerror}).") from error
        self._path = folder / f"{mail.dated_at:%Y%m%d-%H%M%S}-{mail.public_id}.eml"

    def hand_over(self) -> tuple[str, str]:
        unfinished = self._path.with_suffix(f".{os.getpid()}")
        try:
            unfinished.write_bytes(self._bytes)
            unfinished.replace(self._path)
        except OSError as error:
            raise Uncertain(f"The file could not be written ({error.strerror}).") from error
        return self._path.name, ""

    def drop(self) -> None:
        self._bytes = b""

    def close(self) -> None:
        self.drop()


def remove_files(public_ids: Iterable[str]) -> None:
    """Delete what lies in the folder of these mails."""
    for public_id in public_ids:
        for path in Path(settings.MAIL_FOLDER).glob(f"*-{public_id}.*"):
            path.unlink(missing_ok=True)
