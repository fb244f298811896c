"""One mail: as the customer sees it, what became of it, and what a lead may decide about it."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.mail import actions
from crm.mail.framing import as_mail_body
from crm.mail.message import on_the_wire
from crm.mail.models import OutgoingMail
from crm.mail.outbox import rows_of
from crm.mail.tokens import without_tokens
from crm.mail.words import history
from crm.team.views.guards import leads_only


@require_safe
@leads_only
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _find(request, pk))


@require_safe
@leads_only
@as_mail_body
def body(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail's own HTML, for the frame in its page."""
    return HttpResponse(without_tokens(_find(request, pk).html))


@require_POST
@leads_only
def again(request: HttpRequest, pk: int) -> HttpResponse:
    found = _find(request, pk)
    done = actions.send_again(found, by=request.user, now=timezone.now())
    return _answer(request, found, done, _("It leaves again as soon as it may."))


@require_POST
@leads_only
def delivered(request: HttpRequest, pk: int) -> HttpResponse:
    found = _find(request, pk)
    return _answer(
        request, found, actions.confirm(found, by=request.user, now=timezone.now()), _("Marked as delivered.")
    )


@require_POST
@leads_only
def take_out(request: HttpRequest, pk: int) -> HttpResponse:
    found = _find(request, pk)
    done = found.take_out(by=request.user, now=timezone.now())
    return _answer(request, found, done, _("Taken out: it does not leave."))


@require_POST
@leads_only
def put_back(request: HttpRequest, pk: int) -> HttpResponse:
    found = _find(request, pk)
    done = actions.put_back(found, now=timezone.now())
    return _answer(request, found, done, _("Put back: it leaves as soon as it may."))


def _find(request: HttpRequest, pk: int) -> OutgoingMail:
    mails = OutgoingMail.objects.visible_to(request.user).select_related("by", "settled_by")
    return get_object_or_404(mails, pk=pk)


def _answer(request: HttpRequest, found: OutgoingMail, done: bool, said: str) -> HttpResponse:
    if not done:
        return _show(request, _find(request, found.pk), status=409)
    messages.success(request, said)
    return redirect("mail:mail", found.pk)


def _headers(found: OutgoingMail) -> str:
    """As they are on the wire; none where the mail cannot be written so."""
    try:
        return without_tokens(on_the_wire(found).partition(b"\r\n\r\n")[0].decode("ascii"))
    except ValueError:
        return ""


@csp_update({"frame-src": [SELF]})
def _show(request: HttpRequest, found: OutgoingMail, *, status: int = 200) -> HttpResponse:
    context = {
        "mail": found,
        "text": without_tokens(found.text),
        "row": rows_of([found])[0],
        "history": history(found),
        "headers": _headers(found),
        "came_late": status == 409,
    }
    return render(request, "mail/one.html", context, status=status)
