"""Words for common situations to begin with, in the languages of customers."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.team.models import Team
from feedback.models import Script, Ticket


@dataclass(frozen=True)
class Preset:
    key: str
    name: str | Promise
    kind: str
    texts: dict[str, str]

    def script(self, team: Team, language: str) -> Script:
        """Not saved."""
        return Script(
            team=team, name=str(self.name), kind=self.kind, language=language, text=self.texts[language]
        )


PRESETS = [
    Preset(
        "received",
        _("We look into it"),
        "",
        {
            "en": "thank you for your message. I am looking into it myself and will write to you "
            "by tomorrow evening, also if I should not know everything by then.",
            "de": "vielen Dank für Ihre Nachricht. Ich kümmere mich selbst darum und schreibe Ihnen "
            "spätestens morgen Abend, auch wenn ich bis dahin noch nicht alles weiß.",
            "ka": "გმადლობთ წერილისთვის. ამ საკითხს პირადად ვარკვევ და ხვალ საღამომდე მოგწერთ, "
            "მაშინაც კი, თუ მანამდე ყველაფერი არ მეცოდინება.",
        },
    ),
    Preset(
        "damaged",
        _("Goods arrived damaged"),
        Ticket.Kind.COMPLAINT,
        {
            "en": "I am sorry that your goods did not arrive as they should. We replace what is "
            "damaged at no charge. Please send me one or two pictures and the number of pieces; "
            "the replacement then leaves the next working day.",
            "de": "es tut mir leid, dass Ihre Ware nicht so angekommen ist, wie sie sollte. "
            "Beschädigtes ersetzen wir kostenlos. Schicken Sie mir bitte ein oder zwei Bilder und die Stückzahl; "
            "der Ersatz verlässt dann am nächsten Arbeitstag unser Haus.",
            "ka": "ვწუხვარ, რომ საქონელი დაზიანებული მიიღეთ. დაზიანებულს უფასოდ შეგიცვლით. "
            "გთხოვთ, გამომიგზავნოთ ერთი ან ორი ფოტო და მიუთითოთ რაოდენობა; "
            "ახალს მომდევნო სამუშაო დღეს გამოგიგზავნით.",
        },
    ),
    Preset(
        "missed",
        _("Not reached for the call back"),
        Ticket.Kind.CALLBACK,
        {
            "en": "I called as agreed but did not reach you. When does it suit you today or tomorrow? "
            "An hour is enough, I will be there.",
            "de": "ich habe wie vereinbart angerufen, Sie aber nicht erreicht. "
            "Wann passt es Ihnen heute oder morgen? Eine Uhrzeit genügt, ich melde mich dann.",
            "ka": "შეთანხმებულ დროს დაგირეკეთ, მაგრამ ვერ დაგიკავშირდით. "
            "დღეს ან ხვალ რომელ საათზე გეცლებათ? საათის მითითებაც საკმარისია, დაგირეკავთ.",
        },
    ),
]


def find_preset(key: str) -> Preset | None:
    return next((preset for preset in PRESETS if preset.key == key), None)
