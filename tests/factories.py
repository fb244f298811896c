"""Hand-written makers of rows: every field has a plain default, every keyword overrides it."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from contacts.models import Customer, Entry, LegalBasis, Person, Purchase
from crm.mail.models import Suppression
from crm.team.models import Absence, Team, User
from followups.models import FollowUp, Slip

NOW = datetime(2026, 11, 17, 9, 3, tzinfo=UTC)  # a Tuesday, 10:03 in Berlin
TODAY = date(2026, 11, 17)
PASSWORD = "rings-and-tabs-31"
_numbers = count(1)


def make_team(**kw) -> Team:
    return Team.objects.create(**{"name": "Carton & Co"} | kw)


def make_user(**kw) -> User:
    n = next(_numbers)
    team = kw.pop("team", None) or make_team()
    fields = {"email": f"user{n}@team.example", "name": f"Nino Beridze {n}", "password": None} | kw
    return User.objects.create_user(team=team, **fields)


def make_lead(**kw) -> User:
    return make_user(**{"role": User.Role.LEAD} | kw)


def make_absence(**kw) -> Absence:
    user = kw.pop("user", None) or make_user()
    return Absence.objects.create(**{"user": user, "starts_on": TODAY, "ends_on": TODAY + timedelta(3)} | kw)


def make_customer(**kw) -> Customer:
    """A customer *without* a place in the binder; make_dossier() gives it one."""
    owner = kw.pop("owner", None) or make_user()
    person = kw.pop("person", None)
    customer = Customer(**{"team": owner.team, "owner": owner, "name": f"Customer {next(_numbers)}"} | kw)
    customer.write()
    if person:
        customer.main_person = make_person(customer=customer, name=person)
        customer.write()
    return customer


def make_person(**kw) -> Person:
    customer = kw.pop("customer", None) or make_customer()
    return Person.objects.create(**{"customer": customer, "name": "Barbara Kessler"} | kw)


def make_legal_basis(**kw) -> LegalBasis:
    """A consent of May; `customers` are those who gave it."""
    customers = kw.pop("customers", ())
    team = kw.pop("team", None) or (customers[0].team if customers else make_team())
    basis = LegalBasis.objects.create(
        **{
            "team": team,
            "text": "Yes, please write to me about your paper.",
            "source": "order form",
            "given_on": date(2026, 5, 3),
        }
        | kw
    )
    for customer in customers:
        customer.legal_basis = basis
        customer.save()
    return basis


def make_suppression(**kw) -> Suppression:
    """Of a customer's address, who wants no advertising unless `reason` says otherwise."""
    customer = kw.pop("customer", None) or make_customer(email="info@kessler.example")
    hashed = {"team": customer.team, "address_hash": customer.letter_hash, "made_at": NOW}
    return Suppression.objects.create(**hashed | {"reason": Suppression.Why.OPTED_OUT} | kw)


def make_followup(**kw) -> FollowUp:
    """An open place in the binder, today unless `due_on` or `rest_reason` says otherwise."""
    customer = kw.pop("customer", None) or make_customer(owner=kw.get("owner"))
    place = {"due_on": None} if kw.get("rest_reason") else {"due_on": TODAY}
    return FollowUp.objects.create(
        **{"customer": customer, "owner": customer.owner, "opened_at": NOW} | place | kw
    )


def make_dossier(**kw) -> FollowUp:
    """A customer with his place: keywords of make_followup, and `name`, `phone`, `person`, ... of the customer."""
    place = {key: kw.pop(key) for key in list(kw) if hasattr(FollowUp, key) and key != "owner"}
    customer = make_customer(**kw)
    return make_followup(customer=customer, **place)


def make_entry(**kw) -> Entry:
    customer = kw.pop("customer", None) or make_customer()
    return Entry.objects.create(**{"customer": customer, "author": customer.owner, "happened_at": NOW} | kw)


def make_purchase(**kw) -> Purchase:
    customer = kw.pop("customer", None) or make_customer()
    return Purchase.objects.create(
        **{"team": customer.team, "customer": customer, "bought_on": TODAY, "amount": "100.00"} | kw
    )


def make_slip(**kw) -> Slip:
    customer = kw.pop("customer", None) or make_dossier().customer
    return Slip.objects.create(
        **{
            "customer": customer,
            "source": "birthday",
            "key": "2026",
            "reason": "Birthday",
            "speaks_on": TODAY,
        }
        | kw
    )
