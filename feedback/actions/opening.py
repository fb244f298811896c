"""A ticket begins."""

from datetime import date, datetime

from django.db import transaction

from contacts.models import Customer, Person
from crm.team.models import Team, User
from feedback import slips
from feedback.actions.telling import complain, file_opened, tell
from feedback.models import Message, ServiceRules, Ticket
from feedback.models.rules import next_number
from followups.lending import keeper_of


@transaction.atomic
def open_ticket(
    *,
    team: Team,
    kind: str,
    subject: str,
    text: str,
    channel: str,
    now: datetime,
    customer: Customer | None = None,
    person: Person | None = None,
    from_name: str = "",
    from_email: str = "",
    from_phone: str = "",
    language: str = "",
    product_group: str = "",
    assignee: User | None = None,
    by: User | None = None,
    call_at: datetime | None = None,
    promised_on: date | None = None,
    message_id: str = "",
) -> Ticket:
    """Take down what a customer asks for. `by` is the colleague who does, None if the customer wrote it himself.

    Unless `assignee` is given, the dossier's owner answers for it, or who stands in for him that day.
    """
    rules = ServiceRules.of(team)
    ticket = Ticket(
        team=team, number=next_number(team), customer=customer, person=person, kind=kind, channel=channel,
        subject=" ".join(subject.split())[:200], from_name=from_name[:200], from_email=from_email,
        from_phone=from_phone[:60], language=language, product_group=product_group,
        assignee=assignee or (customer and keeper_of(customer, on=customer.owner.today(now))),
        opened_at=now, opened_by=by, call_at=call_at, promised_on=promised_on,
        answer_due_at=rules.hours.due(now, rules.answer_time),
        solution_due_at=rules.hours.due(now, rules.solution_time),
    )  # fmt: skip
    ticket.next_due_at = min(ticket.answer_due_at, ticket.solution_due_at)
    ticket.save()
    ticket.messages.create(kind=Message.Kind.IN, text=text, author=by, happened_at=now, message_id=message_id)
    if promise := ticket.promise:
        tell(ticket, Message.Event.PROMISED, by=by, now=now, text=promise)
    file_opened(ticket)
    complain(ticket, now=now)
    slips.settle(ticket, now=now)
    return ticket
