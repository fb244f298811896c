"""The team's letters: read by all, changed by leads, looked at with a customer, tried on oneself."""

import pytest
from django.urls import reverse

from contacts.letters import check_body, check_subject
from contacts.letters.presets import PRESETS
from contacts.models import Letter
from crm.mail.models import LANGUAGES, OutgoingMail
from segmentation.models import Series, Step
from tests.factories import TODAY, make_customer, make_letter, make_purchase, make_sender

LETTERS = "/letters/"
NEW = "/letters/new/"
PREVIEW = "/letters/preview/"
EN = {
    "name": "Thanks",
    "subject_en": "Thank you, {name}",
    "body_en": "{greeting}\n\n**thank** you from {town}.",
}


@pytest.fixture
def client(lead, client_of):
    return client_of(lead)


def errors(response):
    return [error for errors in response.context["form"].errors.values() for error in errors]


def texts(letter):
    return {text.language: (text.subject, text.body) for text in letter.texts.all()}


# --- the list


def test_all_letters_with_their_languages(client, team):
    make_letter(team=team, name="Thanks", en=("Thank you", "x"), de=("Danke", "x"))
    make_letter(team=team, name="Reminder", is_advertising=True, ka=("დრო", "x"))
    make_letter(name="Of another team")
    response = client.get(LETTERS)
    assert [(each.name, each.languages) for each in response.context["letters"]] == [
        ("Reminder", "ქართული"),
        ("Thanks", "English, Deutsch"),
    ]
    assert b"Of another team" not in response.content


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_queries_however_long(client, team, number, django_assert_num_queries):
    for _each in range(number):
        make_letter(team=team)
    client.get(LETTERS)
    with django_assert_num_queries(5):
        client.get(LETTERS)


def test_a_team_without_letters_is_offered_some(client, client_of, nino):
    body = client.get(LETTERS).content.decode()
    assert all(f'href="{NEW}?like={preset.key}"' in body for preset in PRESETS)
    assert NEW not in client_of(nino).get(LETTERS).content.decode()


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_presets_are_whole_in_every_language(preset):
    assert set(preset.texts) == {code for code, _own in LANGUAGES}
    for subject, body in preset.texts.values():
        check_subject(subject)
        check_body(body)


def test_a_preset_is_saved_as_it_is_offered(client, lead):
    form = client.get(NEW, {"like": "reminder"}).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    assert client.post(NEW, sent | {"is_advertising": "on"}).url == LETTERS
    letter = Letter.objects.get()
    assert (letter.team, letter.name, letter.is_advertising) == (lead.team, "Time to reorder", True)
    assert texts(letter)["de"][0] == "Ist es Zeit für Nachschub?"
    assert texts(letter)["ka"][1].endswith("\n\nპატივისცემით,\n{manager}\n{team}, {manager_email}")


# --- writing one


def test_a_letter_is_written_changed_and_loses_a_language(client):
    client.post(NEW, EN | {"subject_de": "Danke", "body_de": "Vielen Dank"})
    letter = Letter.objects.get()
    assert texts(letter) == {"en": (EN["subject_en"], EN["body_en"]), "de": ("Danke", "Vielen Dank")}
    client.post(letter.get_absolute_url(), EN | {"name": "Thank you", "subject_en": "Hello"})
    letter.refresh_from_db()
    assert (letter.name, texts(letter)) == ("Thank you", {"en": ("Hello", EN["body_en"])})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "Taken"}, "The team already has a letter of this name."),
        ({"subject_en": "{nmae}"}, "There is no field {nmae}. Did you mean {name}?"),
        ({"body_en": "{{name}}"}, "A brace stands alone. Braces are for fields, such as {name}; "
         "the sign itself is written \\{ or \\}."),
        ({"body_en": "[x](y)"}, "The link to “y” leads nowhere. Begin its address with https:// or mailto:."),
        ({"subject_en": ""}, "Write a subject in English, too."),
        ({"body_en": ""}, "Write a text in English, too."),
        ({"subject_de": "Danke"}, "Write a text in Deutsch, too."),
        ({"subject_en": "", "body_en": ""}, "Write the letter in one language at least."),
    ],
)  # fmt: skip
def test_what_cannot_be_saved_is_explained_and_kept(client, team, changes, said):
    make_letter(team=team, name="Taken")
    make_letter(name="Thanks")  # of another team: no matter
    response = client.post(NEW, EN | changes)
    assert (response.status_code, errors(response)) == (422, [said])
    form = response.context["form"]
    assert {name: form[name].value() for name in EN} == EN | {key: changes.get(key, EN[key]) for key in EN}
    assert Letter.objects.filter(team=team).count() == 1


def test_a_letter_is_kept_from_managers_but_read_by_them(client_of, nino, team):
    letter = make_letter(team=team, name="Thanks")
    client = client_of(nino)
    body = client.get(letter.get_absolute_url()).content.decode()
    assert "Letters of the team are changed by its leads." in body
    assert "Save the letter" not in body
    delete = reverse("contacts:letter_delete", args=[letter.pk])
    posts = [client.post(url, EN).status_code for url in (letter.get_absolute_url(), NEW, delete)]
    assert (posts, client.get(NEW).status_code) == ([403, 403, 403], 403)


def test_a_stranger_finds_no_letter(client, db):
    letter = make_letter()
    urls = [letter.get_absolute_url(), reverse("contacts:letter_delete", args=[letter.pk])]
    assert [client.get(url).status_code for url in urls] == [404, 404]
    assert [client.post(url, EN).status_code for url in urls] == [404, 404]
    assert Letter.objects.count() == 1


def test_a_letter_is_deleted_after_a_question(client, team):
    url = reverse("contacts:letter_delete", args=[make_letter(team=team).pk])
    client.get(url)
    assert Letter.objects.count() == 1
    assert client.post(url).url == LETTERS
    assert not Letter.objects.exists()


def test_a_letter_that_a_series_sends_stays(client, team, lead):
    letter = make_letter(team=team, name="Reminder")
    series = Series.objects.create(team=team, name="Spring", made_by=lead)
    Step.objects.create(series=series, position=1, letter=letter)
    response = client.post(reverse("contacts:letter_delete", args=[letter.pk]))
    assert response.status_code == 409
    assert "A series of reminders sends this letter, so it cannot be deleted." in response.content.decode()
    assert texts(letter)["en"]


# --- looking at it


def seen(client, **form):
    response = client.post(PREVIEW, form)
    assert response.status_code == 200
    assert response.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    return response.content.decode()


def test_it_is_seen_as_the_customer_who_was_asked_for_would_see_it(client, lead):
    make_customer(owner=lead, name="Aachen Ltd")
    kessler = make_customer(
        owner=lead,
        name="Kessler",
        town="Graz",
        country="AT",
        email="k@kessler.example",
        person="Barbara Kessler",
    )
    make_purchase(customer=kessler, bought_on=TODAY)
    form = EN | {
        "subject_de": "Danke {name}",
        "body_de": "{greeting}\n\nam {last_purchase}, {code}",
        "who": "kess",
    }
    body = seen(client, **form)
    assert '<b lang="de">Danke Barbara Kessler</b>' in body
    assert "to Barbara Kessler, k@kessler.example" not in body
    assert "to Kessler, k@kessler.example" in body
    assert "Guten Tag Barbara Kessler,\n\nam 17. November 2026, BOX7K2M\n" in body
    assert "Nothing is known" not in body
    assert '<b lang="en">Thank you, Barbara Kessler</b>' in seen(client, language="en", **form)


def test_without_a_question_it_is_one_of_ones_own_else_a_made_up_customer(client, client_of, lead, nino):
    make_customer(owner=nino, name="Ninos")
    assert "with words of a made-up customer" in seen(client, **EN)
    make_customer(owner=lead, name="Leads")
    body = seen(client, **EN)
    assert '<b lang="en">Thank you, Leads</b>' in body
    assert "to Leads, who has no e-mail address" in body
    assert "Nothing is known of this customer for: town" in body


def test_a_letter_that_advertises_shows_its_way_out(client, team):
    make_sender(team=team, postal_address="Am Hof 1, Mainz")
    assert "/u/" not in seen(client, **EN)
    body = seen(client, is_advertising="on", **EN)
    assert "/u/" in body
    assert "Am Hof 1, Mainz" in body


def test_what_is_wrong_is_said_instead(client):
    body = seen(client, **EN | {"body_en": "{nmae}", "name": ""})
    assert "Did you mean {name}?" in body
    assert "required" not in body


def test_nobody_sees_a_letter_with_another_teams_customer(client, stranger):
    make_customer(owner=stranger, name="Secret")
    assert "Secret" not in seen(client, who="Secret", **EN)


def test_html_in_a_name_is_only_shown(client, lead):
    make_customer(owner=lead, name="<script>x</script>")
    assert "<script>" not in seen(client, **EN)


def test_names_are_offered_while_one_types(client, lead, stranger):
    make_customer(owner=lead, name="Kessler & Co", town="Graz")
    make_customer(owner=stranger, name="Kessler of others")
    body = client.get("/letters/who/", {"who": "kess"}).content.decode()
    assert body.strip() == '<option value="Kessler &amp; Co">Graz</option>'
    assert client.get("/letters/who/").content.strip() == b""


# --- a trial to oneself


def test_a_trial_goes_to_oneself_and_says_so_and_loses_nothing(client, lead):
    make_sender(team=lead.team, name="Lindner")
    make_customer(owner=lead, name="Kessler", town="Graz")
    response = client.post(NEW, EN | {"do": "trial", "is_advertising": "on"})
    mail = OutgoingMail.objects.get()
    assert (mail.kind, mail.to_email, mail.recipient_id) == ("trial", "lena@team.example", None)
    assert (mail.subject, mail.is_advertising) == ("Trial: Thank you, Kessler", False)
    assert mail.text.startswith("Good day,\n\nthank you from Graz.\n")
    assert response.status_code == 200
    assert response.context["form"]["body_en"].value() == EN["body_en"]
    assert "A trial is on its way to lena@team.example." in response.content.decode()
    assert not Letter.objects.exists()


def test_without_a_sender_there_is_no_trial(client):
    response = client.post(NEW, EN | {"do": "trial"})
    assert response.status_code == 409
    assert 'href="/settings/mail/"' in response.content.decode()
    assert not OutgoingMail.objects.exists()
