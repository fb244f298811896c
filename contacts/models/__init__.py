from contacts.models.customer import Customer, Person
from contacts.models.entry import Entry
from contacts.models.importing import ImportFile
from contacts.models.legal_basis import LegalBasis
from contacts.models.letter import Letter, LetterText
from contacts.models.purchase import Purchase
from contacts.models.tag import Tag

__all__ = [
    "Customer",
    "Entry",
    "ImportFile",
    "LegalBasis",
    "Letter",
    "LetterText",
    "Person",
    "Purchase",
    "Tag",
]
