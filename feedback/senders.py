"""Who writes: by an address of his the customer is found, and the person in his dossier."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from contacts.models import Customer, Entry, Person
from crm.mail.addresses import normal
from crm.team.models import Team


def sender_of(address: str, *, team: Team) -> tuple[Customer | None, Person | None]:
    """The customer with that address, and the person of his who has it; of several, the one last talked with."""
    if not address:
        return None, None
    latest = Entry.objects.filter(customer=OuterRef("pk")).latest_first().values("happened_at")[:1]
    has_it = Q(email__iexact=address) | Q(Exists(_people(address).filter(customer=OuterRef("pk"))))
    # Who looks alike is found in an index, who is meant among these.
    alike = Customer.objects.filter(team=team).similar_to(email=address)
    found = alike.filter(has_it).annotate(talked_at=Subquery(latest)).select_related("owner__team")
    customer = found.order_by(F("talked_at").desc(nulls_last=True), "pk").first()
    return customer, _people(address).filter(customer=customer).first() if customer else None


def addresses_of(customer: Customer) -> set[str]:
    """All of the dossier, in the form in which they are compared."""
    written = {customer.email, *customer.people.values_list("email", flat=True)}
    return {normal(each) for each in written if each}


def _people(address: str) -> QuerySet[Person]:
    return Person.objects.filter(email__iexact=address)
