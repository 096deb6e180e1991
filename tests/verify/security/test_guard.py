"""Only opaque ids may travel in a job message."""

import pytest

from verify.security.guard import UnsafeArgument, check_arguments, is_opaque_id

JOB = "job_01JD4Z8Q6V3M5N7P9R1T2W4X6Y"


def test_opaque_ids_pass_by_place_and_by_name() -> None:
    check_arguments([JOB, JOB], {"job_id": JOB})
    check_arguments([])


@pytest.mark.parametrize(
    "value",
    [
        "W123456789",
        "Marker",
        "1980-02-29",
        "",
        JOB + "\n",
        " " + JOB,
        JOB.lower(),
        JOB[:-1],
        JOB + "0",
        JOB.replace("J", "I"),
        "JOB_" + JOB[4:],
        JOB[4:],
        "jób_" + JOB[4:],
        JOB.encode(),
        7,
        None,
        True,
        [JOB],
        {"id": JOB},
    ],
)
def test_anything_else_is_refused_and_never_repeated(value: object) -> None:
    with pytest.raises(UnsafeArgument) as refused:
        check_arguments([JOB, value])
    assert str(refused.value) == "argument 2 of 2 is not an opaque id"
    with pytest.raises(UnsafeArgument) as refused:
        check_arguments([], {"job_id": value})
    assert str(refused.value) == "named argument 1 is not an opaque id"
    assert not is_opaque_id(value)


def test_a_name_of_an_argument_cannot_carry_a_value() -> None:
    with pytest.raises(UnsafeArgument) as refused:
        check_arguments([], {"W123456789": JOB})
    assert "W123456789" not in str(refused.value)


def test_text_is_not_taken_for_a_sequence_of_arguments() -> None:
    with pytest.raises(UnsafeArgument):
        check_arguments(JOB)
    with pytest.raises(UnsafeArgument):
        check_arguments("")
