"""What each kind of slip may do in one's own binder."""

from django import forms
from django.utils.translation import gettext as _

from crm.team.models import User
from followups.models import SlipWish
from followups.slips import SlipSource, all_sources


class SlipsForm(forms.Form):
    """One choice for each source there is."""

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        wishes = SlipWish.objects.by_source(user.pk)
        for source in all_sources():
            self.fields[source.name] = self._field(source, wishes.get(source.name, source.by_itself))

    @staticmethod
    def _field(source: SlipSource, wish: str) -> forms.ChoiceField:
        usual = _("%(what)s, as usual") % {"what": SlipWish.What(source.by_itself).label}
        labels = dict(SlipWish.What.choices) | {source.by_itself: usual}
        return forms.ChoiceField(
            label=source.label, choices=list(labels.items()), initial=wish, widget=forms.RadioSelect
        )

    def save(self) -> None:
        """Keep what differs from what the slips do by themselves."""
        differing = {
            source.name: self.cleaned_data[source.name]
            for source in all_sources()
            if self.cleaned_data[source.name] != source.by_itself
        }
        self.user.slip_wishes.exclude(source__in=differing).delete()
        for source, what in differing.items():
            SlipWish.objects.update_or_create(user=self.user, source=source, defaults={"what": what})
