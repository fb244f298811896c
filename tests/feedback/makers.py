"""Makers of tickets and ratings. Every field has a plain default, every keyword overrides it."""

from datetime import timedelta

from feedback.links import path_of, stamp
from feedback.models import Invitation, Message, Rating, Script, ServiceRules, Ticket, Value, Word
from tests.factories import NOW, make_customer, make_team


def make_rules(**kw) -> ServiceRules:
    """How a team serves; `team` is a new one if it is left out."""
    return ServiceRules.objects.create(**{"team": kw.pop("team", None) or make_team()} | kw)


def make_ticket(**kw) -> Ticket:
    """An open question since NOW, of a dossier whose owner answers for it; `closed_at` closes it."""
    customer = kw.pop("customer", None) or make_customer(owner=kw.get("assignee"))
    team = kw.pop("team", customer.team)
    opened_at = kw.get("opened_at", NOW)
    rules = ServiceRules.objects.get_or_create(team=team)[0]
    rules.team = team
    hours = rules.hours
    due = {
        "answer_due_at": hours.due(opened_at, timedelta(hours=10)),
        "solution_due_at": hours.due(opened_at, timedelta(hours=45)),
    }
    fields = {
        "team": team,
        "customer": customer,
        "assignee": customer.owner,
        "subject": "Where is my delivery?",
        "opened_at": opened_at,
        "from_email": customer.email,
        **due,
        "next_due_at": due["answer_due_at"],
    }
    if kw.get("first_answered_at"):
        fields |= {"answered_in": 60, "first_answered_by": customer.owner}
    if kw.get("closed_at"):
        fields |= {"closed_by": customer.owner, "solved_in": 120, "resolution": 1, "next_due_at": None}
    if kw.get("waiting_since"):
        fields |= {"next_due_at": None}
    if "number" not in kw:
        rules.last_number = fields["number"] = rules.last_number + 1
        rules.save(update_fields=["last_number"])
    return Ticket.objects.create(**fields | kw)


def make_message(**kw) -> Message:
    """The customer asks, in a new ticket unless `ticket` says which."""
    ticket = kw.pop("ticket", None) or make_ticket()
    fields = {"kind": Message.Kind.IN, "text": "It should have come on Friday.", "happened_at": NOW}
    return Message.objects.create(**{"ticket": ticket} | fields | kw)


def make_script(**kw) -> Script:
    fields = {"name": "Delivery is late", "text": "{greeting}\n\nwe are sorry: it leaves today."}
    return Script.objects.create(**{"team": kw.pop("team", None) or make_team()} | fields | kw)


def make_invitation(**kw) -> Invitation:
    """Sent at NOW, about a ticket that was closed an hour before; with `customer`, whether he recommends us."""
    if "customer" in kw:
        fields = {"team": kw["customer"].team, "question": "recommend", "made_at": NOW, "asked_at": NOW}
        return Invitation.objects.create(**fields | kw)
    ticket = kw.pop("ticket", None) or make_ticket(closed_at=NOW - timedelta(hours=1))
    fields = {
        "team": ticket.team,
        "customer": ticket.customer,
        "ticket": ticket,
        "resolution": ticket.resolution,
        "employee": ticket.assignee,
        "ticket_kind": ticket.kind,
        "product_group": ticket.product_group,
        "made_at": NOW,
        "asked_at": NOW,
    }
    return Invitation.objects.create(**fields | kw)


def make_rating(**kw) -> Rating:
    """Good, given at NOW."""
    invitation = kw.pop("invitation", None) or make_invitation(
        **({"ticket": kw.pop("ticket")} if "ticket" in kw else {})
    )
    same = ("team", "ticket", "customer", "employee", "ticket_kind", "product_group", "group")
    fields = {name: getattr(invitation, name) for name in same} | {"value": Value.GOOD, "rated_at": NOW}
    return Rating.objects.create(**{"invitation": invitation} | fields | kw)


def make_word(**kw) -> Word:
    """Good, said five minutes after NOW."""
    fields = {"value": Value.GOOD, "said_at": NOW + timedelta(minutes=5)}
    return Word.objects.create(**fields | kw)


def form_of(invitation: Invitation, value: str = "good", *, at, read_for: float = 20, **kw) -> dict:
    """What the page would send at that instant, after it was read for so many seconds."""
    page = stamp(invitation.public_id, now=at - timedelta(seconds=read_for))
    return {"v": value, "comment": "", "page": page, "language": "en"} | kw


def rate_path(invitation: Invitation, choice: str = "") -> str:
    path = path_of(invitation)
    return f"{path}?v={choice}" if choice else path
