from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from crm.team.models import Team

TRIVIAL = engines["django"].from_string(
    '{% extends "base.html" %}{% block title %}Trivial{% endblock %}{% block content %}{{ teams }}{% endblock %}'
)


def trivial(request: HttpRequest) -> HttpResponse:
    """The least a page can be: somebody is logged in, the base template, one query."""
    return HttpResponse(TRIVIAL.render({"teams": Team.objects.count()}, request))


urlpatterns = [path("trivial/", trivial), path("", include("crm.urls"))]
