"""A patient's course as a case: what is known of the plan, the sessions and the prices; what is missing is said."""

from verify.affordability.patient.assumption_fields import OF_A_COURSE, OF_ALL, read_assumptions
from verify.affordability.patient.assumptions import NOTHING_ASSUMED, Assumptions
from verify.affordability.patient.cost import CourseCost, OtherStart, Range, Worth
from verify.affordability.patient.course_cost import course_cost
from verify.affordability.patient.side_by_side import Option, side_by_side

__all__ = [
    "NOTHING_ASSUMED",
    "OF_ALL",
    "OF_A_COURSE",
    "Assumptions",
    "CourseCost",
    "Option",
    "OtherStart",
    "Range",
    "Worth",
    "course_cost",
    "read_assumptions",
    "side_by_side",
]
