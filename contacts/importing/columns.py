"""Which column means what: German and English headings, and what the user says instead."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contacts.folding import contract, fold

KEEP = "keep"  # goes into the note, behind its heading
LEAVE_OUT = ""

_NOT_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Field:
    """Something a column can mean, and the headings it is known by."""

    key: str
    label: str | Promise
    headings: str


CUSTOMER_FIELDS = [
    Field("number", _("Number"), "number no nr kdnr kundennr kundennummer debitor debitornr debitorennummer"
          " customernumber customerno customerid accountnumber accountno id"),
    Field("name", _("Name"), "name firma firmenname company companyname organisation organization unternehmen"
          " customer customername kunde kundenname account accountname business"),
    Field("person", _("Contact person"), "ansprechpartner ansprechpartnerin ansprechperson kontaktperson"
          " contact contactperson contactname kontakt person"),
    Field("first_name", _("First name"), "vorname firstname givenname"),
    Field("last_name", _("Last name"), "nachname lastname surname familyname familienname"),
    Field("position", _("Position"), "position funktion jobtitle title role rolle"),
    Field("phone", _("Phone"), "telefon tel telefonnummer telefonnr telnr phone phonenumber telephone fon"
          " festnetz telefongeschaftlich businessphone workphone"),
    Field("mobile", _("Mobile phone"), "mobil mobile handy mobiltelefon mobilnummer mobilephone"
          " cell cellphone"),
    Field("email", _("E-mail"), "email mail emailadresse emailaddress mailadresse"),
    Field("street", _("Street"), "strasse street strassehausnummer strassehausnr address adresse anschrift"
          " streetaddress"),
    Field("postcode", _("Postcode"), "plz postleitzahl postcode postalcode zip zipcode"),
    Field("town", _("Town"), "ort stadt town city wohnort"),
    Field("country", _("Country"), "land country staat"),
    Field("language", _("Language of letters"), "sprache language korrespondenzsprache briefsprache"
          " preferredlanguage locale"),
    Field("last_on", _("Last contact"), "letzterkontakt lastcontact lastcontacted letzterkontaktam"
          " lastcontacton letzteranruf lastcall lastcontactdate"),
    Field("next_on", _("Next contact"), "nachsterkontakt nextcontact wiedervorlage wv wvl nextcontacton"
          " nachsterkontaktam nachsteranruf nextcall followup followupdate nextcontactdate termin"),
    Field("note", _("Note"), "notiz notizen note notes bemerkung bemerkungen kommentar comment comments"),
    Field("annual_revenue", _("Revenue last year"), "umsatzvorjahr vorjahresumsatz umsatz jahresumsatz"
          " annualrevenue revenue revenuelastyear lastyear turnover"),
    Field("about", _("In a few words"), "branche industry beschreibung description about"),
    Field("website", _("Website"), "website webseite homepage internet url web www"),
    Field("vat_id", _("VAT ID"), "ustid ustidnr umsatzsteuerid vatid vat vatnumber vatno"),
    Field("source", _("Source"), "quelle herkunft source leadsource"),
    Field("best_time", _("Best time"), "erreichbarkeit bestezeit besttime besttimetocall"),
    Field("tags", _("Tags"), "tags tag schlagworte schlagworter schlagwort stichworte stichworter stichwort"
          " label labels etiketten"),
    Field("customer_since", _("Customer since"), "kundeseit customersince"),
]  # fmt: skip

PURCHASE_FIELDS = [
    Field("number", _("Customer number"), CUSTOMER_FIELDS[0].headings + " kunde customer"),
    Field("bought_on", _("Date"), "datum date tag day kaufdatum purchasedate orderdate rechnungsdatum"
          " bestelldatum belegdatum invoicedate boughton"),
    Field("amount", _("Amount"), "betrag amount summe total umsatz wert value price preis"),
    Field("reference", _("Reference"), "referenz reference beleg belegnummer belegnr rechnung rechnungsnummer"
          " rechnungsnr invoice invoicenumber invoiceno bestellnummer ordernumber orderno orderid"),
    Field("product_group", _("Product group"), "warengruppe produktgruppe productgroup category kategorie"
          " product produkt artikel"),
    Field("currency", _("Currency"), "wahrung waehrung wahrungscode currency currencycode wkz"),
]  # fmt: skip

# Written by us into lists of rows left out; of no use when they come back.
_OURS = {"reasonleftout"}


def heading_key(heading: str) -> str:
    """What is the same in “E-Mail”, “email” and “E-MAIL:”, in “Nächster Kontakt” and “naechster_kontakt”."""
    return _NOT_LETTERS.sub("", contract(fold(heading)))


def guess(headings: Sequence[str], fields: Sequence[Field] = CUSTOMER_FIELDS) -> dict[int, str]:
    """A meaning for each column: a field's key, once each, or KEEP for what is not known."""
    known = {contract(heading): field.key for field in fields for heading in field.headings.split()}
    keys = [heading_key(heading) for heading in headings]
    if {"vorname", "firstname"} & set(keys):
        known["name"] = "last_name"
    mapping: dict[int, str] = {}
    for column, key in enumerate(keys):
        meaning = known.get(key, LEAVE_OUT if key in _OURS else KEEP)
        mapping[column] = KEEP if meaning in mapping.values() else meaning
    return mapping


def chosen(headings: Sequence[str], said: Mapping[str, str]) -> dict[int, str]:
    """The guess, overruled by what the user `said`: a field's key, KEEP or LEAVE_OUT per column."""
    allowed = {field.key for field in CUSTOMER_FIELDS} | {KEEP, LEAVE_OUT}
    return guess(headings) | {int(column): key for column, key in said.items() if key in allowed}
