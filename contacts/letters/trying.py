"""A letter of the team, filled in for a look before anybody gets it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from contacts.letters.by_hand import last_purchase_of
from contacts.letters.compiled import Compiled, compiled
from contacts.letters.fields import FIELDS
from contacts.letters.values import greeting, language_of, recipient_of, values_for
from contacts.models import Customer
from crm.mail.actions import Content, Recipient
from crm.mail.models import Sender
from crm.team.models import User


class Trying:
    """`texts` are subject and body by language, at least one. Without a customer the fields say their examples."""

    def __init__(
        self,
        texts: Mapping[str, tuple[str, str]],
        *,
        sender: Sender | None,
        customer: Customer | None,
        user: User,
        language: str = "",
    ) -> None:
        self.texts, self.customer, self.user = texts, customer, user
        self.sender = sender or Sender(team=user.team, name=user.team.name, email=user.email)
        self._language = language

    @cached_property
    def language(self) -> str:
        """The one asked for, else the customer's; if there is no text in it, what a customer would get instead."""
        usual = language_of(self.customer, self.sender) if self.customer else self.sender.language
        wanted = (self._language or usual, self.sender.language, *self.texts)
        return next(language for language in wanted if language in self.texts)

    @cached_property
    def _compiled(self) -> Compiled:
        return compiled(*self.texts[self.language])

    @cached_property
    def _values(self) -> dict[str, str]:
        examples = {name: field.example for name, field in FIELDS.items()}
        if self.customer is None:
            own = {"manager": self.user.name, "manager_email": self.user.email, "team": self.sender.name}
            return examples | own | {"greeting": greeting(examples["name"], self.language)}
        extra = {"code": examples["code"]} | last_purchase_of(self.customer)
        return values_for(self.customer, sender=self.sender, language=self.language, extra=extra)

    def content(self) -> tuple[Content, str]:
        """What is said, and in which language."""
        return self._compiled.fill(self._values), self.language

    def missing(self) -> list[str]:
        """Fields for which there is nothing to say to this customer."""
        return self._compiled.missing(self._values)

    def recipient(self, language: str) -> Recipient:
        if self.customer is None:
            return Recipient(self._values["name"], "", language)
        return replace(recipient_of(self.customer, sender=self.sender), language=language)
