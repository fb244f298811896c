"""Letters to begin with, in every language, good enough to send as they are."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contacts.models import Letter, LetterText
from crm.team.models import Team

_CLOSE = {
    "en": "Kind regards,\n{manager}\n{team}, {manager_email}",
    "de": "Mit freundlichen Grüßen\n{manager}\n{team}, {manager_email}",
    "ka": "პატივისცემით,\n{manager}\n{team}, {manager_email}",
}


@dataclass(frozen=True)
class Preset:
    """`texts` are subject and body by language; greeting and closing are the same in all letters."""

    key: str
    name: str | Promise
    is_advertising: bool
    texts: dict[str, tuple[str, str]]

    def letter(self, team: Team) -> tuple[Letter, list[LetterText]]:
        """The letter and its texts, not saved."""
        letter = Letter(team=team, name=str(self.name), is_advertising=self.is_advertising)
        return letter, [
            LetterText(letter=letter, language=language, subject=subject, body=_whole(language, body))
            for language, (subject, body) in self.texts.items()
        ]


def _whole(language: str, body: str) -> str:
    return f"{{greeting}}\n\n{body}\n\n{_CLOSE[language]}"


PRESETS = [
    Preset(
        "reminder",
        _("Time to reorder"),
        True,
        {
            "en": (
                "Is it time to restock?",
                "you last ordered from us on {last_purchase}, so your stock may be running low by now.\n\n"
                "If you reply to this mail with the quantity, I will prepare everything. "
                "And if something has changed at your end, tell me: we will find what fits.",
            ),
            "de": (
                "Ist es Zeit für Nachschub?",
                "Ihre letzte Bestellung bei uns war am {last_purchase}. "
                "Vielleicht geht Ihr Vorrat allmählich zur Neige.\n\n"
                "Antworten Sie einfach auf diese E-Mail und nennen Sie mir die Menge, dann bereite ich alles vor. "
                "Und wenn sich bei Ihnen etwas geändert hat, sagen Sie es mir: Wir finden, was passt.",
            ),
            "ka": (
                "ხომ არ დადგა მარაგის შევსების დრო?",
                "თქვენი ბოლო შეკვეთის თარიღია {last_purchase}, ამიტომ შესაძლოა, მარაგი უკვე იწურება.\n\n"
                "უბრალოდ უპასუხეთ ამ წერილს და მომწერეთ რაოდენობა, დანარჩენს მე მოვამზადებ. "
                "თუ თქვენთან რამე შეიცვალა, შემატყობინეთ: ერთად შევარჩევთ იმას, რაც გჭირდებათ.",
            ),
        },
    ),
    Preset(
        "offer",
        _("Reminder with an offer code"),
        True,
        {
            "en": (
                "For your next order: {code}",
                "we would be glad to work for you again. With the code **{code}** "
                "you get better terms on your next order.\n\n"
                "Mention it in your reply or when we speak on the phone.",
            ),
            "de": (
                "Für Ihre nächste Bestellung: {code}",
                "wir würden gern wieder für Sie arbeiten. Mit dem Code **{code}** "
                "erhalten Sie Ihre nächste Bestellung zu besseren Konditionen.\n\n"
                "Nennen Sie ihn in Ihrer Antwort oder am Telefon.",
            ),
            "ka": (
                "თქვენი შემდეგი შეკვეთისთვის: {code}",
                "მოხარული ვიქნებით, თუ კვლავ ვითანამშრომლებთ. კოდით **{code}** "
                "შემდეგ შეკვეთას უკეთესი პირობებით მიიღებთ.\n\n"
                "მიუთითეთ იგი საპასუხო წერილში ან დაგვისახელეთ ტელეფონით.",
            ),
        },
    ),
    Preset(
        "thanks",
        _("Thank you for your order"),
        False,
        {
            "en": (
                "Thank you for your order",
                "thank you for your order. If anything is not as you expected, write to me: "
                "I will see to it myself.",
            ),
            "de": (
                "Vielen Dank für Ihre Bestellung",
                "vielen Dank für Ihre Bestellung. Sollte etwas nicht so sein, wie Sie es erwartet haben, "
                "schreiben Sie mir: Ich kümmere mich selbst darum.",
            ),
            "ka": (
                "მადლობა შეკვეთისთვის",
                "გმადლობთ შეკვეთისთვის. თუ რამე ისე არ არის, როგორც ელოდით, მომწერეთ: "
                "პირადად მივხედავ ამ საკითხს.",
            ),
        },
    ),
    Preset(
        "missed",
        _("Not reached by phone"),
        False,
        {
            "en": (
                "I tried to call you",
                "I tried to reach you by phone today. When would be a good time to talk? "
                "A short answer to this mail is enough.",
            ),
            "de": (
                "Ich habe versucht, Sie anzurufen",
                "ich habe heute versucht, Sie telefonisch zu erreichen. Wann passt es Ihnen am besten? "
                "Eine kurze Antwort auf diese E-Mail genügt.",
            ),
            "ka": (
                "ვცადე თქვენთან დარეკვა",
                "დღეს ვცადე თქვენთან ტელეფონით დაკავშირება. როდის გექნებათ სასაუბროდ დრო? "
                "ამ წერილზე მოკლე პასუხიც საკმარისია.",
            ),
        },
    ),
]


def find_preset(key: str) -> Preset | None:
    return next((preset for preset in PRESETS if preset.key == key), None)
