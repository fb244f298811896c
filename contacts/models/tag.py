"""Words that a team sticks on its dossiers."""

import re
from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import Aggregate, Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.folding import fold
from crm.team.models import Team, User

LONGEST_TAG = 40
LONGEST_KEY = 160  # some letters are several when folded
BETWEEN_TAGS = "\x1f"  # in what the database joins
_PARTS = re.compile("[,;|\n]")


def read_tags(text: str) -> list[str]:
    """The tags written in one line, between commas, semicolons or bars, each once and in alphabetical order.

    ValueError says in words which one is too long.
    """
    names: dict[str, str] = {}
    for part in _PARTS.split(text):
        name = " ".join(part.split())
        if len(name) > LONGEST_TAG or len(fold(name)) > LONGEST_KEY:
            raise ValueError(_("“%(tag)s…” is longer than %(most)d letters") % _too_long(name))
        if fold(name):
            names.setdefault(fold(name), name)
    return [names[key] for key in sorted(names)]


def _too_long(name: str) -> dict[str, object]:
    return {"tag": name[:20], "most": LONGEST_TAG}


def write_tags(names: Iterable[str]) -> str:
    """What `read_tags` reads."""
    return ", ".join(names)


class TagQuerySet(models.QuerySet["Tag"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(team_id=user.team_id)

    def unused(self) -> Self:
        return self.exclude(Exists(self.model.customers.through.objects.filter(tag=OuterRef("pk"))))


class Tag(models.Model):
    """Written as it was first; `sort_name`, the same without case and accents, tells two of them apart."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="tags", db_index=False)
    name = models.CharField(gettext_lazy("name"), max_length=LONGEST_TAG)
    sort_name = models.CharField(max_length=LONGEST_KEY, editable=False)

    objects = TagQuerySet.as_manager()

    class Meta:
        ordering = ["sort_name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["team", "sort_name"], name="tag_once_in_team"),
            models.CheckConstraint(condition=~Q(sort_name=""), name="tag_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class JoinedNames(Aggregate):
    """Texts of many rows as one, with BETWEEN_TAGS in between and in no order."""

    output_field = models.TextField()

    def as_sqlite(self, *args: object, **kwargs: object) -> tuple:
        return self.as_sql(*args, **kwargs, template="group_concat(%(expressions)s, char(31))")

    def as_postgresql(self, *args: object, **kwargs: object) -> tuple:
        return self.as_sql(*args, **kwargs, template="string_agg(%(expressions)s, chr(31))")
