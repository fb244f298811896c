"""The page behind the links of a rating mail, a printed sheet or a short link: opening it writes nothing."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from crm.mail import public
from crm.mail.tokens import public_id_of
from feedback.links import RATING, path_of, word_referred_to
from feedback.models import Invitation, Word
from feedback.models.invitation import read_code
from feedback.rate_page import RatePage, choice_of
from feedback.saying import TooManyWords, confirm, say


@login_not_required
@csrf_exempt  # the signed token is the authority, and there is no cookie to abuse
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, token: str) -> HttpResponse:
    public_id = public_id_of(token, purpose=RATING)
    if public.too_many(request, public_id or ""):
        return public.wait(request)
    if public_id is None:
        return public.unknown(request)
    found = list(Invitation.objects.whole().filter(public_id=public_id))  # one at most: first() would sort
    if not found:
        return public.show(request, "mail/erased.html", {}, status=410)
    invitation, page = found[0], RatePage(request, found[0], now=timezone.now())
    if invitation.is_over(at=page.now):
        return _show(request, page, "over", status=410)
    if not page.may_change:
        return _show(request, page, "said", status=409 if request.method == "POST" else 200)
    return _send(request, page) if request.method == "POST" else _show(request, page, "rate")


def _send(request: HttpRequest, page: RatePage) -> HttpResponse:
    if "sure" in request.POST and (word := _confirm(request, page)):
        return _said(request, page, word)
    if problem := page.form.problem:
        return _show(request, page, "rate", problem=problem, status=422)
    form = page.form
    value = {"score": int(form.chosen)} if page.is_scale else {"value": form.chosen}
    try:
        word = say(
            invitation=page.invitation, comment=form.comment, page_at=form.page_at, now=page.now, **value
        )
    except TooManyWords:
        return public.wait(request)
    return _said(request, page, word)


def _confirm(request: HttpRequest, page: RatePage) -> Word | None:
    word_id = word_referred_to(request.POST["sure"], page.invitation)
    return confirm(invitation=page.invitation, word_id=word_id, now=page.now)


def _said(request: HttpRequest, page: RatePage, word: Word) -> HttpResponse:
    """Thanks, or the question whether it is meant, if it may have been a machine."""
    name = "thanks" if word.counts else "sure"
    page = RatePage(request, page.invitation, now=page.now)  # what counts is another by now
    return _show(request, page, name, choice=choice_of(word), comment=word.comment, sure=page.reference(word))


def _show(request: HttpRequest, page: RatePage, name: str, *, status: int = 200, **more: str) -> HttpResponse:
    context = {"page": page, "company": page.company, "choice": page.last_choice} | more
    return public.show(request, f"feedback/rate/{name}.html", context, language=page.language, status=status)


@login_not_required
@require_safe
def short(request: HttpRequest, code: str) -> HttpResponse:
    """The link that is typed from paper leads to the same page."""
    if public.too_many(request, "short"):
        return public.wait(request)
    invitation = Invitation.objects.filter(code=read_code(code)).first()
    return redirect(path_of(invitation)) if invitation else public.unknown(request)
