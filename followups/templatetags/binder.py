from django import template
from django.template import Context
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from followups.board import Board
from followups.dates import Tab
from followups.destination import tab_name as name_of
from followups.levelling import Backlog
from followups.lookback import HIDES_A_NO, moves_in_a_row
from followups.models import FollowUp
from followups.row import Rows
from followups.slip_choices import next_tries, outcomes, quick_dates
from followups.slips import page_of
from followups.tabs import (
    changed_tabs,
    day_tabs,
    gauge_blocks,
    level_days,
    month_tabs,
    move_tabs,
    options,
    tab_options,
)

register = template.Library()

for part in (
    changed_tabs, day_tabs, gauge_blocks, level_days, month_tabs, move_tabs, next_tries, options, outcomes,
    quick_dates,
    tab_options,
):  # fmt: skip
    register.simple_tag(part)


register.filter("slip_page", page_of)


@register.filter
def tab_name(tab: Tab) -> str:
    """A tab as one says it: "Tue 8 Dec", "July", "the cabinet"."""
    return name_of(tab, today=timezone.localdate())


@register.filter
def kind_word(kind: str, number: int) -> str:
    """The word behind a number: 1 call, 9 calls."""
    match kind:
        case FollowUp.Kind.CALL:
            return ngettext("call", "calls", number)
        case FollowUp.Kind.VISIT:
            return ngettext("visit", "visits", number)
        case FollowUp.Kind.OFFER:
            return ngettext("offer", "offers", number)
        case FollowUp.Kind.EMAIL:
            return ngettext("e-mail", "e-mails", number)
    return ngettext("letter", "letters", number)


@register.simple_tag
def too_many_moves(place: FollowUp) -> int:
    """How many moves in a row have brought a dossier there, if so many that they may hide a no; else 0."""
    left = FollowUp.objects.filter(customer=place.customer_id, closed_at__isnull=False)
    number = moves_in_a_row(left)[place.customer_id]
    return number if number >= HIDES_A_NO else 0


@register.simple_tag
def backlog(board: Board, number: int) -> Backlog:
    """What would become of so many that were left behind in the open binder."""
    return Backlog(board.binder, number)


@register.simple_tag(takes_context=True)
def rows(context: Context, places: list[FollowUp], with_day: bool = False, oob: str = "") -> SafeString:
    """The rows of `board` for these places, the open `sheet` marked, and those `ticked` still ticked."""
    sheet = context.get("sheet")
    opened = sheet.followup.pk if sheet else None
    ticked = frozenset(context.get("ticked", ()))
    return Rows(context["board"], opened=opened, with_day=with_day, oob=oob, ticked=ticked).of(places)
