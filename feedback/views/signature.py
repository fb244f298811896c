"""Links to rate oneself by, to be put under all ordinary mails."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from crm.mail.framing import as_mail_body
from crm.mail.models import LANGUAGES
from feedback.actions_rating import make_signature
from feedback.links import open_url
from feedback.models import OpenWord, Signature, Value

LATEST = 30


@csp_update({"frame-src": [SELF]})
@require_http_methods(["GET", "HEAD", "POST"])
def signature(request: HttpRequest) -> HttpResponse:
    """Each for himself: sent, it makes the links."""
    if request.method == "POST":
        make_signature(user=request.user, now=timezone.now())
        return redirect("feedback:signature")
    mine, language = Signature.objects.filter(user=request.user).first(), _language(request)
    words = OpenWord.objects.visible_to(request.user).select_related("user")
    context = {"mine": mine, "language": language, "languages": LANGUAGES}
    context |= (
        {"html": _snippet(mine, language, "html"), "text": _snippet(mine, language, "txt")} if mine else {}
    )
    context["words"] = words.order_by("-said_at", "-pk")[:LATEST]
    return render(request, "feedback/signature.html", context)


@require_safe
@as_mail_body
def signature_body(request: HttpRequest) -> HttpResponse:
    """What it looks like in a mail, to be marked and copied."""
    mine = Signature.objects.filter(user=request.user).first()
    return HttpResponse(_snippet(mine, _language(request), "html") if mine else "")


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("language", "")
    sender = getattr(request.user.team, "sender", None)
    return asked if asked in dict(LANGUAGES) else sender.language if sender else "en"


def _snippet(mine: Signature, language: str, suffix: str) -> str:
    links = {value: f"{open_url(mine, value)}&language={language}" for value in Value.values}
    with translation.override(language):
        return render_to_string(f"feedback/mail/signature.{suffix}", {"links": links}).strip()
