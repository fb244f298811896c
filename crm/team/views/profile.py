"""What one person sets for himself."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.team.forms import ProfileForm
from crm.team.models import User


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    # Its own copy: what a form could not save must not change the page around it.
    user = User.objects.get(pk=request.user.pk)
    chosen = {name: value for name, value in request.GET.items() if name == "own_country"}
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=user, initial=chosen)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("team:profile")
    return render(request, "team/profile.html", {"form": form}, status=422 if form.is_bound else 200)
