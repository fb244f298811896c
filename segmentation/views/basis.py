"""Taking back a legal basis that was recorded for all of a list."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from contacts.legal_basis import take_back
from crm.team.views.guards import leads_only
from segmentation.basing import to_take_back
from segmentation.views.undo import back_to


@require_POST
@leads_only
def undo_basis(request: HttpRequest) -> HttpResponse:
    """Fields back = the list's address; what is taken back is what this session recorded last."""
    kept, now = request.session.pop("based", None), timezone.now()
    basis = kept and to_take_back(kept["pk"], by=request.user, now=now)
    if basis:
        n = take_back(basis, now=now)
        words = ngettext(
            "The legal basis of %(n)s customer is taken back.",
            "The legal basis of %(n)s customers is taken back.",
            n,
        )
        messages.success(request, words % {"n": n})
    else:
        messages.error(request, _("There is nothing to take back any more."))
    return redirect(back_to(request))
