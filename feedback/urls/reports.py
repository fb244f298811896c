"""Addresses of reports."""

from django.urls import URLPattern, path

from feedback.views import award, figures, reading

urlpatterns: list[URLPattern] = [
    path("ratings/", reading.ratings, name="ratings"),
    path("ratings/figures/", figures.figures, name="figures"),
    path("ratings/month/", award.award, name="award"),
]
