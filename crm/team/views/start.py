"""The first start: five short steps, nothing written before the last."""

from django import forms
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from crm.team.actions import AlreadyStarted, start_team
from crm.team.forms import CapacityStep, FirstUserStep, NameStep, PlaceStep, WeekStep
from crm.team.models import Team, User

STEPS = (NameStep, PlaceStep, WeekStep, CapacityStep, FirstUserStep)
LAST = len(STEPS) - 1
NUMBERS = {str(number): number for number in range(len(STEPS))}


class Steps:
    """The forms of all steps. What was filled in comes with every request; the server keeps nothing."""

    def __init__(self, data: QueryDict) -> None:
        self.data = data
        self.current = NUMBERS.get(data.get("step"), 0)
        self.forms: list[forms.ModelForm] = []
        for number in range(len(STEPS)):
            self.forms.append(self._form(number, self.data if self._is_filled_in(number) else None))

    def _is_filled_in(self, number: int) -> bool:
        carried = any(key.startswith(f"{number}-") for key in self.data)
        return bool(self.data) and (carried or number == self.current)

    def _form(self, number: int, data: QueryDict | None, **kwargs: object) -> forms.ModelForm:
        kind = STEPS[number]
        if kind is WeekStep:
            place = self.forms[STEPS.index(PlaceStep)]
            kwargs["country"] = place["country"].value()
        return kind(data, prefix=str(number), instance=kind._meta.model(), **kwargs)

    def first_wrong(self) -> int | None:
        """The first step up to the present one that cannot be read."""
        return next((n for n, form in enumerate(self.forms[: self.current + 1]) if not form.is_valid()), None)

    def fresh(self, number: int) -> forms.ModelForm:
        """A step as it was filled in, or its defaults, without complaints."""
        known = self.forms[number]
        filled_in = {name: known[name].value() for name in known.fields} if known.is_bound else None
        return self._form(number, None, initial=filled_in)

    def carried(self, shown: int) -> list[tuple[str, str]]:
        """What the page carries of the other steps, as name and value. A password it never does."""
        return [
            (name, value)
            for number, form in enumerate(self.forms)
            if number != shown
            for name in map(form.add_prefix, form.fields)
            if not name.endswith("-password")
            for value in self.data.getlist(name)
        ]

    def save(self) -> User:
        *about_team, user = self.forms
        team = Team(**{name: value for form in about_team for name, value in form.cleaned_data.items()})
        return start_team(team=team, **user.cleaned_data)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    if User.objects.exists():
        raise Http404
    steps = Steps(request.POST)
    if request.method != "POST":
        return _show(request, steps, 0)
    if "back" in request.POST:
        return _show(request, steps, max(steps.current - 1, 0))
    if (wrong := steps.first_wrong()) is not None:
        return _show(request, steps, wrong, form=steps.forms[wrong])
    if steps.current < LAST:
        return _show(request, steps, steps.current + 1)
    try:
        login(request, steps.save())
    except AlreadyStarted:
        return redirect("home")
    return redirect("followups:today")


def _show(
    request: HttpRequest, steps: Steps, number: int, *, form: forms.ModelForm | None = None
) -> HttpResponse:
    context = {
        "form": form or steps.fresh(number),
        "number": number,
        "is_last": number == LAST,
        "titles": [kind.title for kind in STEPS],
        "carried": steps.carried(number),
    }
    return render(request, "team/start.html", context, status=422 if form else 200)
