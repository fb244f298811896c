"""Addresses of tickets."""

from django.urls import URLPattern, path

from feedback.views.attachment import attachment

urlpatterns: list[URLPattern] = [
    path("tickets/attachments/<int:pk>/", attachment, name="attachment"),
]
