"""How often a group wants to hear from us, and when one of its customers last did."""

from django.utils.translation import gettext as _

from contacts.models import Customer, Entry
from followups.rhythms import Rhythm
from segmentation.advice import kept_advice
from segmentation.words import group_name


def rhythm_of(customer: Customer) -> Rhythm | None:
    """None if the customer's group has no rhythm. One query, of a customer read with his score, if it has one."""
    advice = kept_advice(customer.team_id).values()
    every = {each.group: each.contact_every for each in advice if each.contact_every}
    score = getattr(customer, "score", None) if every else None
    if score is None or score.group not in every:
        return None
    spoken = customer.entries.latest_first().exclude(outcome__in=["", Entry.Outcome.MISSED])
    name = _("%(group)s rhythm") % {"group": group_name(score.group)}
    return Rhythm(every[score.group], name, spoken.values_list("happened_at", flat=True).first())
