"""Taking back what was filed from a list."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from followups.actions import undo_many
from segmentation.filing import instant


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Fields moved = when it was done, back = the list's address."""
    moved_at = instant(request.POST.get("moved", ""))
    returned, gone = undo_many(moved_at=moved_at, by=request.user) if moved_at else (0, 0)
    request.session.pop("moved", None)
    if returned:
        words = ngettext(
            "%(n)s dossier lies again where it lay.", "%(n)s dossiers lie again where they lay.", returned
        )
        messages.success(request, words % {"n": returned})
    if gone:
        words = ngettext(
            "%(n)s dossier has been moved on since and stays where it is.",
            "%(n)s dossiers have been moved on since and stay where they are.",
            gone,
        )
        messages.warning(request, words % {"n": gone})
    if not returned and not gone:
        messages.error(request, _("There is nothing to take back any more."))
    return redirect(back_to(request))


def back_to(request: HttpRequest) -> str:
    """The list from which it was sent; none of another host."""
    back = request.POST.get("back", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if is_ours else "segmentation:overview"
