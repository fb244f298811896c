"""Hand-written makers of rows: every field has a plain default, every keyword overrides it."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from contacts.models import Customer, Entry, LegalBasis, Letter, LetterText, Person, Purchase
from crm.mail.addresses import address_hash
from crm.mail.models import IN_HAND, OutgoingMail, Sender, State, Suppression
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


def make_letter(**kw) -> Letter:
    """A letter of a team; `en`, `de` and `ka` are its subject and text in that language."""
    team = kw.pop("team", None) or make_team()
    texts = {code: kw.pop(code) for code in ("en", "de", "ka") if code in kw}
    letter = Letter.objects.create(**{"team": team, "name": f"Letter {next(_numbers)}"} | kw)
    for code, (subject, body) in (texts or {"en": ("For {name}", "{greeting}\n\nhello.")}).items():
        LetterText.objects.create(letter=letter, language=code, subject=subject, body=body)
    return letter


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


def make_sender(**kw) -> Sender:
    """As whom a team writes; `team` is a new one if it is left out."""
    team = kw.pop("team", None) or make_team()
    fields = {
        "name": "Carton & Co",
        "email": "office@carton.example",
        "postal_address": "Kartonweg 3, 55116 Mainz, Germany",
    }
    return Sender.objects.create(**{"team": team} | fields | kw)


def make_mail(**kw) -> OutgoingMail:
    """A mail of a kind that nobody has registered, waiting since NOW; whatever else its `state` asks for is there."""
    n = next(_numbers)
    team = kw.pop("team", None) or make_team()
    to_email = kw.get("to_email", f"customer{n}@kessler.example")
    fields = {
        "kind": "note",
        "idempotency_key": f"note:{n}",
        "to_name": "Barbara Kessler",
        "to_email": to_email,
        "address_hash": address_hash(to_email),
        "from_name": "Carton & Co",
        "from_email": "office@carton.example",
        "subject": f"Your cartons {n}",
        "text": "They are ready.",
        "html": "<p>They are ready.</p>",
        "message_id": f"<{n}@carton.example>",
        "dated_at": NOW,
        "queued_at": NOW,
        "not_before": NOW,
        "valid_until": NOW + timedelta(days=3),
    }
    by_state = _mail_fields(kw.get("state", State.QUEUED)) | (
        {"basis": "consent"} if kw.get("is_advertising") else {}
    )
    return OutgoingMail.objects.create(**{"team": team} | fields | by_state | kw)


def _mail_fields(state: str) -> dict:
    """What the row of a mail in that state also has."""
    fields = {}
    if state in IN_HAND:
        fields |= {"claim": "worker", "lease_until": NOW + timedelta(minutes=2)}
    if state in (State.HANDOFF, State.SENT, State.UNKNOWN):
        fields |= {"handed_off_at": NOW, "attempts": 1}
    if state in (State.SENT, State.UNKNOWN, State.FAILED, State.SUPPRESSED, State.EXPIRED):
        fields |= {"settled_at": NOW}
    return fields
