"""The page behind the links of a signature: whoever has it may say what he likes of one colleague."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from crm.mail import public
from feedback.models import Signature
from feedback.models.invitation import read_code
from feedback.rate_page import OpenPage


@login_not_required
@csrf_exempt  # whoever has the link may rate, and there is no cookie to abuse
@require_http_methods(["GET", "HEAD", "POST"])
def open_rate(request: HttpRequest, code: str) -> HttpResponse:
    rows = Signature.objects.select_related("user__team__sender")
    signature = rows.filter(code=read_code(code), user__is_active=True).first()
    # By the code that is kept: what is typed has many spellings.
    if public.too_many(request, f"open {signature.code if signature else ''}"):
        return public.wait(request)
    if signature is None:
        return public.unknown(request)
    page = OpenPage(request, signature, now=timezone.now())
    return _send(request, page) if request.method == "POST" else _show(request, page, "rate")


def _send(request: HttpRequest, page: OpenPage) -> HttpResponse:
    form = page.form
    if form.problem:
        return _show(request, page, "rate", problem=form.problem, status=422)
    if page.is_doubted:
        return _show(request, page, "sure", choice=form.chosen, comment=form.comment, sure=page.reference)
    page.keep()
    return _show(request, page, "thanks", choice=form.chosen, comment=form.comment)


def _show(request: HttpRequest, page: OpenPage, name: str, *, status: int = 200, **more: str) -> HttpResponse:
    context = {"page": page, "company": page.company} | more
    return public.show(request, f"feedback/rate/{name}.html", context, language=page.language, status=status)
