"""Addresses of public pages."""

from django.urls import path

from feedback.views.contact import contact
from feedback.views.open_rate import open_rate
from feedback.views.rate import rate, short

urlpatterns = [
    path("contact/<str:slug>/", contact, name="contact"),
    path("r/<str:token>/", rate, name="rate"),
    path("s/<str:code>/", short, name="short"),
    path("o/<str:code>/", open_rate, name="open_rate"),
]
