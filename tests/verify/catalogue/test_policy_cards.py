"""Every card names its sources and the days it was read and holds; a faulty one is refused with its line."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from verify.catalogue import CatalogueError, load
from verify.catalogue.card_shelf import (
    Shelf,
    examine_cards,
    load_cards,
    past_review,
    read_cards,
)
from verify.catalogue.criteria import AnyOf, Trials
from verify.catalogue.policy_card import EntryStatus, PolicyCard, Stand, overlap, plain

LINES = load().service_lines
CARDS = load_cards()
BY_KEY = {card.key: card for card in CARDS}

CARD = """key = "larkspur_tms"
title = "Larkspur Health, policy 7"
names = ["Larkspur Health"]
service_lines = ["tms"]
programs = ["commercial"]
status_of_entry = "second_hand"
read_on = 2026-11-01
review_by = 2027-02-01
effective_from = 2026-01-01

[[sources]]
key = "text"
title = "Policy 7"
where = "larkspur.example"

[[authorization]]
network = "in"
required = "yes"
source = "text"

[[criteria]]
key = "age"
readings = [{ source = "text", asks = { kind = "age", min = 18 } }]

[[criteria]]
key = "trials"
[[criteria.readings]]
source = "text"
[criteria.readings.asks]
kind = "any_of"
parts = [
  { kind = "trials", min = 2, classes = 2 },
  { kind = "psychotherapy" },
]

[[notes]]
text = "The policy says “short words”."
source = "text"
"""


TMS_PAYERS = (
    "aetna anthem bcbs_mp170 ca_medicaid centene cigna co_medicaid hcsc humana magellan new_directions_bcbsm "
    "ny_medicaid priority_health qualchoice select_health tricare uhc veterans"
)


@pytest.fixture
def shelf(tmp_path: Path) -> Callable[..., Shelf]:
    def written(**texts: str) -> Shelf:
        for name, text in texts.items():
            (tmp_path / f"{name}.toml").write_text(text)
        return read_cards(tmp_path, LINES)

    return written


# --- the cards we ship --------------------------------------------------------------------------------------


def test_the_cards_that_come_with_the_program_can_be_used() -> None:
    assert examine_cards().faults == ()
    assert load_cards() is load_cards()


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.key)
def test_every_card_says_where_it_comes_from_and_until_when_it_is_to_be_believed(card: PolicyCard) -> None:
    assert card.sources
    assert all(source.title and source.where for source in card.sources)
    assert card.read_on >= date(2026, 11, 23)
    assert timedelta(0) < card.review_by - card.read_on <= timedelta(days=120)
    assert card.stance, "a card says what the policy says of the service, be it nothing"


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.key)
def test_a_card_whose_text_was_not_read_states_no_criteria(card: PolicyCard) -> None:
    if card.status_of_entry is EntryStatus.UNKNOWN:
        assert card.criteria == ()
        assert card.unknowns
        assert {one.stand for one in card.stance} <= {Stand.NOT_STATED, Stand.CASE_BY_CASE}


@pytest.mark.parametrize(
    ("line", "payers"),
    [
        (
            "tms",
            TMS_PAYERS,
        ),
        ("spravato_medical", "aetna bcbs_ma bcbs_ms bcbs_nd carefirst cigna evicore hcsc medicare uhc"),
        ("ketamine_iv", "bcbs_ma medicare qualchoice uhc"),
    ],
)
def test_every_payer_of_our_notes_has_its_card(line: str, payers: str) -> None:
    keys = [card.key for card in CARDS if line in card.service_lines]
    assert [payer for payer in payers.split() if not any(key.startswith(payer) for key in keys)] == []


def test_medicare_has_a_card_for_tms_for_each_contractor_there_is() -> None:
    from verify.catalogue.medicare_contractors import load_contractors

    there = {card.contractor for card in CARDS if card.contractor}
    assert there == {one.key for one in load_contractors().contractors}


def test_infused_ketamine_is_on_the_massachusetts_card_with_the_criteria_of_spravato() -> None:
    assert BY_KEY["bcbs_ma_spravato"].service_lines == ("spravato_medical", "ketamine_iv")


def test_what_sources_disagree_on_stands_twice_on_the_card() -> None:
    ages = next(one for one in BY_KEY["aetna_tms"].criteria if one.key == "age")
    assert {(reading.source, reading.asks.min) for reading in ages.readings} == {("cpb", 15), ("verity", 18)}  # type: ignore[union-attr]


# --- faulty files -------------------------------------------------------------------------------------------


def test_the_card_of_these_tests_is_sound(shelf: Callable[..., Shelf]) -> None:
    read = shelf(larkspur_tms=CARD)
    assert read.faults == ()
    (card,) = read.cards
    trials = card.criteria[1].readings[0].asks
    assert isinstance(trials, AnyOf)
    assert isinstance(trials.parts[0], Trials)


@pytest.mark.parametrize(
    ("change", "line", "reason"),
    [
        (('title = "Lark', 'tittle = "Lark'), 2, "the key tittle is not known"),
        (("min = 18 }", "mim = 18 }"), 23, "the key mim is not known"),
        (("min = 18", "min = 0"), 23, "min is no age"),
        (('kind = "age"', 'kind = "ago"'), 23, "Invalid value 'ago'"),
        (('network = "in"', 'network = "inside"'), 17, "Invalid enum value 'inside'"),
        (("read_on = 2026-11-01", "read_on = soon"), 7, "Invalid value"),
        (("review_by = 2027-02-01", "review_by = 2026-11-01"), 8, "must lie after read_on"),
        (("[[sources]]\n", "[[source]]\n"), 11, "the key source is not known"),
        (('key = "text"', 'key = "other"'), 16, "authorization: 'text' is none of the sources"),
        (('source = "text"\n\n[[criteria]]', 'source = "txt"\n\n[[criteria]]'), 16, "'txt' is none of"),
        (
            ('asks = { kind = "age", min = 18 } }]', 'asks = { kind = "age", min = 18 } }]\nnote = 1'),
            24,
            "the key note is not known",
        ),
        (('service_lines = ["tms"]', 'service_lines = ["tmz"]'), 4, "'tmz' is no service line"),
        (('service_lines = ["tms"]', "service_lines = []"), 4, "there is none"),
        (('key = "larkspur_tms"', 'key = "larkspur"'), 1, "belongs in larkspur.toml"),
        (('names = ["Larkspur Health"]', "names = []"), 1, "key, title and names are needed"),
        (('names = ["Larkspur Health"]', 'names = [" "]'), 1, "key, title and names are needed"),
        (('key = "age"', 'key = "trials"'), 21, "criteria: trials stands twice"),
        (("min = 2, classes = 2", "min = 2, classes = 3"), 32, "classes between 1 and min"),
        (('  { kind = "psychotherapy" },\n', ""), 29, "parts needs two or more"),
        (("“short words”", "“" + "word " * 26 + "”"), 36, "a quote has more than 25 words"),
        (
            ("effective_from = 2026-01-01", "effective_until = 2025-01-01\neffective_from = 2026-01-01"),
            9,
            "lies before",
        ),
        (
            ("effective_from = 2026-01-01", "effective_from = 2026-01-01\ncertain_from = 2026-01-01"),
            10,
            "lies after",
        ),
        (("effective_from = 2026-01-01", "certain_from = 2026-01-01"), 9, "lies after"),
        (('programs = ["commercial"]', 'programs = ["private"]'), 5, "Invalid enum value 'private'"),
        (('programs = ["commercial"]', 'states = ["ZZ"]'), 5, "'ZZ' is no state"),
        (('where = "larkspur.example"', 'where = " "'), 11, "key, title and where are needed"),
        (('[[criteria]]\nkey = "age"', '[[criteria]\nkey = "age"'), 21, "Expected"),
    ],
)
def test_a_faulty_card_is_refused_with_file_line_and_reason(
    shelf: Callable[..., Shelf], change: tuple[str, str], line: int, reason: str
) -> None:
    assert change[0] in CARD
    read = shelf(larkspur_tms=CARD.replace(*change, 1))
    assert read.cards == ()
    (fault,) = read.faults
    assert (fault.file, fault.line) == ("larkspur_tms.toml", line), fault
    assert reason in fault.reason
    assert str(fault) == f"larkspur_tms.toml:{line}: {fault.reason}"


@pytest.mark.parametrize(
    "rule",
    [
        'network = "in"\nrequired = "no"\nsource = "text"',
        'network = "in"\nrequired = "no"\nsource = "text"\nvalid_from = 2026-03-06',
    ],
)
def test_one_source_says_one_thing_of_authorization_on_a_day(shelf: Callable[..., Shelf], rule: str) -> None:
    (fault,) = shelf(larkspur_tms=f"{CARD}\n[[authorization]]\n{rule}\n").faults
    assert "two rules of 'text' for network in overlap" in fault.reason


def test_rules_that_follow_one_another_or_are_for_another_network_do_not_overlap(
    shelf: Callable[..., Shelf],
) -> None:
    text = CARD.replace('required = "yes"', 'required = "yes"\nvalid_until = 2026-03-05')
    text += '\n[[authorization]]\nnetwork = "in"\nrequired = "no"\nsource = "text"\nvalid_from = 2026-03-06\n'
    text += '\n[[authorization]]\nnetwork = "out"\nrequired = "yes"\nsource = "text"\n'
    assert shelf(larkspur_tms=text).faults == ()


def test_a_rule_that_ends_before_it_begins_is_refused(shelf: Callable[..., Shelf]) -> None:
    dates = 'required = "yes"\nvalid_from = 2026-03-06\nvalid_until = 2026-03-05'
    (fault,) = shelf(larkspur_tms=CARD.replace('required = "yes"', dates)).faults
    assert (fault.line, fault.reason) == (16, "authorization: valid_until lies before valid_from")


@pytest.mark.parametrize(
    ("change", "overlaps"),
    [
        (("", ""), True),
        (("effective_from = 2026-01-01", "effective_from = 2027-01-01"), True),
        (("effective_from = 2026-01-01", ""), True),
        (("effective_from = 2026-01-01", "effective_until = 2025-12-31"), False),
        (("effective_from = 2026-01-01", "effective_until = 2026-01-01"), True),
        (('names = ["Larkspur Health"]', 'names = ["LARKSPUR health."]'), True),
        (('names = ["Larkspur Health"]', 'names = ["Larkspur"]'), False),
        (('service_lines = ["tms"]', 'service_lines = ["ketamine_iv"]'), False),
        (('service_lines = ["tms"]', 'service_lines = ["ketamine_iv", "tms"]'), True),
        (('programs = ["commercial"]', 'programs = ["medicaid"]'), False),
        (('programs = ["commercial"]', ""), True),
        (('programs = ["commercial"]', 'states = ["NY"]'), True),
        (('programs = ["commercial"]', 'contractor = "wps"'), False),
    ],
)
def test_two_cards_do_not_hold_on_one_day_for_one_payer_and_service(
    shelf: Callable[..., Shelf], change: tuple[str, str], overlaps: bool
) -> None:
    other = CARD.replace('"larkspur_tms"', '"meadow_tms"').replace(*change)
    read = shelf(larkspur_tms=CARD, meadow_tms=other)
    reasons = [fault.reason for fault in read.faults]
    assert reasons == (["holds on the same days as larkspur_tms.toml for the same payer"] if overlaps else [])
    assert overlap(*read.cards) is overlap(*reversed(read.cards)) is overlaps


def test_states_apart_keep_two_cards_of_one_payer_apart(shelf: Callable[..., Shelf]) -> None:
    one = CARD.replace("programs", 'states = ["NY"]\nprograms')
    other = one.replace('"larkspur_tms"', '"meadow_tms"').replace('"NY"', '"CO"')
    assert shelf(larkspur_tms=one, meadow_tms=other).faults == ()


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ('[[criteria]]\nkey = "x"\nreadings = []', "a criterion has a key, readings and purposes"),
        (
            '[[criteria]]\nkey = "x"\npurposes = []\nreadings = [{ source = "text", asks = { kind = "psychotherapy" } }]',
            "a criterion has a key, readings and purposes",
        ),
        (
            '[[criteria]]\nkey = " "\nreadings = [{ source = "text", asks = { kind = "psychotherapy" } }]',
            "a criterion has a key, readings and purposes",
        ),
        ('[[caps]]\ncodes = []\nmost = 1\nper = "day"\nsource = "text"', "a cap names codes"),
        ('[[caps]]\ncodes = ["90867"]\nmost = 0\nper = "day"\nsource = "text"', "at least one unit"),
        ('[[units]]\nsource = "text"', "sessions, taper or a note is needed"),
        ('[[lengths]]\npurpose = "initial"\nsource = "text"', "either months or days"),
        ('[[lengths]]\npurpose = "initial"\nsource = "text"\nmonths = 1\ndays = 1', "either months or days"),
        (
            '[[caps]]\ncodes = ["90867"]\nmost = 1\nper = "week"\nsource = "none"',
            "caps: 'none' is none of the sources",
        ),
        (
            '[[exclusions]]\nquestion = "psychosis"\nsource = "text"\ncodes = ["psychotic"]',
            "'psychotic' is no diagnosis code",
        ),
        (
            '[[exclusions]]\nquestion = "psychosis"\nsource = "text"\ndisputed_by = ["none"]',
            "exclusions: 'none' is none of the sources",
        ),
        (
            '[[criteria]]\nkey = "x"\nreadings = [{ source = "none", asks = { kind = "psychotherapy" } }]',
            "criteria: 'none' is none of the sources",
        ),
        ('[[sources]]\nkey = "text"\ntitle = "T"\nwhere = "W"', "sources: text stands twice"),
    ],
)
def test_each_part_must_say_something(shelf: Callable[..., Shelf], part: str, reason: str) -> None:
    text = f"{CARD}\n{part}\n"
    (fault,) = shelf(larkspur_tms=text).faults
    assert reason in fault.reason
    assert fault.line > 1


def test_one_faulty_card_does_not_hide_the_others(shelf: Callable[..., Shelf]) -> None:
    broken = CARD.replace('"larkspur_tms"', '"meadow_tms"').replace("min = 18", "min = 400")
    read = shelf(larkspur_tms=CARD, meadow_tms=broken)
    assert [card.key for card in read.cards] == ["larkspur_tms"]
    assert [fault.file for fault in read.faults] == ["meadow_tms.toml"]


def test_a_file_that_is_no_text_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe")
    assert str(read_cards(tmp_path, LINES).faults[0]) == "a.toml:1: is no UTF-8 text"


def test_other_files_of_the_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "README").write_text("cards")
    assert read_cards(tmp_path, LINES) == Shelf((), ())


def test_cards_past_their_review_are_found_the_longest_overdue_first() -> None:
    first, second = BY_KEY["ca_medicaid_tms"], BY_KEY["aetna_tms"]
    assert past_review([second, first], second.review_by) == [first]
    assert past_review([second, first], second.review_by + timedelta(days=1)) == [first, second]
    assert past_review([first], first.review_by) == []


def test_broken_cards_stop_the_program_with_their_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from verify.catalogue import card_shelf

    (tmp_path / "x.toml").write_text("key = ")
    monkeypatch.setattr(card_shelf, "examine_cards", lambda: read_cards(tmp_path, LINES))
    load_cards.cache_clear()
    with pytest.raises(CatalogueError, match=r"x\.toml:1: "):
        load_cards()
    load_cards.cache_clear()


# --- days, names, lines -------------------------------------------------------------------------------------


def test_an_edition_holds_from_its_first_to_its_last_day() -> None:
    card = BY_KEY["new_directions_bcbsm_tms"]
    held = [date(2015, 12, 31), date(2016, 1, 1), date(2016, 12, 31), date(2017, 1, 1)]
    assert [card.valid_on(day) for day in held] == [False, True, True, False]


def test_a_first_day_that_sources_dispute_is_certain_from_the_later_one() -> None:
    card = BY_KEY["aetna_tms"]
    assert card.valid_on(date(2026, 1, 1))
    assert not card.certain_on(date(2026, 2, 26))
    assert card.certain_on(date(2026, 2, 27))
    assert BY_KEY["cigna_tms"].certain_on(date(2026, 3, 15))
    assert not BY_KEY["uhc_tms"].certain_on(date(2026, 3, 15)), "its first day is not stated"


def test_a_source_is_found_by_its_key() -> None:
    assert BY_KEY["aetna_tms"].source("verity").title == "Summary of an older CPB 0469"


@pytest.mark.parametrize(
    ("written", "same"),
    [("Blue Cross & Blue-Shield,  Inc.", "blue cross blue shield inc"), ("AETNA", "aetna"), ("", "")],
)
def test_names_are_the_same_without_case_and_punctuation(written: str, same: str) -> None:
    assert plain(written) == same
