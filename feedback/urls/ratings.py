"""Addresses of ratings."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
