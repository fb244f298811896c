from django import template
from django.template import Context
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from followups.dates import Tab
from followups.destination import tab_name as name_of
from followups.models import FollowUp
from followups.row import Rows
from followups.slip_choices import outcomes, quick_dates
from followups.slips import page_of
from followups.tabs import changed_tabs, day_tabs, gauge_blocks, month_tabs, move_tabs, options, tab_options

register = template.Library()

for part in (
    changed_tabs, day_tabs, gauge_blocks, month_tabs, move_tabs, options, outcomes, quick_dates, tab_options,
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


@register.simple_tag(takes_context=True)
def rows(context: Context, places: list[FollowUp], with_day: bool = False, oob: str = "") -> SafeString:
    """The rows of `board` for these places, the open `sheet` marked."""
    sheet = context.get("sheet")
    opened = sheet.followup.pk if sheet else None
    return Rows(context["board"], opened=opened, with_day=with_day, oob=oob).of(places)
