"""Does mail leave?"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.mail import health as reading
from crm.mail.connection import connection_of
from crm.mail.models import Sender
from crm.mail.outbox import Heap, Outbox
from crm.mail.webhooks import provider
from crm.mail.words import signs, today_words, told
from crm.team.views.guards import leads_only


@require_safe
@leads_only
def health(request: HttpRequest) -> HttpResponse:
    sender = Sender.objects.filter(team=request.user.team_id).select_related("paused_by").first()
    found = reading.health(request.user, now=timezone.now())
    context = {
        "sender": sender,
        "health": found,
        "told": told(found),
        "signs": signs(found),
        "today": today_words(found),
        "waiting": Outbox(request.user).count(Heap.WAITING),
        "connection": connection_of(sender),
        "has_redis": bool(settings.REDIS_URL),
        "has_mailbox": bool(settings.BOUNCE_IMAP_URL),
        "provider_tells": bool(provider()),
        "has_ticket_mailbox": bool(settings.TICKET_IMAP_URL),
    }
    return render(request, f"mail/health.html{'#health' if request.htmx.target == 'health' else ''}", context)
