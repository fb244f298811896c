"""What happens to a card together with its people, its timeline or the parts that other apps add."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from contacts import registry
from contacts.folding import fold
from contacts.letters.kinds import LETTER, TRIAL
from contacts.models import Customer, Entry, Person, Tag
from contacts.models.customer import CustomerQuerySet
from contacts.phones import normal_phone
from crm.mail.actions import Content, Recipient, compose, queue
from crm.mail.models import OutgoingMail, Reason, Sender
from crm.mail.quiet import open_from
from crm.team.models import Team, User

# How long a letter by hand waits, so that it can be taken back, and how long it is of use.
SECOND_THOUGHTS = timedelta(seconds=20)
LETTER_KEEPS = timedelta(days=7)
TRIAL_KEEPS = timedelta(hours=1)


@transaction.atomic
def save_card(
    *, customer: Customer, owner: User, by: User, now: datetime, tags: Collection[str] | None = None
) -> None:
    """Save an edited card, and hand the dossier over if `owner` is another than before.

    `tags` are all that it has from now on; None leaves them.
    """
    customer.write()
    if tags is not None:
        set_tags(customer=customer, names=tags)
    if owner.pk != customer.owner_id:
        hand_over(customer=customer, to=owner, by=by, now=now)


@transaction.atomic
def set_tags(*, customer: Customer, names: Collection[str]) -> None:
    """Give the dossier these tags and no others. A tag that no dossier of the team has any more is gone."""
    if {fold(name) for name in names} == {tag.sort_name for tag in customer.tags.all()}:
        return
    customer.tags.set(tags_named(customer.team, names).values())
    Tag.objects.filter(team=customer.team).unused().delete()


def tags_named(team: Team, names: Collection[str]) -> Mapping[str, Tag]:
    """The team's tags of these names by folded name, made where there are none yet. Part of a transaction."""
    # Who writes tags asks for the team first: two people may think of the same new one, or of one that goes.
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    wanted = {fold(name): name for name in names}
    rows = [Tag(team=team, name=name, sort_name=key) for key, name in wanted.items()]
    Tag.objects.bulk_create(rows, ignore_conflicts=True)
    return {tag.sort_name: tag for tag in Tag.objects.filter(team=team, sort_name__in=wanted)}


@transaction.atomic
def hand_over(*, customer: Customer, to: User, by: User, now: datetime) -> None:
    """Give the dossier to another owner. The timeline keeps who gave it to whom."""
    entry = _handing_over(customer, customer.owner, to, by=by, now=now)
    before, customer.owner = customer.owner, to.hold()
    customer.save(update_fields=["owner"])
    entry.save()
    registry.handed_over([customer], before=before, by=by, now=now)


def _handing_over(customer: Customer, before: User, after: User, *, by: User, now: datetime) -> Entry:
    text = _("Handed over from %(before)s to %(after)s.") % {"before": before.name, "after": after.name}
    return Entry(customer=customer, kind=Entry.Kind.NOTE, text=text, author=by, happened_at=now)


@transaction.atomic
def hand_over_all(*, owner: User, to: User, by: User, now: datetime) -> int:
    """Give all dossiers of one colleague to another, and what he answers for besides; how many dossiers they were."""
    number = hand_over_many(
        customers=Customer.objects.filter(owner=owner), owner=owner, to=to, by=by, now=now
    )
    registry.left(owner, to=to, by=by, now=now)
    return number


@transaction.atomic
def hand_over_many(*, customers: CustomerQuerySet, owner: User, to: User, by: User, now: datetime) -> int:
    """Give some dossiers of one colleague to another; how many they were, of those that were still his."""
    to = to.hold()
    held = list(customers.filter(owner=owner).select_for_update(of=("self",)).defer("search_text"))
    Entry.objects.bulk_create(_handing_over(customer, owner, to, by=by, now=now) for customer in held)
    Customer.objects.filter(pk__in=[customer.pk for customer in held]).update(owner=to)
    for customer in held:
        customer.owner = to
    registry.handed_over(held, before=owner, by=by, now=now)
    return len(held)


@transaction.atomic
def save_person(*, person: Person, is_main: bool) -> None:
    """Save a person of a card; the first one, and whoever `is_main`, is the one to talk to."""
    customer = _as_it_is_now(person.customer)
    person.phone = normal_phone(person.phone, customer.country)
    person.save()
    if is_main or customer.main_person_id is None:
        customer.main_person = person
    elif customer.main_person_id == person.pk:
        customer.main_person = None
    customer.write()


@transaction.atomic
def remove_person(*, person: Person) -> None:
    """Take a person off the card. What he said stays in the timeline."""
    customer = _as_it_is_now(person.customer)
    was_main = customer.main_person_id == person.pk
    person.delete()
    if was_main:
        customer.main_person = customer.people.first()
    customer.write()


def _as_it_is_now(customer: Customer) -> Customer:
    """The card, kept from being changed by others until the transaction ends."""
    return Customer.objects.select_for_update().get(pk=customer.pk)


@transaction.atomic
def send_letter(
    *,
    customer: Customer,
    sender: Sender,
    to: Recipient,
    content: Content,
    by: User,
    token: UUID,
    now: datetime,
    advertising: bool = False,
) -> Entry:
    """Put a letter by hand into the outbox and into the timeline; of the same `token` only the first.

    One that advertises waits for the next hour in which that may come to the customer.
    """
    start = now + SECOND_THOUGHTS
    mail = compose(
        sender=sender,
        kind=LETTER,
        key=f"letter:{token}",
        to=to,
        content=content,
        now=now,
        not_before=open_from(start, country=to.country, team=customer.team) if advertising else start,
        valid_for=LETTER_KEEPS,
        advertising=advertising,
        by=by,
        from_name=f"{by.name}, {sender.name}",
        reply_to=by.email,
    )
    said = {"customer": customer, "kind": Entry.Kind.EMAIL, "author": by, "happened_at": now}
    said["on_behalf_of_id"] = customer.owner_for(by)
    text = f"{content.subject}\n\n{content.text}"
    return Entry.objects.get_or_create(mail=queue(mail), defaults=said | {"text": text})[0]


@transaction.atomic
def take_back_letter(*, entry: Entry, by: User, now: datetime) -> bool:
    """Keep a letter by hand from leaving, for good, and forget it; False if it is on its way."""
    if not OutgoingMail.objects.filter(pk=entry.mail_id).withdraw(reason=Reason.TAKEN_BACK, now=now, by=by):
        return False
    entry.delete()
    return True


def send_trial(
    *, sender: Sender, content: Content, language: str, to: User, token: UUID, now: datetime
) -> None:
    """Show a colleague how a letter arrives. It says that it is a trial."""
    subject = _("Trial: %(subject)s") % {"subject": content.subject}
    mail = compose(
        sender=sender,
        kind=TRIAL,
        key=f"trial:{token}",
        to=Recipient(to.name, to.email, language),
        content=Content(subject, content.text, content.html),
        now=now,
        valid_for=TRIAL_KEEPS,
        by=to,
    )
    queue(mail)
