"""The rows of a stack as markup. A page shows up to two hundred, and a template takes ten times as long for them."""

from collections.abc import Collection
from datetime import date
from functools import cached_property

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from contacts import registry
from contacts.models import Customer
from crm.markup import fill, join, written
from crm.templatetags.ringbinder import icon, tel
from followups.board import Board
from followups.models import FollowUp

ROW = (
    '\n<li class="rb-row" data-next="{next_date}" id="row-{customer}" data-row{current}{oob}>'
    '<label class="rb-row__tick"><input type="checkbox" name="f" value="{place}:{version}" form="ticks"{ticked}>'
    '<span class="visually-hidden">{tick}</span></label>'
    '<div class="rb-row__when">{when}{kind}</div>'
    '<div class="rb-row__main">'
    '<p class="rb-row__name"><a class="rb-row__hit" href="{href}" hx-get="{href}">{name}</a>{person}</p>'
    '<p class="rb-row__agreed"><span class="visually-hidden">{agreed_label} </span>{skipped}{agreed}</p>'
    "{slips}</div>"
    '<div class="rb-row__side">{mark}{phone}</div></li>'
)
AT = '<time datetime="{at}">{at}</time>'
ANY_TIME = '<span class="rb-row__any">{when}</span>'
KIND = '<span class="rb-kind">{icon}{kind}</span>'
PERSON = " <span>{name}</span>"
SKIPPED = '<i class="rb-row__skipped">{word}</i> '
SLIP = '<p class="rb-slipline">{bell}<span>{reason}</span></p>'
PHONE = '<a class="rb-tel" href="{tel}">{icon}<span>{phone}</span></a>'
NOTHING = SafeString("")


class Rows:
    """Writes rows of `board`, of which `opened` is the place that lies open beside them.

    with_day: where no time is agreed, the day stands there. oob: how htmx puts a row into the page that is shown.
    ticked: ids of the places that are ticked already.
    """

    def __init__(
        self,
        board: Board,
        *,
        opened: int | None,
        with_day: bool = False,
        oob: str = "",
        ticked: Collection[int] = (),
    ) -> None:
        self.board, self.opened, self.with_day, self.ticked = board, opened, with_day, ticked
        self.oob = fill(' hx-swap-oob="{oob}"', oob=oob) if oob else NOTHING
        self.address = f"{board.url}{board.tab.slug}/"
        # Looked up once for all rows.
        self.next_date, self.agreed_label = _("next date"), _("Agreed last time:")
        self.tick, self.any_time, self.resting = _("Tick %(name)s"), _("any time"), _("resting")

    def of(self, places: list[FollowUp]) -> SafeString:
        return join(map(self._row, places))

    def _row(self, f: FollowUp) -> SafeString:
        customer, person = f.customer, f.customer.main_person
        return fill(
            ROW,
            next_date=self.next_date,
            customer=customer.pk,
            current=SafeString(' aria-current="true"') if f.pk == self.opened else NOTHING,
            oob=self.oob,
            place=f.pk,
            version=f.version,
            ticked=SafeString(" checked") if f.pk in self.ticked else NOTHING,
            tick=self.tick % {"name": customer.name},
            when=self._when(f),
            kind=self._kinds[f.kind],
            href=f"{self.address}{customer.pk}/",
            name=customer.name,
            person=fill(PERSON, name=person.name) if person else NOTHING,
            agreed_label=self.agreed_label,
            skipped=fill(SKIPPED, word=_("skipped")) if f.skipped_at else NOTHING,
            agreed=f.plan or f.rest_reason,
            slips=self._slips(customer.pk),
            mark=self._mark(customer),
            phone=self._phone(customer.any_phone),
        )

    def _when(self, f: FollowUp) -> SafeString:
        if f.at:
            return fill(AT, at=f"{f.at:%H:%M}")
        return fill(ANY_TIME, when=self._without_time(f.due_on, f.precision))

    def _without_time(self, day: date | None, precision: str) -> str:
        if not day:
            return self.resting
        if not self.with_day:
            return self.any_time
        return written(day, "M" if precision == FollowUp.Precision.MONTH else "D j")

    @cached_property
    def _kinds(self) -> dict[str, SafeString]:
        return {kind: fill(KIND, icon=icon(kind), kind=label) for kind, label in FollowUp.Kind.choices}

    def _slips(self, customer: int) -> SafeString:
        reasons = [slip.reason for slip in self.board.slips.get(customer, ())]
        return fill(SLIP, bell=icon("bell"), reason=" · ".join(reasons)) if reasons else NOTHING

    def _mark(self, customer: Customer) -> SafeString:
        mark = join([self.board.verdicts.get(customer.pk, NOTHING), registry.mark(customer)])
        return fill("<p>{mark}</p>", mark=mark) if mark else NOTHING

    def _phone(self, phone: str) -> SafeString:
        return fill(PHONE, tel=tel(phone), icon=icon("call"), phone=phone) if phone else NOTHING
