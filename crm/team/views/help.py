"""The method, the keys, and what can be written as a date."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

KEYS = (
    (("j", "k"), _("next and previous dossier, or ticket")),
    (("Enter",), _("open the dossier, or the ticket")),
    (("n",), _("write the result; in a ticket the answer")),
    (("Ctrl Enter",), _("file from anywhere in the result slip")),
    (("r",), _("nobody was reached: when to try again")),
    (("s",), _("skip: to the end of the stack")),
    (("1", "…", "31"), _("open the tab with that number; a short pause ends it")),
    (("m", "1", "…", "31"), _("put the dossier, or the ticked ones, behind that tab")),
    (("x",), _("tick the dossier")),
    (("t",), _("today’s tab")),
    (("l",), _("what was left behind")),
    (("/",), _("find a dossier")),
    (("Ctrl K",), _("go to a dossier or a tab, move a dossier, begin a new one: by writing it")),
    (("u",), _("undo")),
    (("Esc",), _("leave a field, a list or a page without doing anything")),
    (("?",), _("this table")),
)
DATES = (
    (("tomorrow", "morgen"), _("the day after today")),
    (("in 3 weeks", "in 3 Wochen"), _("that many days, weeks or months from today")),
    (("Tuesday", "Dienstag"), _("the first Tuesday after today")),
    (("next Tuesday", "nächsten Dienstag"), _("the Tuesday of next week")),
    (
        ("5 July", "5. Juli", "5.7."),
        _("that day; it shows behind the July tab until July begins"),
    ),
    (("5 July, 10:30",), _("that day, at a time agreed with the customer")),
    (("8",), _("the next day with that number")),
    (("July", "Juli"), _("the month tab; it is dealt out to days when July begins")),
    (("cabinet", "Schrank"), _("no date: the dossier rests, with a reason")),
)


@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """The whole page, or for a script the table of keys alone."""
    is_part = request.htmx and not request.htmx.boosted
    template = "team/help.html#keys" if is_part else "team/help.html"
    return render(request, template, {"keys": KEYS, "dates": DATES})
