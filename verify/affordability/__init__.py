"""Ledger, course estimate, help programmes, good faith estimate; pure."""

from verify.affordability.case import Case, CaseError, Problem, parse, read_case
from verify.affordability.command import run_estimate
from verify.affordability.estimate import Estimate, estimate, estimate_case
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
