"""What a domain says of who may send in its name: SPF, DKIM and DMARC, asked of a resolver that answers from a dict."""

import base64
import socket
import threading

import dns.message
import dns.resolver
import dns.rrset
import pytest

from crm.mail.dns import Dns
from crm.mail.domain import (
    NoAnswer,
    NoSuchName,
    Report,
    Verdict,
    check,
    check_dkim,
    check_dmarc,
    check_spf,
    count_lookups,
    parse_tags,
)
from crm.mail.models import Sender
from tests.factories import make_sender

OWN = "carton.example"
KEY = base64.b64encode(bytes(294)).decode()  # as long as one of 2048 bits
SENDER = Sender(email="office@carton.example", dkim_selector="s1")
ALL_WELL = {
    OWN: ["v=spf1 include:_spf.post.example -all", "some-site-verification=1"],
    "_spf.post.example": ["v=spf1 ip4:192.0.2.0/24 ~all"],
    "s1._domainkey.carton.example": [f"v=DKIM1; k=rsa; p={KEY}"],
    "_dmarc.carton.example": ["v=DMARC1; p=quarantine; rua=mailto:dmarc@carton.example"],
}
GOOD, ADVICE, BAD, UNKNOWN = Verdict.GOOD, Verdict.ADVICE, Verdict.BAD, Verdict.UNKNOWN


class Told:
    """A resolver that answers from a dict; None stands for a server that does not answer."""

    def __init__(self, records: dict[str, list[str] | None]) -> None:
        self.records = records
        self.asked: list[str] = []

    def txt(self, name: str) -> list[str]:
        self.asked.append(name)
        records = self.records.get(name, [])
        if records is None:
            raise NoAnswer
        return records


def spf(*records: str, server: str = "", **others: list[str]):
    return check_spf(OWN, Told({OWN: list(records)} | others), server=server)


def dkim(*records: str):
    return check_dkim(OWN, "s1", Told({"s1._domainkey.carton.example": list(records)}))


def dmarc(*records: str):
    return check_dmarc(OWN, Told({"_dmarc.carton.example": list(records)}), report_to="office@carton.example")


def verdicts(report: Report) -> list[Verdict]:
    return [finding.verdict for _title, _about, finding in report.all]


def test_a_domain_that_has_all_it_needs():
    report = check(SENDER, resolver=Told(ALL_WELL))
    assert (verdicts(report), report.is_good) == ([GOOD, GOOD, GOOD], True)
    assert report.spf.found == ("v=spf1 include:_spf.post.example -all",)
    assert [finding.add for _title, _about, finding in report.all] == ["", "", ""]


def test_a_domain_that_says_nothing_is_told_what_to_add():
    report = check(SENDER, resolver=Told({}))
    assert (verdicts(report), report.is_good) == ([BAD, BAD, BAD], False)
    assert [(finding.name, finding.add) for _title, _about, finding in report.all] == [
        ("carton.example", "v=spf1 include:spf.your-provider.example ~all"),
        ("s1._domainkey.carton.example", "v=DKIM1; k=rsa; p=…"),
        ("_dmarc.carton.example", "v=DMARC1; p=none; rua=mailto:office@carton.example"),
    ]


def test_where_nobody_answers_each_says_so_and_no_record_is_proposed():
    names = ("carton.example", "s1._domainkey.carton.example", "_dmarc.carton.example")
    report = check(SENDER, resolver=Told(dict.fromkeys(names)))
    assert verdicts(report) == [UNKNOWN, UNKNOWN, UNKNOWN]
    assert "The DNS gave no answer." in report.spf.says
    assert report.spf.add == ""


def test_one_that_is_not_answered_does_not_hide_the_others():
    assert verdicts(check(SENDER, resolver=Told(ALL_WELL | {OWN: None}))) == [UNKNOWN, GOOD, GOOD]


# --- SPF


def test_a_server_of_ones_own_is_named_in_the_proposal():
    assert spf(server="mail.carton.example").add == "v=spf1 a:mail.carton.example ~all"


@pytest.mark.parametrize("server", ["localhost", "mailhub", "127.0.0.1"])
def test_a_server_that_not_everybody_knows_by_its_name_is_not(server):
    assert spf(server=server) == spf()
    assert "write what your mail provider names" in spf(server=server).hints[0]
    two = ("v=spf1 mx ~all", "v=spf1 a ~all")
    assert spf(*two, server=server) == spf(*two)


@pytest.mark.parametrize(
    ("record", "verdict", "proposal"),
    [
        ("v=spf1 mx -all", GOOD, ""),
        ("V=SPF1 MX ~ALL", GOOD, ""),
        ("v=spf1 redirect=_spf.post.example", GOOD, ""),
        ("v=spf1 mx +all", BAD, "v=spf1 mx ~all"),
        ("v=spf1 mx all", BAD, "v=spf1 mx ~all"),
        ("v=spf1 mx", ADVICE, "v=spf1 mx ~all"),
        ("v=spf1 mx ?all", ADVICE, "v=spf1 mx ~all"),
        ("v=spf1", ADVICE, "v=spf1 ~all"),
        ("v=spf10 mx -all", BAD, "v=spf1 include:spf.your-provider.example ~all"),
    ],
)
def test_how_an_spf_record_ends(record, verdict, proposal):
    found = spf(record, **{"_spf.post.example": ["v=spf1 -all"]})
    assert (found.verdict, found.add) == (verdict, proposal)


def test_two_spf_records_become_one():
    found = spf("v=spf1 mx -all", "v=spf1 include:_spf.post.example mx ~all")
    assert (found.verdict, found.add) == (BAD, "v=spf1 mx include:_spf.post.example ~all")
    assert len(found.found) == 2


def test_an_include_without_a_record_breaks_all_of_it():
    found = spf("v=spf1 include:gone.example -all")
    assert (found.verdict, "“gone.example”" in found.says) == (BAD, True)


def test_an_include_that_cannot_be_asked_is_not_held_against_it():
    assert (
        check_spf(OWN, Told({OWN: ["v=spf1 include:slow.example -all"], "slow.example": None})).verdict
        == GOOD
    )


def test_the_server_that_sends_is_spoken_of_when_it_is_not_named():
    assert "smtp.post.example" in spf("v=spf1 mx -all", server="smtp.post.example").hints[0]
    assert spf("v=spf1 a:SMTP.post.example -all", server="smtp.post.example").hints == ()


@pytest.mark.parametrize(
    ("record", "cost"),
    [
        ("v=spf1 ip4:192.0.2.1 ip6:2001:db8::/32 -all", 0),
        ("v=spf1 a mx ptr a:x.example mx:x.example/24 exists:%{i}.x.example ~all", 6),
        ("v=spf1 +a ?mx/24 -all", 2),
        ("v=spf1 amx.example all exp=why.example", 0),
        ("v=spf1 include:two.example -all", 3),
        ("v=spf1 include:two.example include:two.example redirect=two.example", 5),
        ("v=spf1 include:%{d}.x.example -all", 1),
        ("v=spf1 include:loop.example -all", 2),
    ],
)
def test_lookups_are_counted_through_all_that_is_included(record, cost):
    records = {"two.example": ["v=spf1 a mx -all"], "loop.example": ["v=spf1 include:loop.example -all"]}
    assert count_lookups(record, Told(records)) == (cost, "")


@pytest.mark.parametrize(("number", "verdict"), [(10, GOOD), (11, BAD)])
def test_more_than_ten_lookups_are_too_many(number, verdict):
    includes = " ".join(f"a:{n}.example" for n in range(number))
    assert spf(f"v=spf1 {includes} -all").verdict == verdict


def test_a_chain_without_end_is_asked_no_further_than_it_counts():
    chain = {f"{n}.example": [f"v=spf1 include:{n + 1}.example -all"] for n in range(1000)}
    resolver = Told(chain | {OWN: ["v=spf1 include:0.example -all"]})
    assert (check_spf(OWN, resolver).verdict, len(resolver.asked) <= 12) == (BAD, True)


# --- DKIM


@pytest.mark.parametrize(
    ("record", "verdict", "said"),
    [
        (f"v=DKIM1; k=rsa; p={KEY}", GOOD, "The key is there."),
        (f"p={KEY[:100]} {KEY[100:]}", GOOD, "The key is there."),
        ("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", GOOD, "The key is there."),
        (f"v=DKIM1; t=s; p={KEY}", GOOD, "The key is there."),
        (f"v=DKIM1; t=y:s; p={KEY}", ADVICE, "test"),
        (f"v=DKIM1; p={base64.b64encode(bytes(162)).decode()}", ADVICE, "short"),
        ("v=DKIM1; p=", BAD, "revoked"),
        ("v=DKIM1; k=rsa", BAD, "has no key"),
        (f"v=DKIM2; p={KEY}", BAD, "has no key"),
        ("v=DKIM1; p=MIIB***", BAD, "cannot be read"),
    ],
)
def test_a_key(record, verdict, said):
    found = dkim(record)
    assert (found.verdict, said in found.says, found.found) == (verdict, True, (record,))


def test_two_keys_under_one_selector():
    assert dkim(f"p={KEY}", "p=").verdict == BAD


def test_without_a_selector_nothing_is_asked():
    resolver = Told({})
    assert (check_dkim(OWN, "", resolver).verdict, resolver.asked) == (ADVICE, [])


# --- DMARC


@pytest.mark.parametrize(
    ("record", "verdict", "said", "hints"),
    [
        ("v=DMARC1; p=reject; rua=mailto:d@x.example", GOOD, "refused", 0),
        ("v=DMARC1; p=quarantine; rua=mailto:d@x.example", GOOD, "junk", 0),
        ("v=DMARC1; p=reject", GOOD, "refused", 1),
        ("v=DMARC1; p=Reject; pct=20; rua=mailto:d@x.example", GOOD, "refused", 1),
        ("v=DMARC1; p=none; rua=mailto:d@x.example", GOOD, "reports only", 1),
        ("v=DMARC1; p=none", ADVICE, "reports only", 2),
        ("v=DMARC1; p=maybe", BAD, "is none of", 0),
        ("v=DMARC1", BAD, "is none of", 0),
    ],
)
def test_a_policy(record, verdict, said, hints):
    found = dmarc(record)
    shown = 0 if verdict == BAD else len(found.hints)
    assert (found.verdict, said in found.says, shown) == (verdict, True, hints)


def test_two_policies_are_none():
    assert dmarc("v=DMARC1; p=none", "v=DMARC1; p=reject").verdict == BAD


def test_the_domain_above_speaks_for_those_below():
    resolver = Told({"_dmarc.carton.example": ["v=DMARC1; p=reject; sp=none; rua=mailto:d@x.example"]})
    found = check_dmarc("news.carton.example", resolver, report_to="d@x.example")
    assert (found.verdict, "reports only" in found.says) == (GOOD, True)
    assert resolver.asked == ["_dmarc.news.carton.example", "_dmarc.carton.example"]


def test_tags_are_read_as_the_standard_writes_them():
    assert parse_tags(" v=DMARC1 ;P = none;; rua=mailto:a@b.example?x=1") == {
        "v": "DMARC1",
        "p": "none",
        "rua": "mailto:a@b.example?x=1",
    }


# --- the page


@pytest.fixture
def page(client_of, lead):
    return client_of(lead)


@pytest.fixture
def answers(monkeypatch):
    """What the DNS says while the page asks."""
    records = dict(ALL_WELL)
    monkeypatch.setattr("crm.mail.dns.Dns", lambda: Told(records))
    return records


def test_nothing_is_asked_before_the_button_is_pressed(page, team, monkeypatch):
    make_sender(team=team)
    monkeypatch.setattr("crm.mail.dns.Dns", None)
    html = page.get("/outbox/domain/").content.decode()
    assert "Check carton.example now" in html
    assert "DMARC" not in html


def test_the_page_says_what_was_found_and_what_to_add(page, team, answers):
    make_sender(team=team, dkim_selector="s1")
    assert "has all it needs" in page.get("/outbox/domain/?check=1").content.decode()
    del answers["_dmarc.carton.example"]
    html = page.get("/outbox/domain/?check=1").content.decode()
    assert "v=spf1 include:_spf.post.example -all" in html
    assert "<code>v=DMARC1; p=none; rua=mailto:office@carton.example</code>" in html
    assert "has all it needs" not in html


def test_htmx_gets_the_findings_alone(page, team, answers):
    make_sender(team=team)
    htmx = {"HX-Request": "true", "HX-Target": "report"}
    part = page.get("/outbox/domain/?check=1", headers=htmx).content.decode()
    assert part.strip().startswith('<div id="report"')


def test_the_server_that_mail_is_handed_to_is_looked_for(page, team, answers, settings):
    settings.MAIL_CARRIER, settings.EMAIL_HOST = "smtp", "smtp.other.example"
    make_sender(team=team)
    assert "smtp.other.example" in page.get("/outbox/domain/?check=1").content.decode()


def test_without_a_sender_there_is_nothing_to_check(page, answers):
    html = page.get("/outbox/domain/?check=1").content.decode()
    assert "There is no address yet to check." in html


# --- a real question to a real server

PATIENCE = 60  # seconds; the machine is shared


@pytest.fixture
def nameserver():
    """Answers TXT on a port of this machine, from a dict; names that begin with "slow" it does not answer."""
    records = {"carton.example.": ['"v=spf1 mx" " -all"', '"other"']}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind(("127.0.0.1", 0))
        door.settimeout(0.1)
        is_open = threading.Event()
        is_open.set()
        server = threading.Thread(target=_serve, args=(door, records, is_open))
        server.start()
        yield door.getsockname()[1]
        is_open.clear()
        server.join()


def _serve(door, records, is_open):
    while is_open.is_set():
        try:
            asked, who = door.recvfrom(1024)
        except TimeoutError:
            continue
        query = dns.message.from_wire(asked)
        name = query.question[0].name.to_text()
        if name.startswith("slow"):
            continue
        answer = dns.message.make_response(query)
        if name in records:
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *records[name]))
        else:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        door.sendto(answer.to_wire(), who)


def test_the_dns_is_really_asked(nameserver):
    resolver = Dns(servers=["127.0.0.1"], port=nameserver, patience=PATIENCE)
    assert sorted(resolver.txt("carton.example")) == ["other", "v=spf1 mx -all"]
    with pytest.raises(NoSuchName):
        resolver.txt("nobody.example")


def test_of_a_domain_that_is_not_found_no_record_is_said_to_be_missing(nameserver):
    sender = Sender(email="me@nobody.example", dkim_selector="mail")
    report = check(sender, resolver=Dns(servers=["127.0.0.1"], port=nameserver, patience=PATIENCE))
    assert {(finding.verdict, finding.says, finding.add) for _title, _about, finding in report.all} == {
        (
            Verdict.UNKNOWN,
            "The domain nobody.example is not found from here. Is it spelled so, and is this machine online?",
            "",
        )
    }


def test_who_gets_no_answer_waits_a_moment_only(nameserver, monkeypatch):
    lifetimes, resolve = [], dns.resolver.Resolver.resolve

    def note(*args, lifetime, **options):
        lifetimes.append(lifetime)
        return resolve(*args, lifetime=lifetime, **options)

    monkeypatch.setattr(dns.resolver.Resolver, "resolve", note)
    resolver = Dns(servers=["127.0.0.1"], port=nameserver, patience=0.2)
    for name in ("slow.example", "carton.example"):  # for both together
        with pytest.raises(NoAnswer):
            resolver.txt(name)
    assert [lifetime for lifetime in lifetimes if lifetime > 0.2] == []


@pytest.mark.parametrize("name", ["a..example", "a" * 64 + ".example"])
def test_a_name_that_is_none_has_no_answer(nameserver, name):
    with pytest.raises(NoAnswer):
        Dns(servers=["127.0.0.1"], port=nameserver).txt(name)
