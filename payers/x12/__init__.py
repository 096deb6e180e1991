"""X12 and its grammar; knows no payer, network, database or Benefits."""

from payers.x12.acknowledgments import (
    Acknowledgment,
    Fault,
    InterchangeAcknowledgment,
    read_999,
    read_ta1s,
    write_999,
    write_ta1,
)
from payers.x12.characters import Unwritable, basic, plain
from payers.x12.envelope import parse, stream
from payers.x12.inquiries import Party, Question, read_270
from payers.x12.levels import Level, levels
from payers.x12.model import Delimiters, Document, Group, Interchange, Problem, Segment, Transaction, element
from payers.x12.responses import Answered, Line, Name, read_271
from payers.x12.writing import Envelope, Writable, compose, write

__all__ = [
    "Acknowledgment",
    "Answered",
    "Delimiters",
    "Document",
    "Envelope",
    "Fault",
    "Group",
    "Interchange",
    "InterchangeAcknowledgment",
    "Level",
    "Line",
    "Name",
    "Party",
    "Problem",
    "Question",
    "Segment",
    "Transaction",
    "Unwritable",
    "Writable",
    "basic",
    "compose",
    "element",
    "levels",
    "parse",
    "plain",
    "read_270",
    "read_271",
    "read_999",
    "read_ta1s",
    "stream",
    "write",
    "write_999",
    "write_ta1",
]
