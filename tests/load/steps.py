"""The requests that are measured, each as often as one likes and never twice the same."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from django.urls import reverse
from django.utils.http import urlencode

from contacts.models import Customer
from crm.team.models import User
from feedback.models import Ticket
from followups.dates import quick_dates
from followups.models import FollowUp

SPREAD = 28  # days
PLACED = re.compile(r'name="placed" value="(\d+)"')


class Answer(Protocol):
    status: int
    text: str


class Browser(Protocol):
    """The real one of web.py, or Django's own for counting queries."""

    def get(self, path: str, *, target: str = "") -> Answer: ...
    def post(self, path: str, fields: dict[str, object], *, target: str = "") -> Answer: ...


@dataclass(frozen=True)
class Step:
    """`most`: how many times the trivial page it may take; None: not limited. `after` tidies up, unmeasured."""

    name: str
    most: float | None
    ask: Callable[[Browser], Answer]
    after: Callable[[Browser, Answer], object] = lambda browser, answer: None
    most_queries: int | None = None


class Desk:
    """What one manager does with his binder in a working day; chosen by `seed`."""

    def __init__(self, user: User, *, seed: int) -> None:
        self.user = user
        self.today = user.today()
        self.random = random.Random(seed)
        team = Customer.objects.visible_to(user)
        ids = list(team.values_list("pk", flat=True))
        numbers = Ticket.objects.visible_to(user).order_by("pk").values_list("pk", "number")
        self.tickets = self.random.sample(list(numbers), min(500, len(numbers)))
        self.some = list(team.filter(pk__in=self.random.sample(ids, min(500, len(ids)))))

    def steps(self) -> list[Step]:
        return [
            Step("trivial page", None, lambda browser: browser.get("/trivial/")),
            Step("board", 8, self.board, most_queries=15),
            Step("dossier", 5, self.dossier),
            Step("list", 5, lambda browser: browser.get(reverse("contacts:list"))),
            Step("list, further on", 5, self.list_further_on),
            Step("interval", 5, lambda browser: browser.get(reverse("segmentation:interval"))),
            Step("expectations", 5, lambda browser: browser.get(reverse("segmentation:expectations"))),
            Step("segments", 5, lambda browser: browser.get(reverse("segmentation:overview"))),
            Step("due soon", 5, lambda browser: browser.get(reverse("segmentation:due"))),
            Step("cell of segments", 5, self.cell),
            Step("ratings", 5, lambda browser: browser.get(reverse("feedback:ratings")), most_queries=12),
            Step("ratings of a week", 5, self.ratings_of_a_week, most_queries=15),
            Step(
                "ratings of a year",
                5,
                lambda browser: browser.get(f"{reverse('feedback:ratings')}?span=year"),
            ),
            Step("figures", 5, lambda browser: browser.get(reverse("feedback:figures"))),
            Step("month's employee", 5, lambda browser: browser.get(reverse("feedback:award"))),
            Step("tickets", 5, lambda browser: browser.get(reverse("feedback:tickets")), most_queries=8),
            Step(
                "closed tickets", 5, lambda browser: browser.get(f"{reverse('feedback:tickets')}?show=closed")
            ),
            Step("search in tickets", 5, self.search_in_tickets),
            Step("ticket", 5, self.ticket, most_queries=20),
            Step("search", 4, self.search),
            Step("swap", 4, self.swap),
            Step("file", 4, self.file, after=self.undo),
        ]

    def board(self, browser: Browser) -> Answer:
        return browser.get(reverse("followups:day", args=[self.user.pk, self.today.isoformat()]))

    def dossier(self, browser: Browser) -> Answer:
        return browser.get(self.random.choice(self.some).get_absolute_url())

    def list_further_on(self, browser: Browser) -> Answer:
        return browser.get(f"{reverse('contacts:list')}?after={self.random.choice(self.some).pk}")

    def cell(self, browser: Browser) -> Answer:
        r, f = self.random.randint(1, 5), self.random.randint(1, 5)
        return browser.get(f"{reverse('segmentation:customers')}?r={r}&f={f}")

    def ratings_of_a_week(self, browser: Browser) -> Answer:
        day = self.today - timedelta(self.random.randint(0, 300))
        return browser.get(f"{reverse('feedback:ratings')}?span=week&of={day.isoformat()}")

    def ticket(self, browser: Browser) -> Answer:
        pk, _number = self.random.choice(self.tickets)
        return browser.get(reverse("feedback:ticket", args=[pk]))

    def search_in_tickets(self, browser: Browser) -> Answer:
        """A number, a word of a subject, or a customer, among the open ones and the closed ones."""
        _pk, number = self.random.choice(self.tickets)
        text = self.random.choice([str(number), "cartons", "crushed corners", *self.searches()])
        asked = urlencode({"q": text, "show": self.random.choice(["open", "closed"])})
        return browser.get(f"{reverse('feedback:tickets')}?{asked}", target="results")

    def search(self, browser: Browser) -> Answer:
        """What stands in the field while somebody types: a name's beginning, a word, a town, a phone number …"""
        query = urlencode({"q": self.random.choice(self.searches())})
        return browser.get(f"{reverse('contacts:find')}?{query}", target="hits")

    def searches(self) -> list[str]:
        customer = self.random.choice(self.some)
        words = customer.name.split()
        typed = [customer.name[: self.random.randint(1, 6)], customer.name, words[-1], " ".join(words[::-1])]
        kept = [customer.town, customer.phone, customer.phone[-6:], customer.email, customer.number]
        return [text.strip() for text in [*typed, *kept, "xylophon quartett"] if text.strip()]

    def swap(self, browser: Browser) -> Answer:
        place = self.random.choice(self._stack())
        path = reverse("followups:dossier", args=[self.user.pk, self.today.isoformat(), place.customer_id])
        return browser.get(path, target="sheet")

    def file(self, browser: Browser) -> Answer:
        place, following = self.random.sample(self._stack(), 2)
        key, _, day = self.random.choice(quick_dates(self.today, self.user.calendar))
        fields = {
            "version": place.version, "outcome": "agreed", "kind": "call", "note": "Wants to see two samples first",
            "next": key, "named": day.isoformat(), "tab": self.today.isoformat(), "page": "board",
            "then": following.customer_id,
        }  # fmt: skip
        return browser.post(reverse("followups:file", args=[place.pk]), fields, target="sheet")

    def undo(self, browser: Browser, filed: Answer) -> None:
        """Lay it back, so that the stack is as high in the last round as in the first."""
        fields = {"placed": PLACED.search(filed.text)[1], "tab": self.today.isoformat()}
        browser.post(reverse("followups:undo"), fields)

    def _stack(self) -> list[FollowUp]:
        return list(FollowUp.objects.of(self.user).open().due(on=self.today))


def lay_out(users: list[User], *, today: int, behind: int) -> None:
    """Give everybody so many dossiers under today and left behind, however long ago the database was filled."""
    for user in users:
        day = user.today()
        by_date = (
            FollowUp.objects.of(user)
            .open()
            .filter(precision="day", due_on__isnull=False)
            .order_by("due_on", "pk")
        )
        ids = list(by_date.values_list("pk", flat=True))
        late = by_date.filter(due_on__lte=day).count()
        _put(ids[:behind], day - timedelta(days=1))
        _put(ids[behind : behind + today], day)
        rest = ids[behind + today : late]
        for days in range(SPREAD):
            _put(rest[days::SPREAD], day + timedelta(days=1 + days))


def _put(ids: list[int], day: date) -> None:
    FollowUp.objects.filter(pk__in=ids).update(due_on=day)
