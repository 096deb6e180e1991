"""Kind of coverage: which policies and rules of law apply, from the kind of plan where it is known."""

from __future__ import annotations

from collections.abc import Mapping

from verify.catalogue.policy_card import Program
from verify.facts import WHOLE_PLAN, FactName, Merged, Standing

#: A plan's way of paying ("hmo") is no kind of coverage: Medicare and Medicaid are also sold as one.
PROGRAMS: Mapping[str, Program] = {
    "medicare": Program.MEDICARE,
    "medicare_advantage": Program.MEDICARE_ADVANTAGE,
    "medicaid": Program.MEDICAID,
    "medicaid_managed_care": Program.MEDICAID,
    "marketplace": Program.MARKETPLACE,
    "tricare": Program.TRICARE,
}


def program_of(merged: Merged) -> Program | None:
    """None where the kind of plan is not known, is disputed, or says nothing about it."""
    product = merged.look_up(FactName.PRODUCT, service_types=(WHOLE_PLAN,))
    stated = product.fact is not None and product.settled and product.standing is Standing.VALUE
    return PROGRAMS.get(str(product.fact.value)) if stated and product.fact else None
