"""Where the provider that mail leaves by reports what became of it."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import resolve
from django.views.decorators.csrf import csrf_exempt

from crm.mail.webhooks import provider


@login_not_required
@csrf_exempt  # Anymail asks for the secret, and for the provider's signature where there is one
def webhook(request: HttpRequest, path: str) -> HttpResponse:
    """Addresses are those of Anymail's documentation: `postmark/tracking/`. All but the provider's own are 404."""
    name = provider()
    if not name or path not in (f"{name}/tracking/", f"{name}/"):
        raise Http404
    return resolve(f"/{path}", urlconf="anymail.urls").func(request)
