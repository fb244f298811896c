"""An answer to a customer: to whom it may go, what it says, and the words for common situations."""

from collections.abc import Mapping
from functools import cached_property

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from contacts.letters.by_hand import Address, Writing
from contacts.letters.compiled import compiled, written_out
from contacts.letters.fields import FIELDS
from contacts.letters.values import greeting
from crm.mail.actions import Content, Recipient
from crm.mail.addresses import address_hash, normal
from crm.mail.models import LANGUAGES, Sender, Suppression
from crm.team.models import User
from feedback.models import Script, Ticket
from feedback.tokens import subject_tag

LONGEST_SUBJECT = 170  # with the ticket's mark behind it, it fits into the column of a mail


class Answering:
    """What an answer from `by` is made of. `sender` is None while the team has not said as whom it writes."""

    def __init__(self, ticket: Ticket, *, sender: Sender | None, by: User) -> None:
        self.ticket, self.sender, self.by = ticket, sender, by

    @cached_property
    def _writing(self) -> Writing | None:
        customer = self.ticket.customer
        return Writing(customer, sender=self.sender, by=self.by) if customer and self.sender else None

    @cached_property
    def addresses(self) -> dict[str, Address]:
        """Who can be written to, each e-mail address once: first who wrote, then the people of the dossier."""
        known = [*self._from_ticket(), *(self._writing.addresses.values() if self._writing else ())]
        by_email = {normal(each.email): each for each in reversed(known) if each.email}
        return {each.key: each for each in reversed(by_email.values())} if self.sender else {}

    def _from_ticket(self) -> list[Address]:
        ticket = self.ticket
        person = ticket.person
        if person and person.email and ticket.from_email in ("", person.email):
            return [Address("ticket", person.name, person.name, person.email)]
        name = ticket.from_name or (person.name if person else "")
        return (
            [Address("ticket", name or ticket.from_email, name, ticket.from_email)]
            if ticket.from_email
            else []
        )

    @cached_property
    def language(self) -> str:
        """The customer's, else that in which he wrote, else the sender's."""
        customer, sender = self.ticket.customer, self.sender.language if self.sender else "en"
        own = customer.language if customer else ""
        return own or self.ticket.language or (self._writing.language if self._writing else sender)

    @property
    def language_name(self) -> str:
        return dict(LANGUAGES)[self.language]

    def to(self, key: str = "") -> Address:
        """Of that key, else the first; nobody in particular if there is none."""
        return self.addresses.get(key) or next(iter(self.addresses.values()), Address("", "", "", ""))

    @property
    def subject(self) -> str:
        subject = self.ticket.subject
        return subject if subject.lower().startswith(("re:", "aw:")) else f"Re: {subject}"

    def values(self, to: Address) -> Mapping[str, str]:
        if self._writing:
            return self._writing.values(to, self.language)
        own = {"manager": self.by.name, "manager_email": self.by.email, "name": to.name, "company": to.name}
        own |= {"greeting": greeting(to.person, self.language)}
        own["team"] = self.sender.name if self.sender else self.by.team.name
        return dict.fromkeys(FIELDS, "") | own

    @property
    def greeting(self) -> str:
        """How the mail begins; nobody need write that."""
        return self.values(self.to())["greeting"]

    @property
    def close(self) -> str:
        """How it ends, in one line."""
        return f"{_regards(self.language)} {self.by.name} · {self.values(self.to())['team']}"

    def filled(self, script: Script, typed: str) -> str:
        """The words of `script` behind what was typed, the greeting left out: it stands over every answer."""
        text = written_out(_bare(script.text), self.values(self.to()))
        return f"{typed.rstrip()}\n\n{text}" if typed.strip() else text

    def content(self, text: str, *, subject: str, to: Address) -> Content:
        """The whole mail, with greeting and close. ValidationError if there are fields without a word."""
        values = self.values(to)
        letter = compiled("", whole(text, self.language))
        if missing := letter.missing(values):
            raise ValidationError(_nothing_for(missing))
        filled = letter.fill(values)
        marked = f"{subject[:LONGEST_SUBJECT]} {subject_tag(self.ticket)}"
        return Content(marked, filled.text, filled.html)

    def spoken(self, text: str) -> Content:
        """What was said on the phone, as it was written down."""
        return Content(self.subject, text.strip(), "")

    def recipient(self, to: Address) -> Recipient:
        if self._writing:
            return self._writing.recipient(to, self.language)
        return Recipient(to.name, to.email, self.language)

    def why_not(self, to: Address) -> str:
        """Why nothing may be sent there, "" if it may."""
        if self._writing:
            return self._writing.why_not(to, advertising=False)
        known = Suppression.objects.of(self.by.team, address_hash(to.email)).blocking(advertising=False)
        if not known.exists():
            return ""
        return _("Nothing can be written to %(email)s: a mail came back, or was called spam.") % {
            "email": to.email
        }


def whole(words: str, language: str) -> str:
    """The text of a mail, its fields still open: what every answer begins and ends with around `words`."""
    return f"{{greeting}}\n\n{_bare(words)}\n\n{_regards(language)}\n{{manager}}\n{{team}}"


def _bare(words: str) -> str:
    """Without the greeting, should somebody have written it himself."""
    return words.replace("\r\n", "\n").strip().removeprefix("{greeting}").strip()


def _regards(language: str) -> str:
    with translation.override(language):
        return pgettext("in a letter", "Kind regards,")


def _nothing_for(missing: list[str]) -> str:
    fields = ", ".join(f"{{{name}}}" for name in missing)
    return _("Nothing is known for %(fields)s. Write words of your own instead.") % {"fields": fields}
