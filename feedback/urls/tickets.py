"""Addresses of tickets."""

from django.urls import path

from feedback.views import (
    answer,
    attachment,
    file_under,
    merge,
    new,
    promise,
    rules,
    scripts,
    service,
    ticket,
    ticket_verbs,
    tickets,
)

urlpatterns = [
    path("tickets/", tickets.tickets, name="tickets"),
    path("tickets/new/", new.new, name="ticket_new"),
    path("tickets/scripts/", scripts.scripts, name="scripts"),
    path("tickets/scripts/new/", scripts.new, name="script_new"),
    path("tickets/scripts/preview/", scripts.preview, name="script_preview"),
    path("tickets/scripts/<int:pk>/", scripts.script, name="script"),
    path("tickets/scripts/<int:pk>/delete/", scripts.delete, name="script_delete"),
    path("tickets/rules/", rules.rules, name="rules"),
    path("tickets/service/", service.service, name="service"),
    path("tickets/<int:pk>/", ticket.ticket, name="ticket"),
    path("tickets/<int:pk>/answer/", answer.answer, name="answer"),
    path("tickets/<int:pk>/answer/<int:message>/back/", answer.take_back, name="answer_back"),
    path("tickets/<int:pk>/preview/", answer.preview, name="answer_preview"),
    path("tickets/<int:pk>/note/", ticket.note, name="note"),
    path("tickets/<int:pk>/assign/", ticket_verbs.assign, name="assign"),
    path("tickets/<int:pk>/escalate/", ticket_verbs.escalate, name="escalate"),
    path("tickets/<int:pk>/wait/", ticket_verbs.wait, name="wait"),
    path("tickets/<int:pk>/close/", ticket_verbs.close, name="close"),
    path("tickets/<int:pk>/reopen/", ticket_verbs.reopen, name="reopen"),
    path("tickets/<int:pk>/kind/", ticket_verbs.kind, name="kind"),
    path("tickets/<int:pk>/promise/", promise.promise, name="promise"),
    path("tickets/<int:pk>/merge/", merge.merge, name="merge"),
    path("tickets/<int:pk>/file/", file_under.file_under, name="file_under"),
    path("tickets/attachments/<int:pk>/", attachment.attachment, name="attachment"),
]
