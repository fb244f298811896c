"""What one presses on the result slip, as markup: outcomes and quick dates. Every sheet has them."""

from django.utils.safestring import SafeString

from contacts.models import Entry
from crm.markup import fill, join
from crm.templatetags.ringbinder import icon
from followups.forms import ResultForm
from followups.quick import QuickDate
from followups.sheet import Sheet

OUTCOME = (
    '<label class="rb-opt"><input type="radio" name="outcome" value="{value}"{checked}>'
    "<span>{icon}{label}</span></label>"
)
QUICK = (
    '<label class="rb-date{look}" data-wd="{hue}"><input type="radio" name="next" value="{key}" data-key="{to}"'
    ' data-button="{button}"{kind}{rhythm}{checked}><span><b>{label}{about}</b><small>{short}</small></span></label>'
)
KIND = ' data-kind="{kind}"'
ABOUT = "<i> · {about}</i>"
CHECKED, IN_RHYTHM, NOTHING = map(SafeString, (" checked", " data-rhythm", ""))
ICONS = {
    Entry.Outcome.AGREED: "check",
    Entry.Outcome.BOUGHT: "buy",
    Entry.Outcome.OFFER: "offer",
    Entry.Outcome.MISSED: "x",
    Entry.Outcome.LATER: "clock",
    Entry.Outcome.REFUSED: "bad",
}


def outcomes(form: ResultForm) -> SafeString:
    """How a talk may end, the one chosen pressed."""
    chosen = form["outcome"].value()
    return join(
        fill(
            OUTCOME,
            value=outcome.value,
            checked=CHECKED if outcome == chosen else NOTHING,
            icon=icon(ICONS[outcome]),
            label=outcome.label,
        )
        for outcome in Entry.Outcome
    )


def quick_dates(form: ResultForm) -> SafeString:
    """The days most often agreed, each with what lies there."""
    return _dates(form.quick, form)


def next_tries(sheet: Sheet) -> SafeString:
    """The same for when nobody was reached."""
    return _dates(sheet.tries, sheet.form, look=" rb-date--try")


def _dates(dates: list[QuickDate], form: ResultForm, *, look: str = "") -> SafeString:
    chosen = form["next"].value()
    return join(_quick(choice, is_chosen=choice.key == chosen, look=look) for choice in dates)


def _quick(choice: QuickDate, *, is_chosen: bool, look: str) -> SafeString:
    to = choice.to
    return fill(
        QUICK,
        look=look + (" rb-date--over" if to.is_full else ""),
        hue=to.hue,
        key=choice.key,
        to=to.key,
        button=to.button,
        kind=fill(KIND, kind=choice.kind) if choice.kind else NOTHING,
        checked=CHECKED if is_chosen else NOTHING,
        rhythm=IN_RHYTHM if choice.about else NOTHING,
        label=choice.label,
        about=fill(ABOUT, about=choice.about) if choice.about else NOTHING,
        short=to.short,
    )
