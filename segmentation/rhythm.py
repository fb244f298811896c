"""How often a group wants to hear from us, and when one of its customers last did."""

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from contacts.models import Customer, Entry
from followups.rhythms import Rhythm
from segmentation.advice import kept_advice
from segmentation.models import Score
from segmentation.words import group_name


def rhythm_of(customer: Customer) -> Rhythm | None:
    """None if the customer's group has no rhythm. One query, none for a team that has no rhythm at all."""
    advice = kept_advice(customer.team_id).values()
    every = {each.group: each.contact_every for each in advice if each.contact_every}
    if not every:
        return None
    spoken = Entry.objects.latest_first().filter(customer=OuterRef("pk")).exclude(
        outcome__in=["", Entry.Outcome.MISSED]
    )  # fmt: skip
    found = Score.objects.filter(pk=customer.pk).values_list(
        "group", Subquery(spoken.values("happened_at")[:1])
    )
    group, last_contact = found.first() or ("", None)
    if group not in every:
        return None
    name = _("%(group)s rhythm") % {"group": group_name(group)}
    return Rhythm(every[group], name, last_contact)
