"""Customers as recipients of mail."""

from collections.abc import Iterable

from contacts.models import Customer
from crm.mail.recipients import Recipients
from crm.team.models import User

MOST = 200


def named(ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    found = Customer.objects.filter(pk__in=ids).only("name")
    return {customer.pk: (customer.name, customer.get_absolute_url()) for customer in found}


def called(user: User, text: str) -> list[int]:
    """Ids of at most MOST customers in whose dossier that text stands."""
    return list(Customer.objects.visible_to(user).matching(text).values_list("pk", flat=True)[:MOST])


CUSTOMERS = Recipients(named=named, called=called)
