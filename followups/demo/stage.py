"""The scene of the small demo: what lies in Nino's binder, as in the pictures of the board."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scene:
    """One dossier of the scene. Days are working days from today, negative ones before it."""

    name: str
    person: str
    plan: str
    phone: str = ""
    kind: str = "call"
    at: str = ""
    position: str = ""
    group: str = "growing"
    town: str = ""
    day: int = 0
    birthday_in: int | None = None  # days from today
    age: int = 0


LENA = ("Lena Vogt", "lead@demo.example")
MANAGERS = (
    ("Nino Beridze", "nino@demo.example"),
    ("Levan Gelashvili", "levan@demo.example"),
    ("Giorgi Kiknadze", "giorgi@demo.example"),
)
KESSLER = "Weingut Kessler & Sohn"

# Today's tab: twelve to do.
TODAY = (
    Scene(
        KESSLER,
        "Barbara Kessler",
        "Board met on Monday: 600 gift cartons, yes or no?",
        "+49 69 90009 142",
        at="10:15",
        position="owner",
        group="vip",
    ),
    Scene(
        "Harrow & Pike Booksellers",
        "Oliver Pike",
        "Has our price list; compare with his old mailer boxes",
        "+44 20 7946 0315",
        at="10:30",
        position="owner",
        group="beginner",
        town="London",
    ),
    Scene(
        "Bäckerei Sonnentor",
        "Markus Eder",
        "Bring 3 bread-bag samples, measure the rack",
        "+49 89 99998 231",
        kind="visit",
        at="11:30",
        position="Inhaber",
        town="München",
    ),
    Scene(
        "Castle Mead Brewery",
        "Hannah Whitlock",
        "Artwork approved; confirm 12-week call-off",
        "+44 117 496 0227",
        at="14:00",
        position="managing director",
        group="vip",
        town="Bristol",
    ),
    Scene(
        "Gärtnerei Blumenthal",
        "Renate Blumenthal",
        "Christmas order went elsewhere? Find out why",
        "+49 30 23125 718",
        at="15:30",
        position="Inhaberin",
        group="lost",
        town="Berlin",
    ),
    Scene(
        "Nordlicht Versand GmbH",
        "Silke Petersen",
        "Crushed corners solved? Ask that first",
        "+49 40 66969 508",
        position="Leitung Versand",
        group="vip",
        town="Hamburg",
    ),
    Scene(
        "Apotheke am Markt",
        "Dr. Ute Reinholz",
        "Counts her label stock on Mondays: reorder now",
        "+49 221 4710 377",
        position="Inhaberin",
        group="vip",
        town="Köln",
    ),
    Scene(
        "Kolkheti Tea Company",
        "Tamar Lomidze",
        "Samples arrived Thursday; which blend gets the tin?",
        "+995 32 255 01 18",
        position="founder",
        town="Tbilisi",
        birthday_in=0,
        age=50,
    ),
    Scene(
        "Alazani Valley Cheese",
        "Davit Gelashvili",
        "2,000 vacuum sleeves to Telavi before 1 Dec",
        "+995 32 255 04 62",
        kind="offer",
        position="director",
        town="Telavi",
    ),
    Scene(
        "Thornbury School Supplies",
        "James Okafor",
        "New budget since November; exercise-book wraps",
        "+44 161 496 0184",
        position="purchasing",
        town="Manchester",
        birthday_in=4,
        age=41,
    ),
    Scene(
        "Studio Mtkvari Ceramics",
        "Ana Jorbenadze",
        "Honeycomb paper instead of foam: send two prices",
        "+995 32 255 07 40",
        kind="offer",
        position="owner",
        group="beginner",
        town="Tbilisi",
    ),
    Scene(
        "Fahrrad Brandt",
        "Lukas Brandt",
        "Bought once, in March. Is there a plan for spring?",
        "+49 30 23125 640",
        position="Inhaber",
        group="one-time",
        town="Berlin",
    ),
)

LEFT_BEHIND = (
    Scene(
        "Bergmann Optik",
        "Jutta Bergmann",
        "Wants cases with a magnet; ask the works",
        "+49 30 23125 377",
        position="Inhaberin",
        town="Berlin",
        day=-2,
    ),
    Scene(
        "Hotel Rustaveli 12",
        "Nestan Abashidze",
        "Welcome boxes for 40 rooms: which size?",
        "+995 32 255 02 55",
        position="director",
        group="beginner",
        town="Tbilisi",
        day=-2,
    ),
    Scene(
        "Pages & Co",
        "Grace Fenwick",
        "Mailers for the spring catalogue, date of printing?",
        "+44 131 496 0462",
        position="purchasing",
        town="Edinburgh",
        day=-1,
        birthday_in=9,
        age=60,
    ),
)

# Worked through this morning: each lies under a later tab by now.
MOVED_ON = (
    Scene(
        "Feinkost Ölmüller",
        "Jörg Ölmüller",
        "Confirm the delivery of 250 tins",
        "+49 221 4710 518",
        position="Inhaber",
        town="Köln",
        day=5,
    ),
    Scene(
        "Wisteria Lane Florists",
        "Rose Seabrook",
        "Ask again when the greenhouse is rebuilt",
        "+44 113 496 0271",
        position="owner",
        town="Leeds",
        day=12,
    ),
    Scene(
        "Batumi Harbour Coffee",
        "Zurab Diasamidze",
        "Second size for beans: price for 1,000",
        "+995 32 255 08 21",
        kind="offer",
        position="director",
        town="Batumi",
        day=3,
    ),
    Scene(
        "Töpferei Nußbaum",
        "Käthe Nußbaum",
        "Not reached this morning, try before nine",
        "+49 89 99998 714",
        position="Inhaberin",
        town="München",
        day=1,
    ),
)

# The overfull day, three working days from today.
OVERFULL = (
    ("Svaneti Spices", "Irakli Gogoladze", "09:00"),
    ("Seifenmanufaktur Holm", "Jens Holm", "09:30"),
    ("Museum of Silk", "Lela Abashidze", "11:00"),
    ("Rowan Tree Soaps", "Isla Fraser", "13:30"),
    ("Hofladen Steiger", "Anna Steiger", ""),
    ("Café Zuckerrohr", "Marlene Feld", ""),
    ("Adjara Honey", "Malkhaz Diasamidze", ""),
    ("Kaffeerösterei Brand", "Till Brand", ""),
    ("Lindqvist Prints", "Nora Lindqvist", ""),
    ("Tbilisi Toy House", "Eka Maglakelidze", ""),
    ("Wollstube Ahrens", "Meike Ahrens", ""),
    ("Fenwick & Daughters", "Alice Fenwick", ""),
    ("Vera Wine Shop", "Giga Tsintsadze", ""),
    ("Reformhaus Linde", "Jutta Voss", ""),
    ("Imkerei Sommer", "Paul Sommer", ""),
    ("Old Mill Bakery", "Tom Ridley", ""),
    ("Druckerei Hahn", "Volker Hahn", ""),
)

# Levan's day, looked after by Nino.
LEVAN_TODAY = (
    Scene(
        "Kazbegi Wool",
        "Natia Nozadze",
        "Bags for the winter market, 300 or 500?",
        "+995 32 255 03 07",
        at="11:00",
        position="owner",
        town="Tbilisi",
    ),
    Scene(
        "Racha Wine Cellar",
        "Vakhtang Japaridze",
        "Sleeves for two bottles: is the drawing right?",
        "+995 32 255 06 14",
        position="owner",
        group="vip",
        town="Kutaisi",
    ),
    Scene(
        "Lowther Woollens",
        "Peter Lowther",
        "Boxes too deep; send the flat ones for a test",
        "+44 131 496 0818",
        position="managing director",
        town="Edinburgh",
    ),
    Scene(
        "Teehaus Größlin",
        "Dörte Größlin",
        "Ask which tins sold best",
        "+49 40 66969 215",
        position="Inhaberin",
        town="Hamburg",
    ),
    Scene(
        "Penrose Candles",
        "Violet Penrose",
        "Reorder before the season: same as last year?",
        "+44 113 496 0640",
        position="owner",
        group="vip",
        town="Leeds",
        day=9,
        birthday_in=0,
        age=40,
    ),
)

# Dossiers under the coming working days of Nino's binder, tomorrow first, and under the coming months.
DAY_LOADS = (11, 14, 18, 9, 12, 7, 15, 10, 8, 6, 9, 5, 4, 5, 6, 3, 4, 7, 2, 3, 4, 2)
MONTH_LOADS = (21, 44, 31, 26, 12, 9, 6, 5, 2, 3, 1, 4)
NINO_TOTAL = 327
