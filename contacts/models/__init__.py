from contacts.models.customer import Customer, Person
from contacts.models.entry import Entry
from contacts.models.importing import ImportFile
from contacts.models.purchase import Purchase
from contacts.models.tag import Tag

__all__ = ["Customer", "Entry", "ImportFile", "Person", "Purchase", "Tag"]
