"""The correct-data ladder: what is suggested for which refusal, in order, and never more than three times."""

from datetime import date

import pytest

from payers.directory import AutomaticRepair, Quirks
from verify.asking import MOST_TRIES, WORDS, Asked, Changes, RepairKind, suggestions
from verify.asking.repairs import LADDER, legal_names

USUAL = Quirks()
PLAIN = Asked(member_id="W1234567", first_name="Adaeze", last_name="Okafor", birth_date=date(1984, 3, 21))


def kinds(asked, *reasons, quirks=USUAL):
    return [repair.kind for repair in suggestions(asked, reasons, quirks)]


def asked(**given):
    return Asked(**{"member_id": "W1234567", "first_name": "Adaeze", "last_name": "Okafor", **given})


def test_data_with_nothing_odd_leave_nothing_to_suggest():
    assert kinds(PLAIN, "75") == []


@pytest.mark.parametrize(
    ("given", "reason", "changes"),
    [
        ({"member_id": "W123-45 67"}, "72", Changes(member_id="W1234567")),
        ({"member_id": "XYZ12O45678"}, "72", Changes(member_id="XYZ12045678")),
        ({"member_id": "W1234567801"}, "75", Changes(member_id="W12345678")),
        ({"birth_date": date(1984, 3, 12)}, "71", Changes(birth_date=date(1984, 12, 3))),
        ({"first_name": "Bill"}, "73", Changes(first_name="William")),
        ({"last_name": "Okafor Jr."}, "73", Changes(last_name="Okafor")),
        ({"middle_name": "N"}, "65", Changes(middle_name="")),
        ({"first_name": "Mary Ann"}, "73", Changes(first_name="Mary")),
        ({"last_name": "Núñez-O'Hara"}, "73", Changes(first_name="Adaeze", last_name="Nunez OHara")),
        ({"is_dependent": True}, "77", Changes(as_subscriber=True)),
        ({"sex": "F"}, "74", Changes(sex="")),
        ({"group_number": "G1"}, "78", Changes(group_number="")),
    ],
)
def test_each_rung_changes_one_thing(given, reason, changes):
    assert changes in [repair.changes for repair in suggestions(asked(**given), [reason], USUAL)]


def test_a_birth_date_that_cannot_be_swapped_is_left_alone():
    assert kinds(asked(birth_date=date(1984, 3, 21)), "71") == []
    assert kinds(asked(birth_date=date(1984, 5, 5)), "71") == []


def test_the_ladder_keeps_its_order_and_names_what_fits_the_reason():
    odd = asked(member_id="W-1234567", first_name="Bill", middle_name="N", is_dependent=True)
    assert kinds(odd, "75") == [
        RepairKind.PLAIN_MEMBER_ID,
        RepairKind.LEGAL_FIRST_NAME,
        RepairKind.WITHOUT_MIDDLE_NAME,
        RepairKind.AS_SUBSCRIBER,
    ]
    assert kinds(odd, "72") == [RepairKind.PLAIN_MEMBER_ID]
    assert kinds(odd, "43") == []


def test_what_was_tried_is_not_suggested_again():
    odd = asked(member_id="W-1234567", first_name="Bill")
    tried = [Changes(member_id="W1234567")]
    assert [repair.kind for repair in suggestions(odd, ["75"], USUAL, tried)] == [RepairKind.LEGAL_FIRST_NAME]


def test_after_three_tries_nothing_is_suggested():
    odd = asked(first_name="Bill", middle_name="N", is_dependent=True)
    tried = [Changes(member_id=str(number)) for number in range(MOST_TRIES)]
    assert suggestions(odd, ["75"], USUAL, tried) == []
    assert suggestions(odd, ["75"], USUAL, tried[:-1])


def test_only_the_payers_own_data_make_a_repair_automatic():
    odd = asked(member_id="W-1234567", first_name="Bill")
    allowed = Quirks(source="p", read_on=date(2026, 1, 1), may_repair=(AutomaticRepair.PLAIN_MEMBER_ID,))
    assert [repair.automatic for repair in suggestions(odd, ["75"], USUAL)] == [False, False]
    assert [repair.automatic for repair in suggestions(odd, ["75"], allowed)] == [True, False]


def test_every_kind_has_words_and_every_automatic_one_a_rung():
    assert set(WORDS) == set(RepairKind)
    rungs = {kind.value for kind, _, _ in LADDER}
    assert {each.value for each in AutomaticRepair} <= rungs


def test_changes_and_what_was_asked_never_show_a_person():
    assert "Okafor" not in repr(PLAIN)
    assert "William" not in repr(Changes(first_name="William"))


def test_what_corrects_the_record_is_told_from_what_only_leaves_out():
    changes = Changes(first_name="William", middle_name="", as_subscriber=True)
    assert changes.corrects == {"first_name": "William"}


def test_short_forms_are_small_letters_and_lead_to_a_name():
    assert all(short == short.casefold() and legal.istitle() for short, legal in legal_names().items())
