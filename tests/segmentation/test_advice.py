import pytest
from django.urls import reverse

from segmentation.advice import advice_of, our_words, points, said, slip_groups
from segmentation.models import Advice, Group

URL = reverse("segmentation:advice")


def fields(group, **kw):
    should, should_not = our_words(group)
    sent = {"should": should, "should_not": should_not, "contact_every": "", "slip_when_due": "on"} | kw
    return {"group": group} | {f"{group}-{name}": value for name, value in sent.items()}


@pytest.mark.parametrize("group", Group.values)
def test_we_propose_tone_and_offers_for_each_group(group):
    should, should_not = said(group, "", "")
    assert (should[0].startswith("Tone:"), any(line.startswith("Offers") for line in should)) == (True, True)
    assert len(should_not) >= 3
    assert all(len(text) <= 1000 for text in our_words(group))


def test_the_team_s_words_go_before_ours():
    assert said("vip", "Call on Fridays\n\n Bring wine ", "")[0] == ["Call on Fridays", "Bring wine"]
    assert said("vip", "", "")[1] == points(our_words("vip")[1])


def test_everybody_reads_and_only_leads_write(client_of, nino, lead):
    page = client_of(nino).get(URL).content.decode()
    assert ("One person who knows them" in page, "<textarea" in page) == (True, False)
    assert client_of(nino).post(URL, fields("vip")).status_code == 403
    assert client_of(lead).get(URL).content.decode().count("<textarea") == 10


def test_a_lead_writes_the_team_s_own(client_of, lead, nino):
    sent = fields("vip", should="Call on Fridays", contact_every="30", slip_when_due="")
    assert client_of(lead).post(URL, sent).url == URL
    row = Advice.objects.get()
    assert (row.team, row.group, row.should, row.contact_every) == (lead.team, "vip", "Call on Fridays", 30)
    # What was left as we propose it stays ours, in every language.
    assert (row.should_not, row.slip_when_due) == ("", False)
    page = client_of(nino).get(URL).content.decode()
    assert ("Call on Fridays" in page, "contact every 30 days" in page) == (True, True)


def test_back_to_our_words_keeps_the_rhythm(client_of, lead):
    Advice.objects.create(team=lead.team, group="lost", should="Mine", contact_every=90)
    client_of(lead).post(URL, {"group": "lost", "ours": "1"})
    row = Advice.objects.get()
    assert (row.should, row.contact_every) == ("", 90)


@pytest.mark.parametrize(
    ("group", "change"), [("vip", {"contact_every": "0"}), ("lost", {"should": "x" * 1001})]
)
def test_what_cannot_be_is_asked_for_again_and_nothing_is_lost(client_of, lead, group, change):
    answer = client_of(lead).post(URL, fields(group, **{"should_not": "Mine"} | change))
    page = answer.content.decode()
    assert (answer.status_code, Advice.objects.count(), "rb-field__error" in page, ">\nMine</textarea>" in page) == (
        422, 0, True, True,
    )  # fmt: skip


@pytest.mark.parametrize("group", ["", "rich"])
def test_an_unknown_group_is_refused(client_of, lead, group):
    assert client_of(lead).post(URL, {"group": group}).status_code == 422


def test_each_team_has_its_own(client_of, lead, stranger):
    Advice.objects.create(team=lead.team, group="vip", should="Ours alone")
    assert "Ours alone" not in client_of(stranger).get(URL).content.decode()
    assert advice_of(stranger.team)["vip"].pk is None


def test_wrong_method(client_of, lead):
    assert client_of(lead).put(URL).status_code == 405


def test_slips_are_proposed_for_those_who_come_back(team):
    proposed = {group: advice.slip_when_due for group, advice in advice_of(team).items()}
    assert proposed == {"vip": True, "growing": True, "beginner": True, "one_time": False, "lost": False}
    assert slip_groups([team]) == {team.pk: {group for group, slip in proposed.items() if slip}}
