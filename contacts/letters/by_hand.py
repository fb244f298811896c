"""One letter to one customer, written by a colleague."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from contacts.letters.compiled import compiled, written_out
from contacts.letters.values import greeting, language_of, recipient_of, values_for
from contacts.models import Customer, Letter
from crm.mail.actions import Content, Recipient
from crm.mail.addresses import address_hash, normal
from crm.mail.models import Sender, Suppression
from crm.team.models import User


@dataclass(frozen=True)
class Address:
    """Somebody of the dossier who can be written to; `person` is empty for the company itself."""

    key: str
    name: str
    person: str
    email: str


def last_purchase_of(customer: Customer) -> Mapping[str, str | date]:
    """For values_for(): what he bought last. Costs a query."""
    last = customer.purchases.latest_first().first()
    return {"last_purchase": last.bought_on, "product_group": last.product_group} if last else {}


class Writing:
    """What a letter from `by` to somebody at `customer` is made of."""

    def __init__(self, customer: Customer, *, sender: Sender, by: User) -> None:
        self.customer, self.sender, self.by = customer, sender, by

    @cached_property
    def addresses(self) -> dict[str, Address]:
        """Who can be written to, each e-mail address once: first the one to call first, last the company."""
        people = sorted(self.customer.people.all(), key=lambda each: each.pk != self.customer.main_person_id)
        known = [Address(str(each.pk), each.name, each.name, each.email) for each in people]
        known.append(Address("card", self.customer.name, self._person_on_card, self.customer.email))
        by_email = {normal(each.email): each for each in reversed(known) if each.email}
        return {each.key: each for each in reversed(by_email.values())}

    @property
    def _person_on_card(self) -> str:
        """Who reads what comes to the address on the card: the one to call first, unless he has his own."""
        main = self.customer.main_person
        if main and not main.email:
            return main.name
        return self.customer.name if self.customer.kind == Customer.Kind.PERSON else ""

    @cached_property
    def language(self) -> str:
        return language_of(self.customer, self.sender)

    @cached_property
    def _bought(self) -> Mapping[str, str | date]:
        return last_purchase_of(self.customer)

    def values(self, to: Address, language: str) -> dict[str, str]:
        """The letter is signed by who writes it, whoever the dossier belongs to."""
        own = {"manager": self.by.name, "manager_email": self.by.email}
        own |= {"greeting": greeting(to.person, language), "name": to.person or to.name}
        return values_for(self.customer, sender=self.sender, language=language, extra=self._bought) | own

    def begin(self, letter: Letter | None, *, language: str = "") -> dict[str, object]:
        """Initial values of the form: the words of `letter`, or a greeting and a close."""
        to, language = next(iter(self.addresses.values())), language or self.language
        subject, body = "", _empty_letter(language)
        if letter:
            text = letter.text_in(language, otherwise=self.sender.language)
            subject, body, language = text.subject, text.body, text.language
        values = self.values(to, language)
        return {
            "to": to.key,
            "language": language,
            "subject": written_out(subject, values),
            "text": written_out(body, values),
            "advertising": bool(letter and letter.is_advertising),
        }

    def content(self, subject: str, text: str, *, to: Address, language: str) -> Content:
        """ValidationError if there are fields for which there is nothing to say."""
        letter, values = compiled(subject, text), self.values(to, language)
        if missing := letter.missing(values):
            fields = ", ".join(f"{{{name}}}" for name in missing)
            raise ValidationError(
                _("Nothing is known for %(fields)s. Write words of your own instead.") % {"fields": fields}
            )
        return letter.fill(values)

    def recipient(self, to: Address, language: str) -> Recipient:
        usual = recipient_of(self.customer, sender=self.sender)
        return Recipient(to.name, to.email, language, usual.country, usual.id, usual.basis)

    def why_not(self, to: Address, *, advertising: bool) -> str:
        """Why no such letter may be sent there, "" if it may."""
        if advertising and not self.customer.legal_basis:
            return _("Advertising needs a legal basis, and none is recorded for this customer.")
        known = Suppression.objects.of(self.sender.team, address_hash(to.email))
        reasons = set(known.blocking(advertising=advertising).values_list("reason", flat=True))
        words = {"email": to.email}
        if Suppression.Why.BOUNCED in reasons:
            return _("The address %(email)s does not exist: a mail to it came back.") % words
        if Suppression.Why.COMPLAINED in reasons:
            return _("From %(email)s came a complaint that our mail is spam. We do not write there.") % words
        return _("%(email)s wants no advertising from us.") % words if reasons else ""


def _empty_letter(language: str) -> str:
    with translation.override(language):
        close = pgettext("in a letter", "Kind regards,")
    return f"{{greeting}}\n\n\n\n{close}\n{{manager}}\n{{team}}, {{manager_email}}"
