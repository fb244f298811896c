"""The activity matrix."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from segmentation.matrix import Matrix


@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    return render(request, "segmentation/matrix.html", {"matrix": Matrix(request.user)})
