"""The dossier in the pictures: Weingut Kessler & Sohn."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """A line of the timeline, `days` before today."""

    days: int
    kind: str
    text: str
    outcome: str = ""
    minutes: int | None = None
    at: str = "10:20"
    by: str = "Nino Beridze"
    then: int | None = None  # the next date agreed, in days before today


SAID = (
    Said(
        12,
        "call",
        "Likes the window carton. The board meets on Monday, she is for it. If yes: print approval by "
        "{approval}, delivery before {delivery}.",
        "agreed",
        6,
        then=0,
    ),
    Said(15, "note", "Offer A-2611 sent: 600 gift cartons with window, two colours, €3,120.", at="16:05"),
    Said(29, "call", "In the cellar, back on Thursday.", "missed", then=12),
    Said(54, "note", "Print approval v3 signed by Barbara Kessler.", at="09:35"),
    Said(
        60,
        "visit",
        "Walked through the cellar. The ramp is too narrow for a 12 t truck. Bottling in May and "
        "September, Bordeaux 0.75 l and Schlegel 0.75 l, about 3,400 cartons a year.",
        "agreed",
        70,
        then=53,
    ),
    Said(68, "email", "“Time for new cartons?” She answered the next day.", at="08:50"),
    Said(115, "call", "Ordered again and asked for the flat delivery note.", "bought", 9, then=60),
    Said(
        176,
        "call",
        "Wants six instead of three per carton in summer. Sent the drawing.",
        "bought",
        12,
        then=115,
    ),
    Said(
        240,
        "visit",
        "Tasting with the board. They pack by hand, two people, on Fridays.",
        "agreed",
        95,
        then=176,
    ),
    Said(300, "call", "Happy with the Christmas cartons, only the tape was weak.", "bought", 8, then=240),
)
# (days before today, amount, product group, reference)
BOUGHT = (
    (53, "2480.00", "Gift cartons", "B-1907"),
    (115, "2310.00", "Gift cartons", "B-1844"),
    (176, "2260.00", "Bottle sleeves", "B-1790"),
    (238, "1980.00", "Gift cartons", "B-1722"),
    (301, "2840.00", "Gift cartons", "B-1661"),
    (362, "2150.00", "Bottle sleeves", "B-1593"),
    (424, "2390.00", "Gift cartons", "B-1540"),
    (487, "1890.00", "Tissue paper", "B-1478"),
    (548, "2120.00", "Gift cartons", "B-1407"),
    (612, "1940.00", "Gift cartons", "B-1345"),
    (673, "2250.00", "Bottle sleeves", "B-1288"),
)
CARD = {
    "about": "winery, 14 people",
    "phone": "+49 171 39200 17",
    "email": "barbara@weingut-kessler.example",
    "street": "Rheinstraße 14",
    "postcode": "55276",
    "town": "Oppenheim",
    "country": "DE",
    "website": "weingut-kessler.example",
    "vat_id": "DE 000 000 000",
    "source": "ProWein fair, recommended by Maas",
    "best_time": "before noon, direct line",
    "annual_revenue": "13500.00",
}
PEOPLE = (
    {
        "name": "Barbara Kessler",
        "position": "owner",
        "role": "decides",
        "phone": "+49 69 90009 142",
        "email": "barbara@weingut-kessler.example",
    },
    {
        "name": "Matthias Kessler",
        "position": "Cellar, deliveries",
        "role": "uses",
        "phone": "+49 69 90009 145",
    },
    {"name": "Irina Schuster", "position": "Accounts", "note": "invoices by e-mail only"},
)
