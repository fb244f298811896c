"""Where anybody writes to a team: a public page, without login, cookies or scripts."""

from datetime import datetime
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from crm.mail import public
from feedback import contact as page
from feedback.contact import Stamp
from feedback.forms_contact import ContactForm
from feedback.models import ServiceRules, Ticket


# Nothing is done in anybody's name here, and no cookie is read. What is posted without a stamp of ours, as from
# another site, is asked about once more.
@login_not_required
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, slug: str) -> HttpResponse:
    rules = ServiceRules.objects.with_page(slug).first()
    is_busy = public.too_many(request, f"contact {slug}" if rules else "")
    if rules is None:
        return public.wait(request) if is_busy else public.unknown(request)
    with translation.override(public.preferred_language(request)):
        now = timezone.now()
        sent = request.POST if request.method == "POST" else None
        form = ContactForm(sent, rules=rules, now=now)
        if is_busy:
            return _show(request, form, now=now, status=HTTPStatus.TOO_MANY_REQUESTS)
        if sent is None or "change" in sent:
            return _show(request, form, now=now, is_new=True)
        return _take(request, form, now=now) if form.is_valid() else _show(request, form, now=now, status=422)


def _take(request: HttpRequest, form: ContactForm, *, now: datetime) -> HttpResponse:
    """Open the ticket, unless it has to be asked whether a person has sent it."""
    said, rules = form.cleaned_data, form.rules
    stamp = Stamp.read(said["stamp"], rules)
    is_sealed = page.is_sealed(request.POST.get("seal", ""), said, stamp)
    if not is_sealed and page.is_doubtful(said, stamp, now=now):
        return _ask_again(request, form, now=now)
    ticket = page.sent_before(said, stamp, rules=rules)
    if ticket is None and page.too_often(request, said, rules=rules, now=now):
        return _show(request, form, now=now, status=HTTPStatus.TOO_MANY_REQUESTS)
    language = public.preferred_language(request)
    with translation.override(settings.LANGUAGE_CODE):  # colleagues read what is kept of it
        ticket = ticket or page.take(rules=rules, said=said, stamp=stamp, language=language, now=now)
    return _thank(request, ticket, rules)


def _show(
    request: HttpRequest, form: ContactForm, *, now: datetime, is_new: bool = False, status: int = 200
) -> HttpResponse:
    """The form with what was typed. A page that is shown first is new; one that comes back has its old stamp."""
    is_busy = status == HTTPStatus.TOO_MANY_REQUESTS
    context = {"form": form, "is_checked": not is_new and form.is_bound, "is_busy": is_busy}
    context["stamp"] = _stamp(form, now)
    response = _render(request, "feedback/contact.html", form.rules, context, status)
    if is_busy:
        response.headers["Retry-After"] = str(public.WINDOW)
    return response


def _stamp(form: ContactForm, now: datetime) -> Stamp:
    """A form that comes back keeps its own: a person has been at it since."""
    return Stamp.read(form.data.get("stamp", ""), form.rules) or Stamp.new(form.rules, now=now)


def _ask_again(request: HttpRequest, form: ContactForm, *, now: datetime) -> HttpResponse:
    stamp = Stamp.new(form.rules, now=now)
    context = {"form": form, "stamp": stamp, "seal": page.seal(form.cleaned_data, stamp)}
    return _render(request, "feedback/contact_again.html", form.rules, context)


def _thank(request: HttpRequest, ticket: Ticket, rules: ServiceRules) -> HttpResponse:
    context = {"ticket": ticket, "hours": rules.answer_within, "due": rules.on_clock(ticket.answer_due_at)}
    context["call"] = ticket.call_at and rules.on_clock(ticket.call_at)
    return _render(request, "feedback/contact_thanks.html", rules, context)


def _render(
    request: HttpRequest, template: str, rules: ServiceRules, context: dict, status: int = 200
) -> HttpResponse:
    company = getattr(rules.team, "sender", rules.team).name
    return public.show(request, template, context | {"company": company}, status=status)
