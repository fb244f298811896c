"""Segments made by hand, and customers for them."""

from django.urls import reverse

from segmentation.models import Segment
from tests.factories import make_dossier, make_user

MAINZ = {"condition": "town", "operator": "is", "values": {"names": ["Mainz"]}}


def make_segment(**kw):
    user = kw.pop("made_by", None) or make_user()
    fields = {"name": "Mainz", "filters": [MAINZ], "team": user.team, "made_by": user}
    return Segment.objects.create(**fields | kw)


def at(segment, name, *more):
    return reverse(f"segmentation:{name}", args=[segment.pk, *more])


def make_three(user):
    """Two customers in Mainz, one elsewhere."""
    towns = {"Anker": "Mainz", "Kessler": "Mainz", "Zimt": "Trier"}
    return [make_dossier(owner=user, name=name, town=town).customer for name, town in towns.items()]
