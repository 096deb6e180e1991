"""Ledger, course estimate, help programmes, good faith estimate; pure."""

from verify.affordability.case import Case, CaseError, Problem, parse, read_case
from verify.affordability.estimate import Estimate, estimate, estimate_case

__all__ = ["Case", "CaseError", "Estimate", "Problem", "estimate", "estimate_case", "parse", "read_case"]
