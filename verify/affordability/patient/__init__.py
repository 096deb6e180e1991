"""A patient's course as a case: what is known of the plan, the sessions and the prices; what is missing is said."""

from verify.affordability.patient.course_cost import CourseCost, Range, Worth, course_cost

__all__ = ["CourseCost", "Range", "Worth", "course_cost"]
