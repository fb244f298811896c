"""The addresses of a customer, as the hashes by which what is known of them is kept."""

from contacts.models import Customer
from crm.mail.addresses import address_hash
from crm.mail.models import OutgoingMail


def own_hashes(customer: Customer) -> set[str]:
    """Of the addresses that are, or were, his and nobody else's in the team. Three queries."""
    written = {customer.email, *customer.people.values_list("email", flat=True)} - {""}
    mails = OutgoingMail.objects.about([customer.pk], team=customer.team)
    hashes = {address_hash(each) for each in written} | set(mails.values_list("address_hash", flat=True))
    hashes |= {customer.letter_hash, customer.former_hash} - {""}
    others = Customer.objects.filter(team=customer.team, letter_hash__in=hashes).exclude(pk=customer.pk)
    return hashes - set(others.values_list("letter_hash", flat=True))
