"""Everybody who is due soon, to be filed where they belong."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from segmentation.due import BY_CHANCE, BY_DUE, due_customers
from segmentation.forms_find import DueForm
from segmentation.lists import list_view, show_list
from segmentation.overview import Overview


@list_view
def due(request: HttpRequest) -> HttpResponse:
    user, today = request.user, request.user.today()
    asked, known = DueForm(request.GET), Overview.of(user, today=today)
    count = known and known.count_due(**asked.wanted)
    customers = due_customers(user, today=today)
    return show_list(
        request,
        asked.of(customers, user, today=today) if count != 0 else customers.none(),
        title=_("Due soon"),
        about=_("expected to buy within two weeks, from their own rhythm"),
        back=(_("Segments"), reverse("segmentation:overview")),
        columns=BY_CHANCE if asked.order == DueForm.Sort.CHANCE else BY_DUE,
        count=count,
        template="segmentation/due.html",
        asked=asked,
        sort=asked.order,
    )
