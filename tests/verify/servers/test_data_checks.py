"""The data the program comes with is examined: what is broken, and what should have been read again."""

from datetime import date

import pytest

from verify.catalogue.card_shelf import Fault, Shelf, load_cards
from verify.servers import data_checks
from verify.servers.data_checks import check_data_briefly, check_data_files
from verify.servers.diagnosis import Level

IN_TIME, LATE = date(2026, 12, 1), date(2028, 1, 1)


def test_all_is_well_while_everything_was_read_in_time() -> None:
    (found,) = check_data_files(IN_TIME)
    assert (found.level, found.what) == (Level.OK, f"{len(load_cards())} can be used")
    assert list(check_data_briefly(IN_TIME)) == [found]


def test_each_file_past_its_review_is_named_and_counted_in_short() -> None:
    found = list(check_data_files(LATE))
    late = [one for one in found if one.level is Level.WARNING]
    assert len(late) == len(load_cards()) + 4
    (brief,) = check_data_briefly(LATE)
    assert brief.what == f"{len(late)} should have been read again by now"
    assert brief.what_to_do == "Run: verify policies check"


def test_the_review_day_itself_is_in_time() -> None:
    day = min(card.review_by for card in load_cards())
    assert [one.level for one in check_data_files(day)] == [Level.OK]


def test_a_broken_card_is_a_fault_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Shelf((), (Fault("x.toml", 7, "min is no age"),))
    monkeypatch.setattr(data_checks, "examine_cards", lambda: broken)
    for check in (check_data_files, check_data_briefly):
        (found,) = check(IN_TIME)
        assert (found.level, found.what) == (Level.FAULT, "x.toml:7: min is no age")


def test_a_broken_list_is_a_fault_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        data_checks, "LISTS", (("verify.catalogue", data_checks.CLASSES, data_checks.read_contractors),)
    )
    found = [one for one in check_data_files(IN_TIME) if one.level is Level.FAULT]
    assert [one.what.startswith("medicare_contractors.toml:") for one in found] == [True]
