"""What the customers of a packaging maker ask, and what they are told."""

from dataclasses import dataclass

from feedback.models import Ticket, Value

QUESTION, COMPLAINT, CALLBACK, SERVICE = Ticket.Kind.values


@dataclass(frozen=True)
class Matter:
    """One matter from the question to what was done; `more` is asked back and answered by the customer."""

    kind: str
    subject: str
    asked: str
    answered: str
    done: str
    more: tuple[str, str] = ()


MATTERS = (
    Matter(
        QUESTION,
        "Where is my delivery?",
        "We expected the cartons on Friday, and the line stands still on Monday.",
        "They left our works this morning; the carrier is with you tomorrow before noon.",
        "Delivered the next morning",
    ),
    Matter(
        QUESTION,
        "Price for 1,000 more",
        "What would another thousand of the same box cost, printed as before?",
        "With the printing plates that we have it is 8 % less than last time. The offer is attached.",
        "Offer sent",
    ),
    Matter(
        QUESTION,
        "Does the box take 4 kg?",
        "We want to ship two jars more in each box. Will the bottom hold?",
        "The box is tested up to 6 kg. For glass I would add a divider.",
        "Explained, sample of a divider sent",
        ("How high are the two jars together?", "18 cm with the lids."),
    ),
    Matter(
        QUESTION,
        "Recycled paper for our catalogue",
        "Do you have the mailers in recycled paper, and with which certificate?",
        "Yes, FSC Recycled. The certificate is attached, with its number for your imprint.",
        "Certificate sent",
    ),
    Matter(
        QUESTION,
        "Smallest number for own print",
        "How few boxes can we have with our own logo?",
        "From 250 pieces, in one colour. Below that I recommend a stamp or a sleeve.",
        "Explained",
    ),
    Matter(
        QUESTION,
        "Invoice to another address",
        "Please send invoices to our accounts from now on.",
        "It is noted: the next one goes to your accounts.",
        "Address changed",
    ),
    Matter(
        QUESTION,
        "Samples of tissue paper",
        "May we see the blue and the green before we decide?",
        "Both are in the post, with the price list.",
        "Samples sent",
        ("Which grammage do you use now?", "18 g, but it tears."),
    ),
    Matter(
        QUESTION,
        "Deposit on pallets",
        "You have charged eleven pallets, we sent nine back.",
        "You are right: two are credited.",
        "Credit note sent",
    ),
    Matter(
        QUESTION,
        "Delivery in two parts",
        "Could half of it come in March and half in April?",
        "Yes, at the same price; we store the second half for you.",
        "Order split",
    ),
    Matter(
        COMPLAINT,
        "Crushed corners",
        "About thirty of 500 boxes have crushed corners, all from one pallet.",
        "I am sorry. Thirty new ones leave today, and I have asked the carrier what happened.",
        "Replaced at no charge",
        ("Could you send me a picture of the pallet?", "Here are two, from both sides."),
    ),
    Matter(
        COMPLAINT,
        "Wrong colour",
        "The print is orange, our red is Pantone 186.",
        "You are right, a mistake of ours. We print again, and you keep these for free.",
        "Printed again",
    ),
    Matter(
        COMPLAINT,
        "Late for the third time",
        "This is the third delivery in a row that comes a day late.",
        "I understand. From now on your orders leave a day earlier, and I look after it myself.",
        "Leaves a day earlier from now on",
    ),
    Matter(
        COMPLAINT,
        "Glue does not hold",
        "The flaps of the small box open by themselves.",
        "That batch had too little glue. The new one is on its way.",
        "Batch replaced",
        ("Which number is on the label of the pack?", "It says L 2214."),
    ),
    Matter(
        COMPLAINT,
        "200 short",
        "We counted twice: 1,800 instead of 2,000.",
        "The missing 200 leave today, and the delivery note is corrected.",
        "200 sent after",
    ),
    Matter(
        COMPLAINT,
        "Smell of the sleeves",
        "The sleeves smell, and they lie beside tea.",
        "For food we use another ink. I exchange them, and send you the declaration.",
        "Exchanged for the other ink",
    ),
    Matter(
        COMPLAINT,
        "Nobody called back",
        "I was promised a call on Tuesday and waited all day.",
        "I apologise. I have your question before me and call today at four.",
        "Called, apologised, question settled",
    ),
    Matter(
        CALLBACK,
        "Call about the frame contract",
        "Please call me about next year's quantities.",
        "We have spoken: 12,000 in four parts.",
        "Called: frame contract for next year",
    ),
    Matter(
        CALLBACK,
        "Questions about printing",
        "I would rather talk about the artwork than write.",
        "We went through the artwork on the phone.",
        "Called: bleed 3 mm, dark blue in Pantone",
    ),
    Matter(
        CALLBACK,
        "Please call before the fair",
        "We need 40 display boxes for a fair, is there time?",
        "There is: they leave on the Monday before.",
        "Called: 40 display boxes, express",
    ),
    Matter(
        CALLBACK,
        "Visit at the works",
        "May two of us come and see the machines?",
        "Gladly, we have agreed on a morning.",
        "Called: visit agreed",
    ),
    Matter(
        SERVICE,
        "New printing plates",
        "Our logo has changed. What do you need from us?",
        "A vector file is enough; the new plates take four days.",
        "Plates made",
        ("Do you have it as a vector file?", "Yes, as PDF, attached."),
    ),
    Matter(
        SERVICE,
        "Collect our old cartons",
        "We have six pallets of old cartons. Do you take them back?",
        "Yes, with the next delivery.",
        "Collected with the delivery",
    ),
    Matter(
        SERVICE,
        "Folding by machine",
        "The sleeves jam in our folding machine.",
        "The creases are 2 mm off for your machine. We have changed the tool.",
        "Tool changed, 200 for a test",
        ("Which machine is it?", "A Heiber of 2019."),
    ),
    Matter(
        SERVICE,
        "Storage over the summer",
        "Can you keep 8,000 boxes until September?",
        "Yes, for three months without charge.",
        "Stored until September",
    ),
    Matter(
        SERVICE,
        "Labels with our codes",
        "Can the outer labels carry our article numbers?",
        "They do from the next order on.",
        "Labels changed",
    ),
)

KINDS = {QUESTION: 46, COMPLAINT: 20, CALLBACK: 13, SERVICE: 21}
NOTES = (
    "Ask the works first.",
    "Same as in spring, see the order.",
    "He is in a hurry, call rather than write.",
)

COMMENTS = {
    Value.GOOD: ("Quick and friendly.", "Solved in one day, thank you.", "Honest about the delivery time.",
                 "Nice that one person looks after it.", "Exactly what we needed.", "Fast answer, good advice."),
    Value.NEUTRAL: ("All right in the end, but it took long.", "The answer was short.", "Fine, nothing special.",
                    "I had to ask twice."),
    Value.BAD: ("Nobody told me that it would take so long.", "The second delivery was wrong, too.",
                "I had to explain it three times.", "Promised a call, none came."),
}  # fmt: skip
PUT_RIGHT = ("Called and apologised, 5 % off the next order.", "Replaced at no charge, she was pleased.",
             "Called: was our mistake, goods sent again by express.")  # fmt: skip
RECOMMENDED = ("Good paper, good people.", "Would be a 10 with shorter delivery times.", "We tell everybody already.",
               "Prices have gone up.")  # fmt: skip
UNKNOWN = ("Salome Kvaratskhelia", "salome@kvareli-honey.example", "Boxes for 200 jars",
           "We are a small apiary and look for boxes for six jars each. What would 200 cost?")  # fmt: skip
