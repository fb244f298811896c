"""Addresses of public pages."""

from django.urls import URLPattern, path

from feedback.views.contact import contact

urlpatterns: list[URLPattern] = [
    path("contact/<str:slug>/", contact, name="contact"),
]
