"""The lines of an info card as markup: every sheet has them, and a template takes several times as long for them."""

import re
from collections.abc import Iterable
from datetime import date
from urllib.parse import quote

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from contacts import registry
from contacts.models import Customer
from crm.mail.models import LANGUAGES, Suppression
from crm.markup import fill, join, written
from crm.templatetags.ringbinder import money, tel

LINE = "<div><dt>{label}</dt><dd>{value}</dd></div>\n"
LINK = '<a href="{href}">{text}</a>'
WEB = '<a href="{href}" rel="noopener noreferrer" target="_blank">{text}</a>'
CHANGE = '{text} <a class="rb-link" href="{href}">{change}<span class="visually-hidden"> {what}</span></a>'
TAG, TAGS = '<span class="rb-tag">{name}</span>', '<span class="rb-tags">{tags}</span>'

_WEB_ADDRESS = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?([/?#]\S*)?")

Line = tuple[str, str]  # label, what stands there


def on_sheet(customer: Customer, *, today: date, currency: str) -> SafeString:
    """In short, beside the stack: what the sheet's head does not say already."""
    phone = customer.phone if customer.phone != customer.any_phone else ""
    person = customer.main_person
    lines: list[Line] = [
        (_("Phone"), _phone(phone)),
        (_("E-mail"), _mail((person.email if person else "") or customer.email)),
        (_("Address"), customer.address),
        (_("About"), customer.about),
        *registry.facts(customer, today=today, currency=currency),
        (_("Last year"), money(customer.annual_revenue or None, currency)),
        (_("Number"), customer.number),
    ]
    return _written(lines)


def on_page(customer: Customer, currency: str) -> SafeString:
    """All of it."""
    lines: list[Line] = [
        (_("Phone"), _phone(customer.phone)),
        (_("E-mail"), _mail(customer.email)),
        (_("Address"), customer.address),
        (_("Language of letters"), dict(LANGUAGES).get(customer.language, "")),
        (_("Web"), _web(customer.website)),
        (_("Number"), customer.number),
        (_("VAT ID"), customer.vat_id),
        (_("Last year"), money(customer.annual_revenue, currency)),
        (_("Source"), customer.source),
        (_("Owner"), customer.owner.name),
        (_("Tags"), _tags(customer.tag_names)),
        (_("Best time"), customer.best_time),
        (_("Letters"), _letters(customer)),
    ]
    return _written(lines)


def _written(lines: Iterable[Line]) -> SafeString:
    return join(fill(LINE, label=label, value=value) for label, value in lines if value)


def _phone(phone: str) -> str:
    link = tel(phone) if phone else ""
    return fill(LINK, href=link, text=phone) if link else phone


def _mail(address: str) -> str:
    return fill(LINK, href=f"mailto:{quote(address, safe='@')}", text=address) if address else ""


def _letters(customer: Customer) -> str:
    href = reverse("contacts:legal_basis", args=[customer.pk])
    change = {"change": _("change"), "what": _("the legal basis")}
    return fill(CHANGE, text=legal_standing(customer), href=href, **change)


def legal_standing(customer: Customer) -> str:
    """What the law lets one send to a customer read `with_legal_basis`, in a few words."""
    if customer.suppressed_for:
        day = {"day": written(localdate(customer.suppressed_at), "j M Y")}
        return {
            Suppression.Why.OPTED_OUT: _("Wants no advertising since %(day)s"),
            Suppression.Why.COMPLAINED: _("Complained of a mail on %(day)s: no mail at all"),
            Suppression.Why.BOUNCED: _("The address does not exist, as we know since %(day)s"),
        }[customer.suppressed_for] % day
    return capfirst(customer.legal_basis or _("No legal basis: no advertising mail"))


def _tags(names: list[str]) -> str:
    return fill(TAGS, tags=join(fill(TAG, name=name) for name in names)) if names else ""


def _web(address: str) -> str:
    href = web_link(address)
    bare = address.removeprefix("https://").removeprefix("http://").rstrip("/")
    return fill(WEB, href=href, text=bare) if href else address


def web_link(address: str) -> str:
    """The address to follow, or nothing where that would be no web page."""
    if address.startswith(("https://", "http://")):
        return address
    return f"https://{address}" if _WEB_ADDRESS.fullmatch(address) else ""
