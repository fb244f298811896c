"""Signs of life of whoever sends mail."""

from datetime import datetime

from django.db import models


class Pulse(models.Model):
    """When the outbox was last looked through, or a mailbox read, by name: "sweep", "mailbox", "ticket_mailbox"."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.at:%Y-%m-%d %H:%M:%S}"

    @classmethod
    def beat(cls, name: str, *, now: datetime) -> None:
        cls.objects.update_or_create(name=name, defaults={"at": now})
