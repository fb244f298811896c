"""Where a customer says that he wants no more advertising: a page with one button, and the one click of RFC 8058."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from crm.mail import public, returns
from crm.mail.addresses import hidden
from crm.mail.models import OutgoingMail, Suppression
from crm.mail.tokens import UNSUBSCRIBE, public_id_of


@login_not_required
@csrf_exempt  # the signed token is the authority, and there is no cookie to abuse
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    public_id = public_id_of(token, purpose=UNSUBSCRIBE)
    is_one_click = request.method == "POST" and request.POST.get("List-Unsubscribe") == "One-Click"
    if not (public_id and is_one_click) and public.too_many(request, public_id or ""):
        return public.wait(request)
    if public_id is None:
        return public.unknown(request)
    mail = OutgoingMail.objects.select_related("team__sender").filter(public_id=public_id).first()
    if mail is None:
        return public.show(request, "mail/erased.html", {}, status=410)
    if is_one_click:
        return _one_click(mail)
    if request.method == "POST":
        return _press(request, mail)
    return _show(request, mail, otherwise="asked")


def _one_click(mail: OutgoingMail) -> HttpResponse:
    returns.opted_out(mail, now=timezone.now())
    return HttpResponse("Unsubscribed.\n", content_type="text/plain")


def _press(request: HttpRequest, mail: OutgoingMail) -> HttpResponse:
    verb = returns.take_back if "undo" in request.POST else returns.opted_out
    verb(mail, now=timezone.now())
    return _show(request, mail, otherwise="back")


def _show(request: HttpRequest, mail: OutgoingMail, *, otherwise: str) -> HttpResponse:
    """What holds now: that he has opted out, or the state named."""
    opt_out = Suppression.objects.of(mail.team, mail.address_hash).opted_out().first()
    context = {
        "state": "out" if opt_out else otherwise,
        "company": getattr(mail.team, "sender", mail.team).name,
        "address": hidden(mail.to_email),
        "may_undo": opt_out and opt_out.made_at >= timezone.now() - returns.UNDO,
    }
    return public.show(request, "mail/unsubscribe.html", context, language=mail.language)
