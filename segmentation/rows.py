"""The rows of a list of customers, and their markup: a page shows fifty, and a template takes ten times as long."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from contacts.models import Customer
from contacts.templatetags.contacts import chip
from crm.markup import fill, join
from crm.templatetags.ringbinder import icon, money
from followups.models import FollowUp
from segmentation.models import Expectation, Score
from segmentation.models.expectation import TWO_WEEKS
from segmentation.words import due_line, due_words, group_chip, percent, short_day

ROW = """
<tr>
  <td class="rb-reg__tick">{tick}</td>
  <th scope="row"><a href="{href}"><b>{name}</b></a><small>{who}</small></th>
  <td class="rb-reg__group rb-table__spare">{group}</td>
  <td class="rb-rfm rb-table__spare">{rfm}</td>
  <td class="num rb-table__spare">{last}</td>{money}
  <td class="num rb-table__spare">{every}</td>
  <td class="rb-reg__due">{due}</td>
  <td class="num rb-reg__chance" data-head="{within}">{chance}</td>
  <td class="rb-reg__lies">{lies}</td>
</tr>"""
TICK = '<input type="checkbox" name="f" value="{value}" aria-label="{label}"{checked}>'
MONEY = '<td class="num rb-table__spare">{amount}</td>'
CHANCE = '<details class="rb-why"><summary>{chance}</summary><p>{reason}</p></details>'
LATE = '<span class="rb-warn">{icon}{words}</span>'
UNKNOWN = SafeString('<span class="rb-muted">–</span>')
NOTHING = SafeString("")


@dataclass(frozen=True)
class Row:
    """A customer as a list shows him on the day `today`; what is not known of him is None."""

    customer: Customer
    score: Score | None
    expectation: Expectation | None
    place: FollowUp | None
    today: date

    @property
    def tick(self) -> str:
        """What its tick box sends: the place as it was seen."""
        return f"{self.place.pk}:{self.place.version}" if self.place else ""

    @property
    def due_in(self) -> int | None:
        """Days until the day on which the next purchase is due; negative when it has passed."""
        return (self.expectation.due_on - self.today).days if self.expectation else None

    @property
    def is_too_late(self) -> bool:
        """The dossier lies under a tab after the window in which a purchase is expected soon."""
        lies, expected = self.place and self.place.due_on, self.expectation
        is_soon = bool(lies and expected) and abs(self.due_in) <= TWO_WEEKS.days
        return is_soon and lies > max(expected.window_to, self.today)


class Rows:
    """Writes rows of a list; `ticked` are the values of those that were ticked, `compact` leaves out the money."""

    def __init__(self, *, currency: str, ticked: list[str], compact: bool = False) -> None:
        self.currency, self.ticked, self.compact = currency, set(ticked), compact
        # Looked up once for all rows.
        self.dossiers = reverse("contacts:list")
        self.choose, self.none_yet, self.days = _("Choose %(name)s"), _("none yet"), _("%(n)s d")
        self.within = _("in 14 d")
        self.late = fill(LATE, icon=icon("alert"), words=_("too late"))

    def of(self, rows: list[Row]) -> SafeString:
        return join(map(self._row, rows))

    def _row(self, row: Row) -> SafeString:
        customer, score, expected = row.customer, row.score, row.expectation
        person = customer.main_person
        return fill(
            ROW,
            tick=self._tick(row),
            href=f"{self.dossiers}{customer.pk}/",
            name=customer.name,
            who=" · ".join([*([person.name] if person else []), customer.owner.first_name]),
            group=group_chip(score.group) if score else NOTHING,
            rfm=f"{score.r} {score.f} {score.m}" if score and score.r else UNKNOWN,
            last=short_day(score.last_on, row.today) if score else self.none_yet,
            money=NOTHING if self.compact else fill(MONEY, amount=self._money(score)),
            every=self.days % {"n": expected.usual_days} if expected else NOTHING,
            due=fill("{words}{line}", words=due_words(row.due_in), line=due_line(row.due_in))
            if expected
            else UNKNOWN,
            within=self.within,
            chance=self._chance(expected),
            lies=join([chip(row.place, row.today), self.late if row.is_too_late else NOTHING]),
        )

    def _tick(self, row: Row) -> SafeString:
        if not row.place:
            return NOTHING
        checked = SafeString(" checked") if row.tick in self.ticked else NOTHING
        return fill(TICK, value=row.tick, label=self.choose % {"name": row.customer.name}, checked=checked)

    def _money(self, score: Score | None) -> str:
        return money(score.monetary, self.currency) if score else ""

    def _chance(self, expected: Expectation | None) -> SafeString:
        if expected is None or expected.p14 is None:
            return UNKNOWN
        return fill(CHANCE, chance=percent(expected.p14), reason=expected.reason)
