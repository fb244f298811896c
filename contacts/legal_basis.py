"""Who may be written to: recording a legal basis, taking it back, and keeping what a customer wants."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.addresses import own_hashes
from contacts.models import Customer, Entry, LegalBasis
from contacts.models.customer import CustomerQuerySet
from crm.mail import returns
from crm.mail.models import OutgoingMail, Reason, Suppression
from crm.mail.models.outgoing import OutgoingMailQuerySet
from crm.team.models import Team, User

OFFERED = 5  # statements offered to be made again
_LOOKED_AT = 50


@dataclass(frozen=True)
class Statement:
    """What was agreed to or told, before it is recorded. `kind` is one of LegalBasis.Kind."""

    kind: str
    text: str
    source: str
    given_on: date

    def recorded(self, *, team: Team, by: User | None, now: datetime) -> LegalBasis:
        said = {"kind": self.kind, "text": self.text, "source": self.source, "given_on": self.given_on}
        return LegalBasis.objects.create(team=team, recorded_by=by, recorded_at=now, **said)

    @classmethod
    def of(cls, basis: LegalBasis) -> "Statement":
        return cls(basis.kind, basis.text, basis.source, basis.given_on)


def stated_lately(team: Team) -> dict[int, LegalBasis]:
    """The team's latest statements in different words, by id, the last one first."""
    rows = LegalBasis.objects.filter(team=team).order_by("-recorded_at", "-pk")[:_LOOKED_AT]
    different: dict[Statement, LegalBasis] = {}
    for basis in rows:
        different.setdefault(Statement.of(basis), basis)
    return {basis.pk: basis for basis in list(different.values())[:OFFERED]}


def objected_at(customer: Customer) -> datetime | None:
    """When somebody at the customer's address first objected to mail; None if nobody did."""
    said = Suppression.objects.of(customer.team, customer.letter_hash).objections().order_by("-made_at")
    return said.values_list("made_at", flat=True).first() if customer.letter_hash else None


def objected_on(customer: Customer) -> date | None:
    """The day of it, where the team is."""
    at = objected_at(customer)
    return at and at.astimezone(ZoneInfo(customer.team.time_zone)).date()


@transaction.atomic
def record(
    *, customer: Customer, statement: Statement, by: User, now: datetime, lift: bool = False
) -> LegalBasis:
    """Let the customer be written to on the ground of the statement. The timeline keeps it.

    `lift` takes back what he objected to: only a consent that he gave afterwards can do so, else ValueError.
    """
    customer = _held(customer)
    objected = objected_on(customer)
    if lift and not lifts(statement, objected):
        raise ValueError("Only a later consent lifts an objection.")
    before = customer.legal_basis
    customer.legal_basis = statement.recorded(team=customer.team, by=by, now=now)
    customer.save(update_fields=["legal_basis"])
    forget_unless_needed(before)
    lines = [_("Legal basis for letters: %(basis)s.") % {"basis": customer.legal_basis}, statement.text]
    if lift:
        hashes = own_hashes(customer) | {customer.letter_hash}
        Suppression.objects.filter(team=customer.team, address_hash__in=hashes).objections().delete()
        lines.append(_("Advertising may be sent again."))
    _note(customer, "\n".join(lines), by=by, now=now)
    return customer.legal_basis


def lifts(statement: Statement, objected: date | None) -> bool:
    """A consent given on the day of the objection or later counts more than that."""
    is_consent = statement.kind == LegalBasis.Kind.CONSENT
    return is_consent and objected is not None and statement.given_on >= objected


@transaction.atomic
def withdraw(*, customer: Customer, by: User, now: datetime) -> None:
    """Take the legal basis back: advertising that waits for the customer does not leave any more."""
    customer = _held(customer)
    if not (before := customer.legal_basis):
        return
    customer.legal_basis = None
    customer.save(update_fields=["legal_basis"])
    forget_unless_needed(before)
    advertising_to([customer.pk], team=customer.team).withdraw(reason=Reason.NO_BASIS, now=now, by=by)
    text = _("No legal basis for letters any more; until now: %(basis)s.") % {"basis": before}
    _note(customer, text, by=by, now=now)


@transaction.atomic
def opt_out(*, customer: Customer, by: User, now: datetime) -> bool:
    """Keep that the customer wants no advertising, as he has told somebody. False if that was known, or if there is
    no address of which to keep it.
    """
    customer = _held(customer)
    if not customer.letter_hash:
        return False
    advertising_to([customer.pk], team=customer.team).withdraw(reason=Reason.OPTED_OUT, now=now)
    is_new = returns.opt_out(team=customer.team, hashed=customer.letter_hash, now=now)
    if is_new:
        _note(customer, _("Wants no advertising any more."), by=by, now=now)
    return is_new


@transaction.atomic
def trust_address(*, customer: Customer, by: User, now: datetime) -> bool:
    """Somebody knows that the address exists, though a mail server said otherwise. False if none did."""
    customer = _held(customer)
    said = Suppression.objects.of(customer.team, customer.letter_hash).not_objections()
    if not said.delete()[0]:
        return False
    _note(customer, _("The e-mail address is right: letters may go there again."), by=by, now=now)
    return True


def heard_opt_out(mail: OutgoingMail, now: datetime) -> None:
    """The one who got `mail` opted out by its link, or complained of it: the timeline keeps it, and it also holds for
    the address that the customer has by now.
    """
    said = Suppression.objects.of(mail.team, mail.address_hash)
    text = _("Wants no advertising any more: by the link in a letter.")
    if said.filter(reason=Suppression.Why.COMPLAINED).exists():
        text = _("Complained of a letter as spam: nothing is sent any more.")
    for customer in Customer.objects.filter(team=mail.team_id, pk=mail.recipient_id):
        present = customer.letter_hash or customer.former_hash
        if present not in ("", mail.address_hash):
            returns.objected_elsewhere(mail, hashed=present, now=now)
        _note(customer, text, by=None, now=now)


def heard_second_thoughts(mail: OutgoingMail, now: datetime) -> None:
    """The one who got `mail` opted out by its link a moment ago and takes it back."""
    for customer in Customer.objects.filter(team=mail.team_id, pk=mail.recipient_id).select_related("team"):
        present = customer.letter_hash or customer.former_hash
        Suppression.lift(team=customer.team, hashed=present, since=now - returns.UNDO)
        _note(customer, _("Took it back: advertising may be sent again."), by=None, now=now)


def advertising_to(customer_ids: Iterable[int], *, team: Team) -> OutgoingMailQuerySet:
    return OutgoingMail.objects.about(customer_ids, team=team).filter(is_advertising=True)


@transaction.atomic
def record_for_all(
    customers: CustomerQuerySet, *, team: Team, statement: Statement, by: User, now: datetime
) -> tuple[LegalBasis, int]:
    """Record one statement for those of the customers who have no legal basis and did not object: how many."""
    basis = statement.recorded(team=team, by=by, now=now)
    asked = Customer.objects.filter(team=team, pk__in=customers.order_by().values("pk"))
    number = asked.without_basis().update(legal_basis=basis)
    if not number:
        basis.delete()
    return basis, number


@transaction.atomic
def take_back(basis: LegalBasis, *, now: datetime) -> int:
    """Take a statement from everybody who still stands on it: how many."""
    theirs = Customer.objects.filter(legal_basis=basis)
    advertising_to(theirs.values("pk"), team=basis.team).withdraw(reason=Reason.NO_BASIS, now=now)
    number = theirs.update(legal_basis=None)
    basis.delete()
    return number


def _held(customer: Customer) -> Customer:
    rows = Customer.objects.select_for_update(of=("self",)).select_related(
        "team", "legal_basis", "main_person"
    )
    return rows.get(pk=customer.pk)


def forget_unless_needed(basis: LegalBasis | None) -> None:
    """A statement on which nobody stands any more may speak of the one it was for; the timeline has it."""
    if basis and not basis.customers.exists():
        basis.delete()


def _note(customer: Customer, text: str, *, by: User | None, now: datetime) -> None:
    customer.entries.create(kind=Entry.Kind.NOTE, text=text, author=by, happened_at=now)
