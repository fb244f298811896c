"""An uploaded list on its way in; the file itself lies under settings.IMPORT_DIR."""

import uuid

from django.db import models
from django.utils import timezone

from crm.team.models import User


class ImportFileQuerySet(models.QuerySet["ImportFile"]):
    def visible_to(self, user: User) -> "ImportFileQuerySet":
        return self.filter(user=user)


class ImportFile(models.Model):
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    options = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ImportFileQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
