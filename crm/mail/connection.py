"""Where mail to customers goes, as far as settings and the team's own switch tell."""

from dataclasses import dataclass

from django.conf import settings
from django.db import models

from crm.mail.models import Sender


class Way(models.TextChoices):
    FOLDER = "folder"
    SERVER = "server"
    PROVIDER = "provider"


@dataclass(frozen=True)
class Connection:
    """`name` is the folder, the server with its port, or the provider."""

    way: Way
    name: str

    @property
    def stays_here(self) -> bool:
        return self.way == Way.FOLDER


def connection_of(sender: Sender | None) -> Connection:
    if settings.MAIL_CARRIER == "folder" or (sender and sender.stays_here):
        return Connection(Way.FOLDER, str(settings.MAIL_FOLDER))
    if settings.MAIL_CARRIER == "smtp":
        return Connection(Way.SERVER, f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}")
    return Connection(Way.PROVIDER, _provider(settings.EMAIL_BACKEND))


def _provider(backend: str) -> str:
    """ "Mailgun" of "anymail.backends.mailgun.EmailBackend"."""
    return backend.split(".")[-2].replace("_", " ").capitalize()


def hears_answers() -> bool:
    """Somebody reads a mailbox here: no provider tells what a customer answers."""
    return bool(settings.BOUNCE_IMAP_URL or settings.TICKET_IMAP_URL)
