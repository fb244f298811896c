"""The dossier's info card: the customer and the people one talks to."""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache, reduce
from itertools import groupby
from operator import and_, or_
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from contacts.folding import contract, fold, search_forms, search_text, spell_out
from contacts.models.legal_basis import LegalBasis
from contacts.models.tag import BETWEEN_TAGS, JoinedNames, Tag
from contacts.phones import normal_phone, phone_digits, query_digits
from crm.mail.addresses import address_hash
from crm.mail.models import LANGUAGES, Suppression
from crm.mail.models.suppression import SuppressionQuerySet
from crm.prepared import Blank, Prepared
from crm.team.models import Team, User

if TYPE_CHECKING:
    from contacts.models.purchase import Purchase

LATEST = 31
_MOST_WORDS = 8
_FEWEST_LETTERS = 3  # what a trigram index can look up anywhere in a text
_FEWEST_DIGITS = 6  # fewer are no phone number, but something like “ext. 12”
_NUMBER_PIECE = re.compile(r"[+(]*\d[\d()/.\-–]*|[/.\-–]")  # also a sign alone, as in “069 / 90009-142”
# Words that tell no two names apart.
_LEGAL_FORMS = {"gmbh", "ag", "kg", "ohg", "ug", "gbr", "co", "ltd", "inc", "llc", "&", "+", "und", "and"}


def _terms(text: str) -> Iterator[Q]:
    """One condition for each word of `text`, and one for each run of digits that may be a phone number."""
    for is_number, run in groupby(text.split()[:_MOST_WORDS], _looks_like_a_number):
        words = list(run)
        yield _number_term(words) if is_number else reduce(and_, map(_word_term, words))


def _looks_like_a_number(word: str) -> bool:
    return bool(_NUMBER_PIECE.fullmatch(word))


def _word_term(word: str) -> Q:
    return reduce(or_, (_occurs(form) for form in search_forms(word)))


def _occurs(form: str) -> Q:
    if len(form) >= _FEWEST_LETTERS or form.isdigit():
        return Q(search_text__contains=form)
    inner = Q(search_text__contains=f" {form}") | Q(search_text__contains=f"\n{form}")
    return Q(search_text__startswith=form) | inner


def _number_term(words: list[str]) -> Q:
    as_written = reduce(and_, map(_word_term, words))
    dialled = (Q(search_text__contains=digits) for digits in query_digits(" ".join(words)))
    return reduce(or_, dialled, as_written)


def _name_clue(name: str) -> Q | None:
    words = [word for each in name.split() if (word := each.strip(".,;")) and fold(word) not in _LEGAL_FORMS]
    if len("".join(words)) < _FEWEST_LETTERS:
        return None
    return reduce(and_, map(_in_name, words[:_MOST_WORDS]))


def _name_forms(word: str) -> set[str]:
    return {fold(word), spell_out(word), contract(spell_out(word))}


def _in_name(word: str) -> Q:
    # The first condition has the index, the second is meant.
    return reduce(
        or_, (Q(search_text__contains=form, sort_name__contains=form) for form in _name_forms(word))
    )


def _digits_clue(digits: str) -> Q | None:
    return Q(search_text__contains=digits) if len(digits) >= _FEWEST_DIGITS else None


def _email_clue(email: str) -> Q | None:
    return Q(search_text__contains=fold(email)) if "@" in email else None


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: User, *, on: date | None = None) -> Self:
        """The team's dossiers; where managers see only their own, also those looked after `on` that day."""
        mine = self.filter(team_id=user.team_id)
        if user.sees_team:
            return mine
        return mine.filter(Q(owner=user) | Q(owner_id__in=user.lent_by(on=on or user.today())))

    def matching(self, text: str) -> Self:
        """Dossiers in which every word of `text` occurs: in a name, number, person, e-mail, town or phone.

        One or two letters must begin a word. A phone number may be written in any notation, among words.
        """
        return self.filter(reduce(and_, _terms(text), Q()))

    def beginning_with(self, text: str) -> Self:
        """Dossiers whose name begins so."""
        # The second condition is meant; the first has the index for long beginnings, the last for short ones.
        name = fold(text)
        return self.filter(search_text__startswith=name, sort_name__startswith=name, sort_name__gte=name)

    def not_beginning_with(self, text: str) -> Self:
        return self.exclude(sort_name__startswith=fold(text))

    def named(self, text: str) -> Self:
        """Dossiers whose name, not only a person's on it, has every word of `text`."""
        return self.filter(reduce(and_, map(_in_name, text.split()[:_MOST_WORDS]), Q()))

    def not_named(self, text: str) -> Self:
        return self.exclude(reduce(and_, map(_in_name, text.split()[:_MOST_WORDS]), Q()))

    def same_name(self, name: str) -> Self:
        return self.filter(sort_name__in={form[:200] for form in _name_forms(name)} - {""})

    def similar_to(self, *, name: str = "", phone: str = "", email: str = "", country: str = "") -> Self:
        """Dossiers that may be the same customer's: same e-mail or phone, or a name with all these words."""
        clues = [_name_clue(name), _digits_clue(phone_digits(phone, country)), _email_clue(email)]
        found = [clue for clue in clues if clue]
        return self.filter(reduce(or_, found)) if found else self.none()

    def after(self, customer: "Customer") -> Self:
        """What follows it in alphabetical order."""
        # Not "greater or equal and": PostgreSQL would read the index from its beginning.
        name = customer.sort_name
        return self.filter(sort_name__gte=name).exclude(sort_name=name, pk__lte=customer.pk)

    def before(self, customer: "Customer") -> Self:
        """What precedes it, the nearest first."""
        name = customer.sort_name
        rows = self.filter(sort_name__lte=name).exclude(sort_name=name, pk__gte=customer.pk)
        return rows.order_by("-sort_name", "-pk")

    def with_main_person(self) -> Self:
        return self.select_related("main_person", "owner")

    def with_tags(self) -> Self:
        """With what `tag_names` says, in the same query."""
        links = self.model.tags.through.objects.filter(customer=OuterRef("pk")).order_by()
        names = links.values("customer").annotate(joined=JoinedNames("tag__name")).values("joined")
        return self.annotate(joined_tags=Subquery(names))

    def tagged(self, tag: Tag) -> Self:
        return self.filter(pk__in=self.model.tags.through.objects.filter(tag=tag).values("customer"))

    def suppressed(self, *reasons: str) -> Self:
        """To whose address nothing, or no advertising, may go: for one of `reasons`, else for any."""
        return self.filter(is_suppressed(*reasons))

    def open_to_advertising(self) -> Self:
        """Who may be sent advertising: on a legal basis, with an address from which nobody forbade it."""
        return self.filter(may_be_sent_advertising())

    def without_basis(self) -> Self:
        """For whom a legal basis may be stated: they have none, and did not object."""
        return self.filter(~is_suppressed(*Suppression.OBJECTIONS), legal_basis__isnull=True)

    def with_legal_basis(self) -> Self:
        """With what the law lets one send, in the same query: `suppressed_for` and `suppressed_at` say what forbids
        it, an opt-out before all else, and since when; they are None where nothing does."""
        found = _suppressions().order_by("-reason")
        return self.select_related("legal_basis").annotate(
            suppressed_for=Subquery(found.values("reason")[:1]),
            suppressed_at=Subquery(found.values("made_at")[:1]),
        )


@lru_cache(maxsize=10_000)
def _address(pk: int) -> str:
    # A page asks for the same few again and again, and each time the router searches.
    return reverse("contacts:dossier", args=[pk])


def _suppressions() -> SuppressionQuerySet:
    return Suppression.objects.filter(team=OuterRef("team"), address_hash=OuterRef("letter_hash"))


def is_suppressed(*reasons: str) -> Q:
    """The condition on a customer of CustomerQuerySet.suppressed."""
    rows = _suppressions()
    return Q(Exists(rows.filter(reason__in=reasons) if reasons else rows))


def may_be_sent_advertising() -> Q:
    """The condition on a customer of CustomerQuerySet.open_to_advertising."""
    return Q(legal_basis__isnull=False) & ~Q(letter_hash="") & ~is_suppressed()


_latest_purchases = Prepared(
    lambda: Customer.purchases.rel.related_model.objects.filter(customer=Blank("customer")).latest_first()[
        :LATEST
    ]
)


class Customer(models.Model):
    class Kind(models.TextChoices):
        COMPANY = "company", _("company")
        PERSON = "person", _("person")

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="customers", db_index=False)
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="customers", verbose_name=_("owner")
    )
    number = models.CharField(_("number"), max_length=40, blank=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.COMPANY)
    about = models.CharField(_("in a few words"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    street = models.CharField(_("street"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    town = models.CharField(_("town"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)
    vat_id = models.CharField(_("VAT ID"), max_length=30, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    best_time = models.CharField(_("best time"), max_length=100, blank=True)
    annual_revenue = models.DecimalField(
        _("last year"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    customer_since = models.DateField(_("customer since"), null=True, blank=True)
    main_person = models.ForeignKey(
        "contacts.Person", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    language = models.CharField(_("language of letters"), max_length=2, choices=LANGUAGES, blank=True)
    legal_basis = models.ForeignKey(
        LegalBasis, on_delete=models.PROTECT, null=True, blank=True, related_name="customers"
    )
    tags = models.ManyToManyField(Tag, related_name="customers", blank=True, verbose_name=_("tags"))
    created_at = models.DateTimeField(default=timezone.now)

    # Kept by refresh_search(): the same search on both databases, and the list's alphabetical order.
    sort_name = models.CharField(max_length=200, editable=False)
    phone_digits = models.CharField(max_length=40, blank=True, editable=False)
    search_text = models.TextField(blank=True, editable=False)
    # The hash of letter_email, also kept there: what is known of an address is looked up by it.
    letter_hash = models.CharField(max_length=64, blank=True, editable=False)
    # While there is no letter_email, the hash of the last one: what was objected to there holds for the next one, too.
    former_hash = models.CharField(max_length=64, blank=True, editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        ordering = ["sort_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "number"], condition=~Q(number=""), name="customer_number_unique_in_team"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="customer_has_a_name"),
        ]
        indexes = [models.Index(fields=["team", "sort_name", "id"], name="customer_alphabetical")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return _address(self.pk)

    def owner_for(self, writer: User) -> int | None:
        """Id of the owner in whose name `writer` works here; None for the owner himself."""
        return self.owner_id if self.owner_id != writer.pk else None

    def name_begins_with(self, text: str) -> bool:
        return self.sort_name.startswith(fold(text))

    def is_named(self, text: str) -> bool:
        words = text.split()[:_MOST_WORDS]
        return all(any(form in self.sort_name for form in _name_forms(word)) for word in words)

    @property
    def tag_names(self) -> list[str]:
        """In alphabetical order. Costs a query unless the customer was read `with_tags`."""
        if not hasattr(self, "joined_tags"):
            return [tag.name for tag in self.tags.all()]
        return sorted(self.joined_tags.split(BETWEEN_TAGS), key=fold) if self.joined_tags else []

    @property
    def address(self) -> str:
        town = " ".join(part for part in (self.postcode, self.town) if part)
        return ", ".join(part for part in (self.street, town) if part)

    @property
    def any_phone(self) -> str:
        """The number to press first: the main person's, else the company's. Words are no number."""
        phones = [self.main_person.phone if self.main_person else "", self.phone]
        return next((phone for phone in phones if any(map(str.isdecimal, phone))), "")

    @property
    def letter_email(self) -> str:
        """Where to write: to the main person, else to the company; "" if neither has an address."""
        return self._email_through(self.main_person)

    def _email_through(self, person: "Person | None") -> str:
        return (person.email if person else "") or self.email

    @cached_property
    def latest_purchases(self) -> "list[Purchase]":
        """As many as a page of the dossier may show, the last one first."""
        return _latest_purchases(customer=self.pk)

    def refresh_search(self, people: "list[Person] | None" = None) -> None:
        """Recompute what search, order, duplicates and letters look at, from card and people. Saves nothing."""
        people = list(self.people.order_by("pk")) if people is None else people  # never those fetched earlier
        self.sort_name = fold(self.name)[:200]
        is_first = (
            self._state.adding and not self.main_person
        )  # the first person of a new card becomes the main one
        email = self._email_through(next(iter(people), None) if is_first else self.main_person)
        self.letter_hash = address_hash(email) if email else ""
        self.phone_digits = phone_digits(self.phone, self.country)
        words = [
            self.name,
            self.number,
            self.email,
            self.town,
            *(p.name for p in people),
            *(p.email for p in people),
        ]
        phones = [self.phone, *(p.phone for p in people)]
        self.search_text = search_text(*words, phones=phones, country=self.country)

    def write(self) -> None:
        """Save the card with its phone number in normal form and its search columns fresh.

        Whoever wants no advertising wants none at a new address either.
        """
        self.phone = normal_phone(self.phone, self.country)
        before = self.letter_hash or self.former_hash
        self.refresh_search([] if self._state.adding else None)
        self.former_hash = "" if self.letter_hash else before
        self.save()
        if before and self.letter_hash not in ("", before):
            Suppression.carry_over(self.team, before, self.letter_hash)


class Person(models.Model):
    class Role(models.TextChoices):
        DECIDES = "decides", _("decides")
        USES = "uses", _("uses it")
        INFLUENCES = "influences", _("has a say")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="people")
    name = models.CharField(_("name"), max_length=200)
    position = models.CharField(_("position"), max_length=200, blank=True)
    role = models.CharField(_("role in the decision"), max_length=10, choices=Role, blank=True)
    phone = models.CharField(_("phone"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["birthday"], name="person_birthday", condition=Q(birthday__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name
