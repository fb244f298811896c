"""Head and foot of letters: whole, in each language, as HTML and as plain text."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.utils import translation

from crm.mail.actions import Content, Recipient, compose
from crm.mail.kinds import Kind
from crm.mail.letterhead import opening_of, unsubscribe_url
from crm.mail.models import Sender
from crm.mail.tokens import UNSUBSCRIBE, public_id_of
from crm.team.models import Team
from tests.factories import NOW

KIND = Kind("letter", "Letter")
CONTENT = Content(
    subject="Your <boxes> & bags",
    text="Dear Barbara,\n\nthe boxes are ready.",
    html="<p>Dear Barbara,</p>\n<p>the boxes are ready.</p>",
)
FOOT = {
    "en": (
        "You get this mail because you are our customer or have asked for it.",
        "No more such mail:",
        "No more such mail, please",
    ),
    "de": (
        "Sie erhalten diese E-Mail, weil Sie bei uns einkaufen oder darum gebeten haben.",
        "Keine solchen E-Mails mehr:",
        "Bitte keine solchen E-Mails mehr",
    ),
    "ka": (
        "თქვენ იღებთ ამ წერილს, რადგან ჩვენი მომხმარებელი ხართ ან თავად მოითხოვეთ იგი.",
        "ასეთი წერილების შეწყვეტა:",
        "გთხოვთ, ასეთი წერილები აღარ გამომიგზავნოთ",
    ),
}


def a_sender():
    return Sender(
        team=Team(pk=1),
        name="Lindner & Co",
        email="office@lindner.example",
        postal_address="Lindner GmbH,\nAm Zollhafen 8\n55118 Mainz",
    )


def mail(language="en", *, advertising=True, sender=None, content=CONTENT):
    to = Recipient(name="Barbara", email="b@kessler.example", language=language, id=7, basis="consent")
    return compose(
        sender=sender or a_sender(), kind=KIND, key="k", to=to, content=content, now=NOW,
        valid_for=timedelta(days=1), advertising=advertising,
    )  # fmt: skip


class Seen(HTMLParser):
    """What a reader sees, the tags that are open, and the attributes of all."""

    def __init__(self, source):
        super().__init__()
        self.words, self.open, self.tags = [], [], []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"head", "style", "title"} & set(self.open):
            self.words.append(data)

    @property
    def text(self):
        return re.sub(r"\s*\n\s*", "\n", "".join(self.words)).strip()


@pytest.mark.parametrize("language", FOOT)
def test_an_advertising_letter_whole(language):
    why, no_more, please = FOOT[language]
    sent = mail(language)
    url = unsubscribe_url(sent.public_id)
    assert sent.text.split("\n\n") == [
        "Dear Barbara,",
        "the boxes are ready.",
        "--\nLindner & Co\nLindner GmbH, Am Zollhafen 8, 55118 Mainz",
        f"{why}\n{no_more} {url}\n",
    ]
    seen = Seen(sent.html)
    assert seen.open == []
    assert seen.text.split("\n") == [
        "the boxes are ready.",  # hidden: beside the subject in the list of mails
        "Lindner & Co",
        "Dear Barbara,",
        "the boxes are ready.",
        f"Lindner GmbH, Am Zollhafen 8, 55118 Mainz{why} {please}",
    ]
    assert ("a", {"href": url, "style": "color:#445069"}) in seen.tags
    assert ("html", {"lang": language}) in seen.tags


@pytest.mark.parametrize("language", FOOT)
def test_a_letter_that_does_not_advertise_has_the_address_alone(language):
    sent = mail(language, advertising=False)
    assert sent.text == (
        "Dear Barbara,\n\nthe boxes are ready.\n\n--\nLindner & Co\nLindner GmbH, Am Zollhafen 8, 55118 Mainz\n"
    )
    assert "/u/" not in sent.html + sent.text
    assert Seen(sent.html).text.endswith("\nLindner GmbH, Am Zollhafen 8, 55118 Mainz")


def test_it_is_made_for_mail_programs():
    sent = mail()
    tags = Seen(sent.html).tags
    assert not [tag for tag, _attrs in tags if tag in ("script", "link", "img", "form", "svg")]
    assert [attrs["width"] for tag, attrs in tags if tag == "table"] == ["100%", "600"]
    assert all(attrs["role"] == "presentation" for tag, attrs in tags if tag == "table")
    assert ("meta", {"name": "color-scheme", "content": "light dark"}) in tags
    assert "@media (prefers-color-scheme: dark)" in sent.html
    assert "<title>Your &lt;boxes&gt; &amp; bags</title>" in sent.html
    assert len(sent.html) < 6000


def test_every_class_that_darkens_is_there():
    styled = set(re.findall(r"\.([a-z]+)", mail().html.partition("<style>")[2].partition("</style>")[0]))
    used = {name for _tag, attrs in Seen(mail().html).tags for name in attrs.get("class", "").split()}
    # See the test of a link alone in tests/contacts/test_letters.py, and that of what the mail says in
    # tests/feedback/test_asking.py.
    assert styled - used == {"button", "bad", "neutral", "good"}


def test_the_frame_is_drawn_once_for_many(monkeypatch):
    sender = a_sender()
    first = mail(sender=sender)
    monkeypatch.setattr("crm.mail.letterhead.render_to_string", None)
    second = mail(sender=sender)
    assert first.text != second.text
    assert (
        public_id_of(second.text.split("/u/")[1].strip().rstrip("/"), purpose=UNSUBSCRIBE) == second.public_id
    )


def test_the_language_of_the_colleague_at_the_screen_does_not_matter():
    with translation.override("ka"):
        assert FOOT["de"][0] in mail("de").text


def test_an_opening_leaves_the_greeting_out():
    assert opening_of("Dear B,\n\nthe  boxes\nare ready.\n\nBye") == "the boxes are ready. Bye"
    assert opening_of("Only this") == "Only this"
    assert len(opening_of("Dear B,\n\n" + "word " * 100)) <= 110


def test_letters_with_gaps_in_their_words_stay_whole():
    content = Content(subject="a\x00b", text="c\x01d\x00e", html="<p>c\x01d</p>")
    sent = mail(content=content)
    assert sent.html.count("<p>c\x01d</p>") == 1
