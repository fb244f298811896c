"""Invented names and sentences. Phone numbers are of ranges kept free for fiction."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Town:
    """`phone` is a number of the town without its last `digits` digits."""

    name: str
    postcode: str
    country: str
    phone: str
    digits: int = 3


TOWNS = (
    Town("Berlin", "10115", "DE", "+49 30 23125 "),
    Town("Hamburg", "20095", "DE", "+49 40 66969 "),
    Town("Frankfurt am Main", "60311", "DE", "+49 69 90009 "),
    Town("Köln", "50667", "DE", "+49 221 4710 "),
    Town("München", "80331", "DE", "+49 89 99998 "),
    Town("London", "WC2N 5DU", "GB", "+44 20 7946 0"),
    Town("Bristol", "BS1 4DJ", "GB", "+44 117 496 0"),
    Town("Manchester", "M2 5DB", "GB", "+44 161 496 0"),
    Town("Edinburgh", "EH1 1YZ", "GB", "+44 131 496 0"),
    Town("Leeds", "LS1 4AP", "GB", "+44 113 496 0"),
    Town("Tbilisi", "0105", "GE", "+995 32 255 0"),
    Town("Telavi", "2200", "GE", "+995 32 255 0"),
    Town("Kutaisi", "4600", "GE", "+995 32 255 0"),
    Town("Batumi", "6000", "GE", "+995 32 255 0"),
)
STREETS = {
    "DE": (
        "Lindenstraße", "Am Markt", "Mühlweg", "Gartenstraße", "Bahnhofstraße", "Rosenweg", "Kirchplatz",
        "Schloßallee", "Uferstraße", "Hauptstraße",
    ),
    "GB": (
        "High Street", "Mill Lane", "Station Road", "Church Street", "Victoria Road", "Castle Street",
        "Park Row", "King Street", "Orchard Close", "Quay Street",
    ),
    "GE": (
        "Rustaveli Avenue", "Chavchavadze Street", "Abashidze Street", "Kostava Street", "Pekini Avenue",
        "Agmashenebeli Avenue", "Leselidze Street", "Barnovi Street",
    ),
}  # fmt: skip
FIRST_NAMES = {
    "DE": (
        "Anna", "Björn", "Clara", "Dörte", "Emil", "Friederike", "Götz", "Hanna", "Ines", "Jörg", "Käthe",
        "Lukas", "Marlene", "Nora", "Otto", "Paula", "Ruth", "Sören", "Till", "Ute", "Volker", "Wiebke",
    ),
    "GB": (
        "Alice", "Ben", "Charlotte", "Daniel", "Emily", "Fiona", "George", "Harriet", "Isla", "James",
        "Kate", "Liam", "Molly", "Noah", "Olivia", "Peter", "Rose", "Sam", "Tom", "Violet", "William",
        "Zoë",
    ),
    "GE": (
        "Ana", "Bidzina", "Davit", "Eka", "Giga", "Irakli", "Ketevan", "Lali", "Malkhaz", "Mariam", "Natia",
        "Otar", "Salome", "Shota", "Tamar", "Tornike", "Vakhtang", "Zurab",
    ),
}  # fmt: skip
SURNAMES = {
    "DE": (
        "Ahrens", "Böhm", "Brandt", "Dörfler", "Eichinger", "Förster", "Großmann", "Hübner", "Jäckel",
        "Köhler", "Krüger", "Lindqvist", "Löffler", "Maas", "Möller", "Nußbaum", "Ostermann", "Pfäffle",
        "Reinholz", "Rößler", "Schäfer", "Sommer", "Steiger", "Thönnes", "Ueberschär", "Vöhringer", "Weiß",
        "Winkler", "Zöllner", "Zuckmann",
    ),
    "GB": (
        "Ashdown", "Barrow", "Carter", "Darlington", "Ellwood", "Fenwick", "Gosling", "Hartley", "Ingram",
        "Jarvis", "Kendrick", "Lowther", "Marlowe", "Naismith", "O’Connor", "Penrose", "Quigley", "Ridley",
        "Seabrook", "Thorne", "Underhill", "Vickery", "Whitlock", "Yardley",
    ),
    "GE": (
        "Abashidze", "Beridze", "Chkheidze", "Diasamidze", "Eristavi", "Gelashvili", "Gogoladze", "Iosava",
        "Jorbenadze", "Kobakhidze", "Lomidze", "Maglakelidze", "Nozadze", "Orbeliani", "Sharashidze",
        "Tsintsadze", "Vashakidze",
    ),
}  # fmt: skip
TRADES = {
    "DE": (
        "Bäckerei", "Blumenhaus", "Brauerei", "Buchhandlung", "Druckerei", "Feinkost", "Gärtnerei",
        "Hofladen", "Imkerei", "Kaffeerösterei", "Käserei", "Keramikwerkstatt", "Konditorei", "Ölmühle",
        "Optik", "Reformhaus", "Seifenmanufaktur", "Spielwaren", "Teehaus", "Weingut", "Wollstube",
    ),
    "GB": (
        "Bakery", "Bookshop", "Brewery", "Candles", "Ceramics", "Cheese", "Chocolates", "Coffee",
        "Fine Foods", "Garden Centre", "Honey", "Prints", "Soaps", "Spices", "Stationery", "Teas", "Toys",
        "Wines", "Woollens",
    ),
    "GE": (
        "Bakery", "Ceramics", "Cheese", "Churchkhela", "Coffee", "Felt", "Honey", "Hotel", "Mineral Water",
        "Souvenirs", "Spices", "Tea", "Toy House", "Wine Cellar",
    ),
}  # fmt: skip
FORMS = {
    "DE": ("", "", "", " GmbH", " KG", " e.K.", " & Söhne"),
    "GB": ("", "", " Ltd", " & Co"),
    "GE": ("", "", " LLC"),
}
REGIONS = (
    "Adjara", "Alazani", "Borjomi", "Gonio", "Guria", "Imereti", "Kakheti", "Kartli", "Kazbegi",
    "Khevsureti", "Mtatsminda", "Racha", "Rioni", "Samegrelo", "Sighnaghi", "Svaneti", "Tusheti", "Vera",
)  # fmt: skip
# Company names in Georgian letters, each with what its web address makes of it.
IN_GEORGIAN = (
    ("კახეთის ყველი", "kakhetis-kveli"),
    ("თბილისის წიგნები", "tbilisis-tsignebi"),
    ("სვანური მარილი", "svanuri-marili"),
    ("მთის თაფლი", "mtis-tapli"),
    ("ბათუმის ყავა", "batumis-kava"),
    ("იმერული ღვინო", "imeruli-ghvino"),
    ("თელავის პური", "telavis-puri"),
    ("რაჭის ლორი", "rachis-lori"),
    ("ქართული ჩაი", "kartuli-chai"),
)
POSITIONS = {
    "DE": ("Inhaberin", "Geschäftsführer", "Einkauf", "Leitung Versand", "Prokuristin", "Buchhaltung"),
    "GB": ("owner", "managing director", "purchasing", "head of dispatch", "shop manager", "accounts"),
    "GE": ("owner", "director", "purchasing", "warehouse", "founder", "accounts"),
}
NOTES = (
    "",
    "",
    "",
    "",
    "prefers e-mail",
    "mornings only",
    "speaks English",
    "on site on Tuesdays",
    "invoices by e-mail",
)
SOURCES = (
    "", "website", "recommended by a customer", "trade fair, spring", "letter", "called us", "ProWein fair",
    "Frankfurt Book Fair", "old customer list",
)  # fmt: skip
BEST_TIMES = (
    "",
    "",
    "",
    "before noon",
    "after 14:00",
    "Tuesdays and Thursdays",
    "not on Mondays",
    "late afternoon",
)
PRODUCT_GROUPS = (
    "Gift cartons", "Mailer boxes", "Bread bags", "Bottle sleeves", "Tissue paper", "Labels",
    "Honeycomb paper", "Tins", "Tape", "Vacuum sleeves",
)  # fmt: skip

# What is to be done next, by kind of work.
PLANS = {
    "call": (
        "Samples arrived? Ask which size fits",
        "Ask whether the mailer boxes closed well",
        "Reorder before the season: same as last year?",
        "Board decides this week, ask for the answer",
        "Has our price list; compare with the old supplier",
        "New shop opens soon: what will they pack there?",
        "Corners crushed last time; is the new board better?",
        "Wants lids separately, check with the works first",
        "Ask for the new buyer, the old one has left",
        "Label stock is counted on Mondays: reorder now",
        "Interested in paper instead of plastic tape",
        "Fair is over: how many boxes are left?",
        "Prices of the new year, before they are printed",
        "Third try: ask the front desk for a good time",
    ),
    "visit": (
        "Bring three samples, measure the rack",
        "Walk through the packing room, count the sizes",
        "Show the honeycomb paper instead of foam",
        "Meet the new owner, bring last year’s figures",
        "Look at the pallets that came damaged",
    ),
    "offer": (
        "500 gift cartons, one colour, with window",
        "Mailer boxes in two sizes, yearly quantity",
        "Sleeves for six bottles, natural brown",
        "Tissue paper with logo, smallest quantity",
        "Frame contract for twelve months, call-off monthly",
    ),
    "email": (
        "Send the drawing of the new lid",
        "Send delivery dates for the two open orders",
        "Send the certificate for food contact",
    ),
    "letter": (
        "Send the sample book with a note by hand",
        "Thank them for twenty years, with a small parcel",
    ),
}

# What was said, by outcome.
SAID = {
    "agreed": (
        "Likes the samples. Decides with the partner next week.",
        "Wants the same as last time, the date depends on the printer.",
        "Has moved to the new hall; needs new sizes. Call again when it is measured.",
        "Shop runs well. Asks for a second size before the season.",
        "Compares us with the old supplier; delivery time matters more than price.",
        "Liked the honeycomb paper. Wants to show it to the packers.",
    ),
    "bought": (
        "Ordered again, same cartons, delivery in two weeks.",
        "Took the larger quantity for the better price.",
        "First order, a small one. Wants to see how it arrives.",
        "Ordered for the season and asked for a call afterwards.",
    ),
    "offer": (
        "Wants an offer for 500, one colour.",
        "Asks what a yearly quantity would cost.",
        "Needs two offers, with and without print.",
    ),
    "missed": (
        "",
        "In a meeting.",
        "On holiday, back next week.",
        "Line engaged all morning.",
        "Left word with the desk.",
    ),
    "later": (
        "Stock lasts until autumn. Call then.",
        "Rebuilding the shop, no time before spring.",
        "Budget is spent, again in the new year.",
    ),
    "refused": (
        "Buys from a cousin for now. Too dear, he says.",
        "Has changed to a supplier in the next town because of the short way.",
        "Closes the branch at the end of the year.",
    ),
}
OUTCOMES = (("agreed", 45), ("missed", 18), ("bought", 15), ("later", 10), ("offer", 8), ("refused", 4))
KINDS = (("call", 74), ("visit", 9), ("offer", 9), ("email", 6), ("letter", 2))
REST_REASONS = (
    "business given up, the daughter may open again",
    "buys from a cousin, no interest before next year",
    "moved, new address unknown",
    "asked not to be called",
    "season only, opens again in spring",
)
