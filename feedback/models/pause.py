"""Times in which a ticket waited for its customer."""

from django.db import models
from django.db.models import F, Q

from feedback.clock import Span
from feedback.models.ticket import Ticket


class Pause(models.Model):
    """A time in which a ticket waited for its customer; the one that still goes on is the ticket's `waiting_since`."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="pauses")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    class Meta:
        ordering = ["began_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__gte=F("began_at")), name="pause_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.began_at} – {self.ended_at}"

    @property
    def span(self) -> Span:
        return self.began_at, self.ended_at
