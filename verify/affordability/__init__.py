"""Ledger, course estimate, help programmes, good faith estimate; pure."""

from verify.affordability.case import Case
from verify.affordability.command import run_estimate
from verify.affordability.estimate import Estimate, estimate, estimate_case
from verify.affordability.faults import CaseError, Problem
from verify.affordability.reader import parse, read_case
from verify.affordability.schema import estimate_schemas

__all__ = [
    "Case",
    "CaseError",
    "Estimate",
    "Problem",
    "estimate",
    "estimate_case",
    "estimate_schemas",
    "parse",
    "read_case",
    "run_estimate",
]
