"""An invited colleague sets his password. Whoever has the link needs no login; it works once."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.team import invitations
from crm.team.forms import JoinForm


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    user = invitations.invited(uid, token)
    if user is None:
        return render(request, "team/join_over.html", status=410)
    form = JoinForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_valid():
        user.set_password(form.cleaned_data["password"])
        user.save(update_fields=["password"])
        # Not logged in here: whoever has a second step set up must take it.
        messages.success(request, _("Your password is set. Log in with it."))
        return redirect("account_login")
    # Never a status that is logged with the address: the link still works.
    return render(request, "team/join.html", {"form": form, "person": user})
