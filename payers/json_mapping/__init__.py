"""Inquiry -> JSON question, JSON answer -> Benefits: the v3 shape of Stedi and Optum, and Stedi's of 2026-06-01."""

from payers.json_mapping.answer import Shape, faulted, pointers, read_answer, receive
from payers.json_mapping.comparison import whole_line
from payers.json_mapping.fetched import fetched, following, looking
from payers.json_mapping.fields import decode
from payers.json_mapping.keyed_source import KeyedSource
from payers.json_mapping.normal_form_2026 import benefits_of_2026, lines_of_2026
from payers.json_mapping.normal_form_v3 import benefits_of_v3
from payers.json_mapping.payer_page import list_page
from payers.json_mapping.question import encode, evidence, key_headers, whole_number, without_credentials
from payers.json_mapping.question_2026 import inquiry_to_2026
from payers.json_mapping.question_v3 import OPTUM, STEDI, Dialect, inquiry_to_v3

V3 = Shape(benefits_of_v3, whole_line)
STEDI_2026 = Shape(benefits_of_2026, lines_of_2026)

__all__ = [
    "OPTUM",
    "STEDI",
    "STEDI_2026",
    "V3",
    "Dialect",
    "KeyedSource",
    "Shape",
    "benefits_of_2026",
    "benefits_of_v3",
    "decode",
    "encode",
    "evidence",
    "faulted",
    "fetched",
    "following",
    "inquiry_to_2026",
    "inquiry_to_v3",
    "key_headers",
    "list_page",
    "looking",
    "pointers",
    "read_answer",
    "receive",
    "whole_number",
    "without_credentials",
]
