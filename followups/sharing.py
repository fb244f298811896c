"""Sharing a binder out, for days or for good, and taking that back."""

from datetime import datetime

from django.db import transaction

from contacts.actions import hand_over_many
from contacts.models import Customer
from crm.team.models import Share, Split, User
from followups.models import Lot
from followups.splitting import Splitting


@transaction.atomic
def share_out(splitting: Splitting, *, keeper: User, by: User, now: datetime) -> Split:
    """Do what was proposed. For good, the dossiers go to their new owners; for an absence they are only lent.

    IntegrityError if the absence is shared out already, ValidationError if somebody has left meanwhile.
    """
    split = Split.objects.create(user=splitting.owner, absence=splitting.absence, made_at=now, made_by=by)
    shares = {
        user.pk: Share.objects.create(split=split, user=user, keeps_rest=user == keeper)
        for user in splitting.helpers
    }
    Lot.objects.bulk_create(
        Lot(share=shares[splitting.plan[place.pk].pk], customer_id=place.customer_id)
        for place in splitting.places
    )
    if splitting.absence is None:
        for share in shares.values():
            hand_over_many(customers=_lots_of(share), owner=split.user, to=share.user, by=by, now=now)
    return split


def _lots_of(share: Share) -> object:
    return Customer.objects.filter(pk__in=share.lots.values("customer"))


@transaction.atomic
def take_back(split: Split, *, by: User, now: datetime) -> int:
    """Everything as it was before; how many dossiers went back to their owner. What has gone on to others stays there.

    ValidationError if the owner cannot log in any more.
    """
    back = 0
    if split.absence_id is None:
        for share in split.shares.select_related("user"):
            back += hand_over_many(customers=_lots_of(share), owner=share.user, to=split.user, by=by, now=now)
    split.delete()
    return back
