"""Segment ids we know, the letters that stand for them, and which of their elements hold codes."""

# The outline of a message is a string with one letter for each segment: ST, BHT, HL, NM1, EB, MSG, EB, SE is
# "|.HNBMB|". What belongs to what is then found by splitting a string, and not segment by segment.
WRAPPING, LEVEL, NAME, LINE, TEXT, DATE, UNKNOWN = "|", "H", "N", "B", "M", "D", "?"
QUESTION, LOOP, REFERENCE, DELIVERY, PLACE, REJECTION, DETAIL, OTHER = "Q", "L", "R", "V", "P", "A", "d", "."

OUTLINE = {
    # They wrap a message; everything else is inside a transaction.
    **dict.fromkeys(["ISA", "TA1", "GS", "ST", "SE", "GE", "IEA"], WRAPPING),
    "HL": LEVEL,
    "NM1": NAME,
    "EB": LINE,
    "MSG": TEXT,
    "DTP": DATE,
    "REF": REFERENCE,
    "HSD": DELIVERY,
    "III": PLACE,
    "AAA": REJECTION,
    "EQ": QUESTION,
    "LS": LOOP,
    **dict.fromkeys(["N3", "N4", "PER", "PRV", "LE"], DETAIL),
    **dict.fromkeys(["BHT", "TRN", "DMG", "INS", "HI", "MPI", "AMT"], OTHER),
    **dict.fromkeys(["AK1", "AK2", "AK3", "AK4", "AK5", "AK9", "IK3", "IK4", "IK5", "CTX"], OTHER),
}

#: The elements that are codes, by segment: what is folded to capitals when a whole segment is lower case.
CODE_ELEMENTS = {
    "AAA": (1, 3, 4),
    "AMT": (1,),
    "DMG": (1, 3),
    "DTP": (1, 2),
    "EB": (1, 2, 3, 4, 6, 9, 11, 12),
    "EQ": (1, 2, 3, 4),
    "GS": (1, 7, 8),
    "HL": (3,),
    "HSD": (1, 3, 5, 7, 8),
    "III": (1, 2),
    "INS": (1, 2),
    "NM1": (1, 2, 8),
    "PER": (1, 3, 5, 7),
    "PRV": (1, 2),
    "REF": (1,),
    "ST": (3,),
}
