"""Inquiry -> 270, 271 -> Benefits"""

from payers.x12_mapping.answer import accept, kind_of, ours, raise_rejection, receive, rejections
from payers.x12_mapping.files import exit_code, json_schema, read_file, read_stream, show, to_json
from payers.x12_mapping.normal_form import benefits_of
from payers.x12_mapping.question import inquiry_to_270
from payers.x12_mapping.requirements import Requirements
from payers.x12_mapping.search import EXTRA, MOST_POINTERS, Search, qualified_diagnoses

__all__ = [
    "EXTRA",
    "MOST_POINTERS",
    "Requirements",
    "Search",
    "accept",
    "benefits_of",
    "exit_code",
    "inquiry_to_270",
    "json_schema",
    "kind_of",
    "ours",
    "qualified_diagnoses",
    "raise_rejection",
    "read_file",
    "read_stream",
    "receive",
    "rejections",
    "show",
    "to_json",
]
