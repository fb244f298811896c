"""What the fields of a letter say to one customer, in his language."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import pgettext

from contacts.models import Customer
from crm.mail.actions import Recipient
from crm.mail.models import Sender

_LANGUAGES = {"DE": "de", "AT": "de", "CH": "de", "LI": "de", "GE": "ka"}  # by country
_DATES = {"en": "j F Y", "de": "j. F Y", "ka": "j F, Y"}


def language_of(customer: Customer, sender: Sender) -> str:
    """In which language to write: the customer's, else that of his country, else the sender's."""
    return customer.language or _LANGUAGES.get(customer.country) or sender.language


def values_for(
    customer: Customer,
    *,
    sender: Sender,
    language: str,
    extra: Mapping[str, str | date] | None = None,
) -> dict[str, str]:
    """A word for each of FIELDS. `extra` are last_purchase (as a date), product_group and code; else they are empty.

    No query for a customer who was read with `main_person` and `owner`.
    """
    owner, person = customer.owner, _person(customer)
    values = {
        "greeting": greeting(person, language),
        "name": person or customer.name,
        "company": customer.name,
        "number": customer.number,
        "town": customer.town,
        "manager": owner.name,
        "manager_email": owner.email,
        "team": sender.name,
        "last_purchase": "",
        "product_group": "",
        "code": "",
    }
    for name, value in (extra or {}).items():
        values[name] = value if isinstance(value, str) else _written(value, language)
    return values


def _person(customer: Customer) -> str:
    """The name of the one who reads the letter; "" if it is only known that it is someone of the company."""
    if customer.main_person:
        return customer.main_person.name
    return customer.name if customer.kind == Customer.Kind.PERSON else ""


def greeting(person: str, language: str) -> str:
    """“Dear Barbara Kessler,”, or of nobody in particular “Good day,”."""
    named, plain = _greetings(language)
    return named.replace("%(name)s", person) if person else plain


@lru_cache
def _greetings(language: str) -> tuple[str, str]:
    with translation.override(language):
        return pgettext("in a letter", "Dear %(name)s,"), pgettext("in a letter", "Good day,")


@lru_cache(maxsize=4096)
def _written(day: date, language: str) -> str:
    with translation.override(language):
        return date_format(day, _DATES[language])


def recipient_of(customer: Customer, *, sender: Sender) -> Recipient:
    """Where to write to him: to the main person, else to the company.

    No query for a customer who was read with `main_person` and `legal_basis`.
    """
    person = customer.main_person
    return Recipient(
        name=person.name if person and person.email else customer.name,
        email=customer.letter_email,
        language=language_of(customer, sender),
        country=customer.country,
        id=customer.pk,
        basis=customer.legal_basis.in_words if customer.legal_basis else "",
    )
