import pytest

from verify.followup import REFUSALS, Mender, refusal
from verify.followup.refusals import LADDER, OTHER_REFUSALS, REMEDIES, refusals_of
from verify.verification import OwnerRole

#: AAA03 of the implementation guide, all levels.
GUIDE = (
    "04 15 33 35 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 67 68 69 70 71 72 "
    "73 74 75 76 77 78 79 80 97 98 AA AE AF AG AO CI E8 IA MA T4"
)
REASONS = GUIDE.split()


def test_every_reject_reason_has_a_meaning_in_our_words():
    assert set(REFUSALS) == set(REASONS)
    assert len({refused.means for refused in REFUSALS.values()}) == len(REASONS)


@pytest.mark.parametrize("mender", Mender)
def test_every_mender_has_a_title_and_an_owner(mender):
    assert REMEDIES[mender].title
    assert REMEDIES[mender].owner in {OwnerRole.COORDINATOR, OwnerRole.ADMIN}


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_says_what_to_do(reason):
    refused = refusal(reason)
    assert refused.steps or REMEDIES[refused.mender].steps


@pytest.mark.parametrize(
    ("reasons", "mender", "owner"),
    [
        ("42 80", Mender.PASSING, OwnerRole.COORDINATOR),
        ("79 T4 04 41", Mender.ROUTING, OwnerRole.ADMIN),
        ("43 44 45 46 47 48 49 50 51 52 97", Mender.PROVIDER, OwnerRole.ADMIN),
        ("58 60 64 65 66 67 68 71 72 73 74 75 76 77 78", Mender.PATIENT, OwnerRole.COORDINATOR),
        ("56 57 61 62 63", Mender.DATE, OwnerRole.COORDINATOR),
        ("15 33 54 55 AF AG", Mender.QUESTION, OwnerRole.ADMIN),
        ("35 53 69 70 98 AO", Mender.SERVICE, OwnerRole.COORDINATOR),
        ("AA AE CI E8 IA MA", Mender.AUTHORIZATION, OwnerRole.COORDINATOR),
    ],
)
def test_each_reason_goes_to_whoever_can_mend_it(reasons, mender, owner):
    assert {refusal(reason).mender for reason in reasons.split()} == {mender}
    assert REMEDIES[mender].owner is owner


def test_a_reason_nobody_knows_is_said_by_its_code():
    assert refusal("ZZ").mender is Mender.UNKNOWN
    assert "ZZ" in refusal("ZZ").means


@pytest.mark.parametrize("code", sorted(OTHER_REFUSALS))
def test_a_refusal_without_reasons_is_known_by_its_code(code):
    assert refusals_of(code, []) == [OTHER_REFUSALS[code]]


def test_a_refusal_is_never_without_meaning():
    [refused] = refusals_of("aaa", [])
    assert refused.mender is Mender.UNKNOWN


def test_a_person_not_found_is_looked_for_in_a_stated_order():
    assert refusal("75").steps == LADDER
    assert refusal("72").steps[0] == LADDER[0]
    assert refusal("77").steps[0] == LADDER[3]
