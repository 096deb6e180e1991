"""Segment ids we know, and which of their elements hold codes."""

#: They wrap a message; everything else is inside a transaction.
ENVELOPE = frozenset({"ISA", "TA1", "GS", "ST", "SE", "GE", "IEA"})

ELIGIBILITY = frozenset(
    {"BHT", "HL", "TRN", "NM1", "REF", "N3", "N4", "PER", "PRV", "AAA", "DMG", "INS"}
    | {"HI", "DTP", "MPI", "EQ", "AMT", "EB", "HSD", "III", "MSG", "LS", "LE"}
)
ACKNOWLEDGMENT = frozenset(["AK1", "AK2", "AK3", "AK4", "AK5", "AK9", "IK3", "IK4", "IK5", "CTX"])

#: What stands between ST and SE.
BODY = ELIGIBILITY | ACKNOWLEDGMENT
KNOWN = ENVELOPE | BODY

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
