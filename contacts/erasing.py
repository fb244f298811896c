"""Erasing a customer: whatever is kept of him goes, but for the hash that keeps who opted out from being written to."""

import logging
from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.db import transaction

from contacts import registry
from contacts.addresses import own_hashes
from contacts.folding import fold
from contacts.importing import files
from contacts.legal_basis import forget_unless_needed
from contacts.models import Customer, ImportFile, Tag
from crm.mail.actions import forget
from crm.team.models import User

logger = logging.getLogger(__name__)


@transaction.atomic
def erase(*, customer: Customer, by: User, now: datetime) -> None:
    """Delete the dossier with all that belongs to it, his mails, and lists that named him. Nothing brings it back.

    Customer.DoesNotExist if somebody else has erased it meanwhile.
    """
    # Whoever has added a row that points to the customer is done by now, or fails with all he wrote.
    customer = (
        Customer.objects.select_for_update(of=("self",))
        .select_related("team", "legal_basis")
        .get(pk=customer.pk)
    )
    words, basis, team = list(_told_by(customer)), customer.legal_basis, customer.team
    logger.info("Customer %s is erased by user %s.", customer.pk, by.pk)
    registry.erase(customer, now=now)
    forget(team=team, recipient_id=customer.pk, hashes=own_hashes(customer))
    customer.delete()
    forget_unless_needed(basis)
    Tag.objects.filter(team=team).unused().delete()
    _clean_uploads(ImportFile.objects.filter(user__team=team), words)


def _told_by(customer: Customer) -> Iterable[str]:
    """By what a line of a list is known to speak of him."""
    yield from filter(None, (customer.name, customer.email, customer.phone))
    for person in customer.people.all():
        yield from filter(None, (person.name, person.email, person.phone))


def _clean_uploads(uploads: Iterable[ImportFile], words: list[str]) -> None:
    """Lists that were imported lie around for a day, as far as their rows had flaws: forget those that name him."""
    folded = [fold(word) for word in words]
    for upload in uploads:
        if not (done := upload.options.get("done")):
            continue
        flaws = [flaw for flaw in done["flaws"] if not _names(f"{flaw['name']} {flaw['text']}", folded)]
        if flaws != done["flaws"]:
            done["flaws"] = flaws
            upload.save(update_fields=["options"])
        path = files.path_of(upload, left_out=True)
        if path.exists() and _names(path.read_text("utf-8-sig"), folded):
            transaction.on_commit(partial(path.unlink, missing_ok=True))


def _names(text: str, folded: list[str]) -> bool:
    text = fold(text)
    return any(word in text for word in folded)
