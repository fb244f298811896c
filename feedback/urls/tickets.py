"""Addresses of tickets."""

from django.urls import path

from feedback.views.ticket import ticket

urlpatterns = [path("tickets/<int:pk>/", ticket, name="ticket")]
