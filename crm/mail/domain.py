"""What a domain says in the DNS of who may send in its name: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489)."""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from crm.mail.models import Sender

MOST_LOOKUPS = 10  # RFC 7208, 4.6.4
SHORT_KEY = 200  # bytes; an RSA key of 1024 bits has 162, one of 2048 has 294
PLACEHOLDER = "include:spf.your-provider.example"


class NoAnswer(Exception):
    """The DNS could not be asked, or did not answer in time."""


class NoSuchName(Exception):
    """The DNS knows nothing of that name or below it."""


class Resolver(Protocol):
    def txt(self, name: str) -> list[str]:
        """The TXT records of that name, [] where there are none. NoAnswer where nobody knows, or NoSuchName."""


class Verdict(models.TextChoices):
    GOOD = "good", __("in order")
    ADVICE = "neutral", __("could be better")
    BAD = "bad", __("needs work")
    UNKNOWN = "unknown", __("could not be asked")


@dataclass(frozen=True)
class Finding:
    """`add` is the record to add or to put in place of the present one, "" if none; its `name` is where."""

    verdict: Verdict
    says: str
    found: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    name: str = ""
    add: str = ""


@dataclass(frozen=True)
class Report:
    domain: str
    spf: Finding
    dkim: Finding
    dmarc: Finding

    @property
    def all(self) -> tuple[tuple[str, str, Finding], ...]:
        return (
            ("SPF", _("Which servers may send for the domain"), self.spf),
            ("DKIM", _("The key with which mail is signed"), self.dkim),
            ("DMARC", _("What becomes of mail that has neither"), self.dmarc),
        )

    @property
    def is_good(self) -> bool:
        return all(finding.verdict == Verdict.GOOD for _title, _about, finding in self.all)


def check(sender: Sender, *, resolver: Resolver, server: str = "") -> Report:
    """`server` is the host mail is handed to, "" if there is none or it is a provider's."""
    domain = sender.domain
    if (finding := _unknown_domain(domain, resolver)) is not None:
        return Report(domain, finding, finding, finding)
    return Report(
        domain,
        spf=_asked(lambda: check_spf(domain, resolver, server=server)),
        dkim=_asked(lambda: check_dkim(domain, sender.dkim_selector, resolver)),
        dmarc=_asked(lambda: check_dmarc(domain, resolver, report_to=sender.email)),
    )


def _unknown_domain(domain: str, resolver: Resolver) -> Finding | None:
    """Records to add are of no use where the domain itself is not found: a slip, or a machine that sees little."""
    try:
        resolver.txt(domain)
    except NoSuchName:
        says = _(
            "The domain %(domain)s is not found from here. Is it spelled so, and is this machine online?"
        )
        return Finding(Verdict.UNKNOWN, says % {"domain": domain})
    except NoAnswer:
        pass  # said of each question by itself
    return None


def _txt(name: str, resolver: Resolver) -> list[str]:
    try:
        return resolver.txt(name)
    except NoSuchName:
        return []


def _asked(ask: Callable[[], Finding]) -> Finding:
    try:
        return ask()
    except NoAnswer:
        return Finding(
            Verdict.UNKNOWN, _("The DNS gave no answer. Is this machine online? Try again in a minute.")
        )


# --- SPF


def check_spf(domain: str, resolver: Resolver, *, server: str = "") -> Finding:
    records = _spf_records(domain, resolver)
    if len(records) == 1:
        return _judge_spf(domain, records[0], resolver, server=server)
    if not _is_known_to_all(server):
        server = ""
    allowed = f"a:{server}" if server else PLACEHOLDER
    if not records:
        says = _("There is no SPF record: receivers cannot tell your server from anybody else’s.")
        return Finding(
            Verdict.BAD, says, hints=_own_provider(server), name=domain, add=f"v=spf1 {allowed} ~all"
        )
    terms = dict.fromkeys(t for record in records for t in _terms(record) if not _is_all(t))
    says = _("There is more than one SPF record: receivers then heed none of them.")
    hints = (_("Put this one in their place."),)
    return Finding(Verdict.BAD, says, tuple(records), hints, domain, " ".join(["v=spf1", *terms, "~all"]))


def _is_known_to_all(server: str) -> bool:
    """Not "localhost", which is another machine for everybody, nor the number of one."""
    return "." in server and not server.rpartition(".")[2].isdecimal()


def _own_provider(server: str) -> tuple[str, ...]:
    return (
        () if server else (_("In place of “spf.your-provider.example” write what your mail provider names."),)
    )


def _judge_spf(domain: str, record: str, resolver: Resolver, *, server: str) -> Finding:
    found, terms = (record,), _terms(record)
    lookups, lost = count_lookups(record, resolver)
    without_all = " ".join(["v=spf1", *(term for term in terms if not _is_all(term))])
    ends = [term.lower() for term in terms if _is_all(term)]
    if ends and ends[0] in ("all", "+all"):
        says = _("It allows everybody in the world to send in your name.")
        return Finding(Verdict.BAD, says, found, name=domain, add=f"{without_all} ~all")
    if lost:
        says = _("It includes “%s”, which has no SPF record: receivers then heed none of it.") % lost
        return Finding(Verdict.BAD, says, found, (_("Take it out, or correct its name."),))
    if lookups > MOST_LOOKUPS:
        says = _("It needs more than %s further lookups: receivers then heed none of it.") % MOST_LOOKUPS
        return Finding(Verdict.BAD, says, found, (_("Take out what no longer sends for you."),))
    if not ends and not any(term.lower().startswith("redirect=") for term in terms):
        says = _("It does not say what holds for all other servers.")
        return Finding(Verdict.ADVICE, says, found, name=domain, add=f"{record} ~all")
    if ends == ["?all"]:
        says = _("It says nothing about all other servers: “?all” protects from nobody.")
        return Finding(Verdict.ADVICE, says, found, name=domain, add=f"{without_all} ~all")
    return Finding(
        Verdict.GOOD, _("It names who may send, and refuses others."), found, _server_hint(record, server)
    )


def _server_hint(record: str, server: str) -> tuple[str, ...]:
    if not server or server.lower() in record.lower():
        return ()
    return (_("Your mail is handed to %s: make sure that what is named here covers it.") % server,)


def count_lookups(record: str, resolver: Resolver) -> tuple[int, str]:
    """How many lookups an SPF record costs its reader, through all it includes, counted to one more than allowed;
    and the name of an include that has no SPF record, "" if all have."""
    todo, seen, cost = [record], set(), 0
    while todo and cost <= MOST_LOOKUPS:
        for term in _terms(todo.pop()):
            cost += bool(
                re.match(r"[+?~-]?(include:|a$|a[:/]|mx$|mx[:/]|ptr$|ptr:|exists:)|redirect=", term, re.I)
            )
            target = re.fullmatch(r"[+?~-]?(?:include:|redirect=)([^%]+)", term, re.I)
            if not target or target[1].lower() in seen:
                continue
            seen.add(target[1].lower())
            with suppress(NoAnswer):
                records = _spf_records(target[1], resolver)
                if not records:
                    return cost, target[1]
                todo += records[:1]
    return cost, ""


def _spf_records(domain: str, resolver: Resolver) -> list[str]:
    return [r for record in _txt(domain, resolver) if (r := record.strip()).lower().split(" ")[0] == "v=spf1"]


def _terms(record: str) -> list[str]:
    return record.split()[1:]


def _is_all(term: str) -> bool:
    return re.fullmatch(r"[+?~-]?all", term, re.IGNORECASE) is not None


# --- DKIM


def check_dkim(domain: str, selector: str, resolver: Resolver) -> Finding:
    if not selector:
        says = _("Write the selector into the sender’s settings: without it the key cannot be found.")
        return Finding(
            Verdict.ADVICE, says, hints=(_("Your mail provider names it where it shows the key."),)
        )
    name = f"{selector}._domainkey.{domain}"
    records = _txt(name, resolver)
    if not records:
        says = _("There is no key under this selector: receivers cannot check your signature.")
        hints = (
            _("Your mail provider or server makes the key; it takes the place of “…”."),
            _("Is it there under another selector? Correct it in the sender’s settings."),
        )
        return Finding(Verdict.BAD, says, hints=hints, name=name, add="v=DKIM1; k=rsa; p=…")
    return _judge_dkim(name, records)


def _judge_dkim(name: str, records: list[str]) -> Finding:
    found = tuple(records)
    if len(records) > 1:
        says = _("There is more than one key under this selector: receivers may take the wrong one.")
        return Finding(Verdict.BAD, says, found)
    tags = parse_tags(records[0])
    if "p" not in tags or tags.get("v", "DKIM1") != "DKIM1":
        return Finding(Verdict.BAD, _("The record has no key: its “p=” is missing."), found)
    if not tags["p"]:
        return Finding(Verdict.BAD, _("The key was revoked: its “p=” is empty. Publish a new one."), found)
    key = _key(tags["p"])
    if key is None:
        return Finding(
            Verdict.BAD, _("The key cannot be read: something was lost when it was copied."), found
        )
    if tags.get("k", "rsa").lower() == "rsa" and len(key) < SHORT_KEY:
        return Finding(Verdict.ADVICE, _("The key is short; 2,048 bits are usual today."), found)
    if "y" in tags.get("t", "").lower().split(":"):
        return Finding(
            Verdict.ADVICE, _("The key is marked as a test (“t=y”): receivers may pass over it."), found
        )
    return Finding(Verdict.GOOD, _("The key is there."), found)


def _key(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error:
        return None


# --- DMARC


def check_dmarc(domain: str, resolver: Resolver, *, report_to: str) -> Finding:
    """The domain's own policy, or else that of the domain above it."""
    for owner in _upwards(domain):
        records = [r for r in _txt(f"_dmarc.{owner}", resolver) if r.strip().lower().startswith("v=dmarc1")]
        if len(records) > 1:
            says = _("There is more than one DMARC record: receivers then heed none of them.")
            return Finding(Verdict.BAD, says, tuple(records), (_("Keep one of them."),))
        if records:
            return _judge_dmarc(owner, records[0], is_above=owner != domain, report_to=report_to)
    says = _("There is no DMARC record. Large receivers refuse mail to many people without one.")
    proposal = f"v=DMARC1; p=none; rua=mailto:{report_to}"
    hints = (_("Begin with “p=none”, which only reports; later “p=quarantine”."),)
    return Finding(Verdict.BAD, says, hints=hints, name=f"_dmarc.{domain}", add=proposal)


def _upwards(domain: str) -> Iterator[str]:
    """news.carton.example, carton.example"""
    labels = domain.split(".")
    yield domain
    for n in range(1, len(labels) - 1):
        yield ".".join(labels[n:])


def _judge_dmarc(owner: str, record: str, *, is_above: bool, report_to: str) -> Finding:
    tags = parse_tags(record)
    policy = (tags.get("sp") if is_above else None) or tags.get("p", "")
    policy = policy.lower()
    hints = () if "rua" in tags else (_("Nobody gets reports: add “rua=mailto:%s”.") % report_to,)
    name = f"_dmarc.{owner}"
    if policy not in ("none", "quarantine", "reject"):
        says = _("Its “p=” is none of none, quarantine and reject: receivers then heed none of it.")
        return Finding(
            Verdict.BAD, says, (record,), name=name, add=f"v=DMARC1; p=none; rua=mailto:{report_to}"
        )
    if policy == "none":
        says = _("It asks for reports only: whoever forges your address still gets through.")
        hints = (*hints, _("When the reports show that your own mail passes, change to “p=quarantine”."))
        return Finding(Verdict.GOOD if "rua" in tags else Verdict.ADVICE, says, (record,), hints)
    if int(tags["pct"]) < 100 if tags.get("pct", "").isdecimal() else False:
        hints = (*hints, _("It holds for %s of 100 mails only.") % tags["pct"])
    says = {
        "quarantine": _("What has neither goes to the junk mail."),
        "reject": _("What has neither is refused."),
    }[policy]
    return Finding(Verdict.GOOD, says, (record,), hints)


def parse_tags(record: str) -> dict[str, str]:
    """ "v=DKIM1; p=abc" as {"v": "DKIM1", "p": "abc"}."""
    pairs = (part.partition("=") for part in record.split(";") if "=" in part)
    return {name.strip().lower(): value.strip() for name, _equals, value in pairs}
