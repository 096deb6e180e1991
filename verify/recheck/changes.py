"""Changes: what the newer of two snapshots says otherwise, and what that does to the visit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum

import msgspec

from verify.findings.finding import day_words, dollars
from verify.recheck.snapshot import Snapshot


class ChangeKind(StrEnum):
    COVERAGE_ENDED = "coverage_ended"
    COVERAGE_UNCONFIRMED = "coverage_unconfirmed"
    COVERAGE_RESTORED = "coverage_restored"
    PAYER = "payer"
    ADMINISTRATOR = "administrator"
    OTHER_PAYER = "other_payer"
    AUTHORIZATION_NEEDED = "authorization_needed"
    AUTHORIZATION = "authorization"
    PLAN_ENDS = "plan_ends"
    DEDUCTIBLE_RESET = "deductible_reset"
    DEDUCTIBLE_RAISED = "deductible_raised"
    DEDUCTIBLE_MET = "deductible_met"
    DEDUCTIBLE_LEFT = "deductible_left"
    OUT_OF_POCKET_RESET = "out_of_pocket_reset"
    OUT_OF_POCKET_RAISED = "out_of_pocket_raised"
    OUT_OF_POCKET_MET = "out_of_pocket_met"
    OUT_OF_POCKET_LEFT = "out_of_pocket_left"
    COPAY = "copay"
    COINSURANCE = "coinsurance"
    PLAN_NAME = "plan_name"


class Weight(StrEnum):
    """What a change calls for, the heaviest first."""

    #: The visit cannot go on as planned before a person has looked.
    STOPS = "stops"
    #: The patient pays something else than they were told.
    COSTS = "costs"
    #: Something known before is not stated any more: a question, not a change of the plan.
    ASKS = "asks"
    #: Expected: claims were processed, or more is known than before.
    ROUTINE = "routine"


HEAVIEST_FIRST = tuple(Weight)


class Cents(msgspec.Struct, frozen=True, tag="cents"):
    cents: int


class BasisPoints(msgspec.Struct, frozen=True, tag="basis_points"):
    """The patient's share: 2000 is 20 %."""

    basis_points: int


class Day(msgspec.Struct, frozen=True, tag="day"):
    on: date


class Word(msgspec.Struct, frozen=True, tag="word"):
    """A name of a company or plan, or a conclusion of a finding."""

    text: str


Said = Cents | BasisPoints | Day | Word


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that is not as it was. A None among `was` and `now` is "not stated". Holds no patient data."""

    kind: ChangeKind
    service_line: str
    weight: Weight
    was: Said | None
    now: Said | None
    #: What it does to the visit, in a sentence; empty for what does nothing to it.
    effect: str = ""
    #: What each visit costs the patient more (less than 0: less), where both amounts hold for this very line.
    visit_cents: int | None = None


def changes_between(before: Snapshot, after: Snapshot) -> tuple[Change, ...]:
    """Every change, the heaviest first; none when both say the same, in whatever order they said it."""
    found = [
        *_payers(before, after),
        *_coverage(before, after),
        *_authorization(before, after),
        *_left(before, after, "deductible"),
        *_left(before, after, "out_of_pocket"),
        *_cost_share(before, after),
        *_plan_name(before, after),
    ]
    return tuple(sorted(found, key=lambda change: HEAVIEST_FIRST.index(change.weight)))


def is_confirmation(changes: Iterable[Change]) -> bool:
    """Whether what a person signed still stands: nothing moved but what was expected to."""
    return all(change.weight is Weight.ROUTINE for change in changes)


# --- who pays -------------------------------------------------------------------------------------------


def _payers(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    if before.payer != after.payer:
        effect = f"{_visit(after)} is billed to {after.payer}; what {before.payer} said does not hold there."
        yield _change(after, ChangeKind.PAYER, Weight.STOPS, Word(before.payer), Word(after.payer), effect)
    if before.administered_by != after.administered_by:
        yield _administrator(before, after)
    if before.other_payers != after.other_payers:
        yield _other_payers(before, after)


def _administrator(before: Snapshot, after: Snapshot) -> Change:
    was, now = _word(before.administered_by), _word(after.administered_by)
    if now is None:
        return _change(after, ChangeKind.ADMINISTRATOR, Weight.ASKS, was, now)
    effect = (
        f"{after.label} is administered by {now.text}: benefits, authorization and claims are theirs to "
        f"answer for {_visit(after, small=True)}."
    )
    return _change(after, ChangeKind.ADMINISTRATOR, Weight.STOPS, was, now, effect)


def _other_payers(before: Snapshot, after: Snapshot) -> Change:
    was, now = _word(", ".join(before.other_payers)), _word(", ".join(after.other_payers))
    if set(after.other_payers) <= set(before.other_payers):
        return _change(after, ChangeKind.OTHER_PAYER, Weight.ASKS, was, now)
    effect = f"Which payer pays first must be settled before {_visit(after, small=True)}."
    return _change(after, ChangeKind.OTHER_PAYER, Weight.STOPS, was, now, effect)


# --- whether the plan is there --------------------------------------------------------------------------

ACTIVE = frozenset({"active", "plan_active"})


def _coverage(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    was, now = before.coverage, after.coverage
    if was == now or (was in ACTIVE and now in ACTIVE):
        yield from _plan_end(before, after)
        return
    words = _word(was), _word(now)
    if now == "inactive":
        effect = (
            f"{_visit(after)} has no active coverage by the payer's answer. Ask for the current card first."
        )
        yield _change(after, ChangeKind.COVERAGE_ENDED, Weight.STOPS, *words, effect)
    elif was == "inactive" and now in ACTIVE:
        effect = f"The payer reports coverage on {day_words(after.on)} again."
        yield _change(after, ChangeKind.COVERAGE_RESTORED, Weight.COSTS, *words, effect)
    elif was in ACTIVE:
        effect = f"Nobody confirms coverage for {_visit(after, small=True)} now."
        yield _change(after, ChangeKind.COVERAGE_UNCONFIRMED, Weight.STOPS, *words, effect)
    else:
        yield _change(after, ChangeKind.COVERAGE_RESTORED, Weight.ROUTINE, *words)


def _plan_end(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    was, now = before.plan_ends_on, after.plan_ends_on
    if was == now:
        return
    days = Day(was) if was else None, Day(now) if now else None
    if now is None or now >= after.last_visit_on or (was is not None and now > was):
        yield _change(after, ChangeKind.PLAN_ENDS, Weight.ROUTINE, *days)
        return
    effect = f"Visits after {day_words(now)} are not covered by this plan."
    yield _change(after, ChangeKind.PLAN_ENDS, Weight.COSTS, *days, effect)


def _plan_name(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    was, now = before.plan_name, after.plan_name
    if was == now or (was and now and was.casefold() == now.casefold()):
        return
    words = _word(was), _word(now)
    if was is None or now is None:
        yield _change(after, ChangeKind.PLAN_NAME, Weight.ROUTINE, *words)
        return
    effect = "The patient is on another plan: what was said by phone of the old one may not hold."
    yield _change(after, ChangeKind.PLAN_NAME, Weight.COSTS, *words, effect)


def _authorization(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    was, now = before.authorization, after.authorization
    if was == now:
        return
    words = _word(was), _word(now)
    if now == "required":
        effect = f"Authorization is needed before {_visit(after, small=True)}."
        yield _change(after, ChangeKind.AUTHORIZATION_NEEDED, Weight.STOPS, *words, effect)
    elif was == "required":
        effect = "Ask before the authorization at hand is dropped." if now else ""
        yield _change(after, ChangeKind.AUTHORIZATION, Weight.ASKS, *words, effect)
    else:
        weight = Weight.ROUTINE if now in ("not_required", "ask_for_codes") else Weight.ASKS
        yield _change(after, ChangeKind.AUTHORIZATION, weight, *words)


# --- what the patient pays ------------------------------------------------------------------------------

LIMIT_WORDS = {"deductible": "deductible", "out_of_pocket": "out-of-pocket maximum"}


def _left(before: Snapshot, after: Snapshot, limit: str) -> Iterator[Change]:
    """What is left of the deductible or of the out-of-pocket maximum."""
    was: int | None = getattr(before, f"{limit}_left")
    now: int | None = getattr(after, f"{limit}_left")
    if was == now:
        return
    cents = _cents(was), _cents(now)
    if was is None or now is None:
        weight = Weight.ROUTINE if was is None else Weight.ASKS
        yield _change(after, ChangeKind(f"{limit}_left"), weight, *cents)
    elif now > was:
        yield _raised(after, limit, was, now, is_reset=now == getattr(after, f"{limit}_total"))
    elif now == 0:
        yield _change(after, ChangeKind(f"{limit}_met"), Weight.COSTS, *cents, _met(limit))
    else:
        yield _change(after, ChangeKind(f"{limit}_left"), Weight.ROUTINE, *cents)


def _raised(after: Snapshot, limit: str, was: int, now: int, *, is_reset: bool) -> Change:
    words = LIMIT_WORDS[limit]
    why = "has started anew" if is_reset else "has grown: a claim was taken back, or the plan changed"
    effect = f"The {words} {why}. {dollars(now - was)} more is left than before"
    if limit == "deductible":
        effect += "; until it is met, visits the deductible applies to are paid by the patient."
    else:
        effect += ": the patient's share is due again."
    kind = ChangeKind(f"{limit}_reset" if is_reset else f"{limit}_raised")
    return _change(after, kind, Weight.COSTS, Cents(was), Cents(now), effect)


def _met(limit: str) -> str:
    if limit == "deductible":
        return "The deductible is met: from now on the patient owes copay or coinsurance alone."
    return "The out-of-pocket maximum is met: in-network visits may cost the patient nothing more this year."


def _cost_share(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    if before.copay != after.copay:
        yield _copay(before, after)
    was, now = before.coinsurance_basis_points, after.coinsurance_basis_points
    if was != now:
        shares = BasisPoints(was) if was is not None else None, BasisPoints(now) if now is not None else None
        effect = (
            f"The patient's share of each visit is another{_in_general(after)}."
            if was is not None and now is not None
            else ""
        )
        yield _change(after, ChangeKind.COINSURANCE, _weight_of(was, now), *shares, effect)


def _copay(before: Snapshot, after: Snapshot) -> Change:
    was, now = before.copay, after.copay
    cents = _cents(was), _cents(now)
    if was is None or now is None:
        return _change(after, ChangeKind.COPAY, _weight_of(was, now), *cents)
    more = now - was
    side = "more" if more > 0 else "less"
    effect = f"Each visit costs the patient {dollars(abs(more))} {side}{_in_general(after)}."
    exact = more if before.cost_is_of_line and after.cost_is_of_line else None
    return _change(after, ChangeKind.COPAY, Weight.COSTS, *cents, effect, exact)


def _weight_of(was: int | None, now: int | None) -> Weight:
    if now is None:
        return Weight.ASKS
    return Weight.ROUTINE if was is None else Weight.COSTS


def _in_general(after: Snapshot) -> str:
    return "" if after.cost_is_of_line else f", as the payer puts it in general; for {after.label} ask"


# --- parts ----------------------------------------------------------------------------------------------


def _change(
    after: Snapshot,
    kind: ChangeKind,
    weight: Weight,
    was: Said | None,
    now: Said | None,
    effect: str = "",
    visit_cents: int | None = None,
) -> Change:
    return Change(
        kind=kind,
        service_line=after.service_line,
        weight=weight,
        was=was,
        now=now,
        effect=effect,
        visit_cents=visit_cents,
    )


def _visit(after: Snapshot, *, small: bool = False) -> str:
    return f"{'the' if small else 'The'} visit on {day_words(after.on)}"


def _word(text: str | None) -> Word | None:
    return Word(text) if text else None


def _cents(amount: int | None) -> Cents | None:
    return None if amount is None else Cents(amount)
