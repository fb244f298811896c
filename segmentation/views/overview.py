"""The overview: who is who, and who is due soon."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from segmentation.due import BY_DUE, due_customers
from segmentation.lists import list_view, show_list
from segmentation.overview import Overview

SHOWN = 14  # of those due soon


@list_view
def overview(request: HttpRequest) -> HttpResponse:
    """Posted to, it files like any list: the one of those due soon."""
    user, today = request.user, request.user.today()
    found = Overview.of(user, today=today)
    if not found or not found.figures.customers:
        return render(
            request, "segmentation/nothing_yet.html", status=422 if request.method == "POST" else 200
        )
    return show_list(
        request,
        due_customers(user, today=today),
        title=_("Segments"),
        columns=BY_DUE,
        count=found.figures.due_soon,
        size=SHOWN,
        template="segmentation/overview.html",
        overview=found,
        compact=True,
        sort="due",
    )
