"""As whom the demo's team writes, on which grounds, and with which letters."""

from datetime import datetime, timedelta
from random import Random

from contacts.letters.presets import PRESETS
from contacts.models import Customer, LegalBasis, Letter, LetterText
from crm.mail.models import Sender, Suppression
from crm.team.models import Team, User
from followups.demo.kessler import CARD
from segmentation.quarters import today_of

ADDRESS = "Carton & Co GmbH\nKartonweg 3, 55116 Mainz, Germany"
CONSENT = "Yes, please send me offers and news by e-mail. I can withdraw this at any time."
NOTICE = (
    "We use your address to tell you of goods like those you bought. You may object at any time, "
    "at no other cost than that of sending the objection."
)
# (kind, what was said, where, days ago, of 100 customers)
BASES = (
    (LegalBasis.Kind.CONSENT, CONSENT, "order form on the web", 430, 52),
    (LegalBasis.Kind.CONSENT, CONSENT, "card filled in at the ProWein fair", 610, 14),
    (LegalBasis.Kind.CUSTOMER, NOTICE, "order confirmation", 390, 24),
)
OPTED_OUT, BOUNCED = 7, 2
LAST = "Last reminder"
LAST_TEXTS = {
    "en": (
        "Shall we leave it at that?",
        "I have written to you twice and do not want to be a nuisance: this is my last letter for now.\n\n"
        "Your prices of last time hold for another two weeks. If you order by then, mention **{code}**.",
    ),
    "de": (
        "Sollen wir es dabei belassen?",
        "ich habe Ihnen zweimal geschrieben und möchte nicht lästig sein: Das ist vorerst mein letzter Brief.\n\n"
        "Ihre Preise vom letzten Mal gelten noch zwei Wochen. Wenn Sie bis dahin bestellen, "
        "nennen Sie **{code}**.",
    ),
    "ka": (
        "დავტოვოთ ასე?",
        "ორჯერ მოგწერეთ და არ მსურს შეგაწუხოთ: ეს ჯერჯერობით ჩემი ბოლო წერილია.\n\n"
        "ბოლო შეკვეთის ფასები კიდევ ორი კვირა ძალაშია. თუ მანამდე შეუკვეთავთ, მიუთითეთ კოდი **{code}**.",
    ),
}


def make_sender(team: Team) -> Sender:
    """It keeps all mail on this machine."""
    return Sender.objects.create(
        team=team,
        name="Carton & Co",
        email="office@carton-co.example",
        reply_to="answers@carton-co.example",
        postal_address=ADDRESS,
        stays_here=True,
    )


def make_letters(team: Team) -> dict[str, Letter]:
    """By key: the presets, and the last one of a series, in all languages."""
    made = {preset.key: preset.letter(team) for preset in PRESETS}
    like = {text.language: text.body for text in made["reminder"][1]}
    last = Letter(team=team, name=LAST, is_advertising=True)
    texts = [
        LetterText(letter=last, language=language, subject=subject, body=_framed(like[language], body))
        for language, (subject, body) in LAST_TEXTS.items()
    ]
    made["last"] = (last, texts)
    for letter, _texts in made.values():
        letter.save()
    LetterText.objects.bulk_create(text for _letter, texts in made.values() for text in texts)
    return {key: letter for key, (letter, _texts) in made.items()}


def _framed(like: str, body: str) -> str:
    """The body between greeting and closing of another letter in the same language."""
    paragraphs = like.split("\n\n")
    return "\n\n".join((paragraphs[0], body, paragraphs[-1]))


def give_grounds(team: Team, by: User, random: Random, now: datetime) -> None:
    """Most customers have consented or were told; one in ten has no ground; a few want no more advertising."""
    today = today_of(team, now)
    rows = [
        LegalBasis(
            team=team,
            kind=kind,
            text=text,
            source=source,
            given_on=today - timedelta(days),
            recorded_at=now - timedelta(days=days - 1),
            recorded_by=by,
        )
        for kind, text, source, days, _share in BASES
    ]
    bases = [*LegalBasis.objects.bulk_create(rows), None]
    shares = [share for *_rest, share in BASES]
    ids = list(team.customers.order_by("pk").values_list("pk", flat=True))
    drawn = random.choices(bases, [*shares, 100 - sum(shares)], k=len(ids))
    for basis in bases[:-1]:
        mine = [pk for pk, each in zip(ids, drawn, strict=True) if each is basis]
        Customer.objects.filter(pk__in=mine).update(legal_basis=basis)
    Customer.objects.filter(team=team, email=CARD["email"]).update(legal_basis=bases[0])
    _forbid(team, random, now)


def _forbid(team: Team, random: Random, now: datetime) -> None:
    hashes = team.customers.exclude(letter_hash="").exclude(email=CARD["email"]).order_by("pk")
    chosen = random.sample(list(hashes.values_list("letter_hash", flat=True).distinct()), OPTED_OUT + BOUNCED)
    Suppression.objects.bulk_create(
        Suppression(
            team=team,
            address_hash=hashed,
            reason=Suppression.Why.OPTED_OUT if n < OPTED_OUT else Suppression.Why.BOUNCED,
            made_at=now - timedelta(days=random.randint(20, 300)),
        )
        for n, hashed in enumerate(chosen)
    )
