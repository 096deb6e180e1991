"""Inquiry -> JSON question, JSON answer -> Benefits: the v3 shape of Stedi and Optum, and Stedi's of 2026-06-01."""

from payers.json_mapping.answer import Shape, read_answer, receive
from payers.json_mapping.comparison import whole_line
from payers.json_mapping.fields import decode
from payers.json_mapping.normal_form_v3 import benefits_of_v3
from payers.json_mapping.question import encode, evidence
from payers.json_mapping.question_v3 import OPTUM, STEDI, Dialect, inquiry_to_v3

V3 = Shape(
    benefits_of_v3,
    whole_line,
    anchors=("benefitsInformation", "subscriber", "dependents", "errors", "payer"),
)

__all__ = [
    "OPTUM",
    "STEDI",
    "V3",
    "Dialect",
    "Shape",
    "benefits_of_v3",
    "decode",
    "encode",
    "evidence",
    "inquiry_to_v3",
    "read_answer",
    "receive",
]
