import pytest

from verify.verification import (
    INQUIRY_MOVES,
    INQUIRY_NEXT,
    VERIFICATION_MOVES,
    VERIFICATION_NEXT,
    InquiryState,
    MoveForbidden,
    OwnerRole,
    VerificationState,
    may_move,
    move,
    new_id,
)


def test_a_new_id_names_its_kind_and_is_never_the_same_twice():
    first, second = new_id("ver"), new_id("ver")
    assert first.startswith("ver_")
    assert len(first) == len("ver_") + 26
    assert first != second


@pytest.mark.parametrize(
    ("moves", "states"),
    [(INQUIRY_MOVES, InquiryState), (VERIFICATION_MOVES, VerificationState)],
    ids=["inquiry", "verification"],
)
def test_every_state_has_its_moves_and_can_be_reached(moves, states):
    reached = {after for following in moves.values() for after in following}
    starts = {InquiryState.PLANNED, VerificationState.READY, VerificationState.NEEDS_INFORMATION}
    assert set(moves) == set(states)
    assert set(states) - starts <= reached


@pytest.mark.parametrize(
    ("table", "states"),
    [(INQUIRY_NEXT, InquiryState), (VERIFICATION_NEXT, VerificationState)],
    ids=["inquiry", "verification"],
)
def test_every_state_has_exactly_one_next_action_with_owner_and_due_time(table, states):
    assert set(table) == set(states)
    for following in table.values():
        assert following.action
        assert following.owner in OwnerRole


@pytest.mark.parametrize(
    ("moves", "before", "after"),
    [(INQUIRY_MOVES, before, after) for before in InquiryState for after in InquiryState]
    + [(VERIFICATION_MOVES, before, after) for before in VerificationState for after in VerificationState],
)
def test_a_move_is_made_when_allowed_and_refused_otherwise(moves, before, after):
    if after in moves[before]:
        assert may_move(before, after)
        assert move(before, after) is after
    else:
        with pytest.raises(MoveForbidden, match=f"{after} may not follow {before}"):
            move(before, after)


def test_a_state_of_one_kind_never_follows_a_state_of_the_other():
    with pytest.raises(MoveForbidden):
        move(InquiryState.PLANNED, VerificationState.ASKING)


def test_the_program_never_verifies_by_itself():
    assert not may_move(VerificationState.ASKING, VerificationState.VERIFIED)
    assert not may_move(VerificationState.READY, VerificationState.VERIFIED)
    assert may_move(VerificationState.NEEDS_PERSON, VerificationState.VERIFIED)


def test_a_rejected_question_is_never_asked_again_unchanged():
    assert not may_move(InquiryState.REJECTED, InquiryState.ASKING)


def test_nothing_follows_an_answer_or_a_cancellation():
    assert not INQUIRY_MOVES[InquiryState.ANSWERED]
    assert not VERIFICATION_MOVES[VerificationState.CANCELLED]
