"""What a question is worth in dollars, and with it the order in which questions are asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from verify.affordability.patient import Worth
from verify.facts import FactName
from verify.findings import Question
from verify.worksheet import load


class Weighed(NamedTuple):
    """A question, and the most its answer can move what the course costs; None: it has no figure."""

    question: Question
    worth_cents: int | None


def weighed(questions: Iterable[Question], worths: Iterable[Worth]) -> list[Weighed]:
    """The dearest first; those of the same worth, and those without one, in the order of the calls."""
    worth = {(one.fact, one.service_line): one.worth_cents for one in worths}
    found = [Weighed(question, _worth(question, worth)) for question in questions]
    order = load().order
    return sorted(found, key=lambda one: (-(one.worth_cents or 0), order(one.question.fact)))


def _worth(question: Question, worth: Mapping[tuple[FactName, str], int]) -> int | None:
    """Of the line, else of the plan as a whole."""
    places = ((question.fact, question.service_line), (question.fact, ""))
    return next((worth[place] for place in places if place in worth), None)
