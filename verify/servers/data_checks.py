"""Checks of the dated data the program comes with: policy cards, contractors, classes, scales, clocks."""

from collections.abc import Callable, Iterator
from datetime import date
from importlib.resources import files

from verify.authorizations.decision_clock import FILE as CLOCKS
from verify.authorizations.decision_clock import read_clocks
from verify.catalogue import CatalogueError
from verify.catalogue.card_shelf import examine_cards, past_review
from verify.catalogue.depression_scales import FILE as SCALES
from verify.catalogue.depression_scales import read_depression_scales
from verify.catalogue.drug_classes import FILE as CLASSES
from verify.catalogue.drug_classes import read_drug_classes
from verify.catalogue.medicare_contractors import FILE as CONTRACTORS
from verify.catalogue.medicare_contractors import read_contractors
from verify.servers.diagnosis import Finding, Level, fault, ok, warning

CHECK = "policy cards"
#: Lists beside the cards: the room they lie in, their name, and how they are read.
LISTS: tuple[tuple[str, str, Callable[[str], object]], ...] = (
    ("verify.catalogue", CONTRACTORS, read_contractors),
    ("verify.catalogue", CLASSES, read_drug_classes),
    ("verify.catalogue", SCALES, read_depression_scales),
    ("verify.authorizations", CLOCKS, read_clocks),
)


def check_data_files(today: date) -> Iterator[Finding]:
    """A fault for each broken file, a warning for each that should have been read again by now."""
    shelf = examine_cards()
    for one in shelf.faults:
        yield fault(CHECK, str(one), "Mend the line, or take the file away.")
    for card in past_review(shelf.cards, today):
        what = f"{card.key} was read on {card.read_on}, and was to be read again by {card.review_by}"
        yield warning(CHECK, what, "Read the payer's policy and date the card anew.")
    yield from check_lists(today)
    if not shelf.faults:
        yield ok(CHECK, f"{len(shelf.cards)} can be used")


def check_lists(today: date) -> Iterator[Finding]:
    for room, name, read in LISTS:
        try:
            found = read((files(room) / name).read_text(encoding="utf-8"))
        except CatalogueError as error:
            yield fault(CHECK, str(error), "Mend the file.")
            continue
        review_by = getattr(found, "review_by", today)
        if review_by < today:
            yield warning(
                CHECK, f"{name} was to be read again by {review_by}", "Read its source and date it anew."
            )


def check_data_briefly(today: date) -> Iterator[Finding]:
    """Each fault, and one line for all that should have been read again."""
    found = list(check_data_files(today))
    yield from (one for one in found if one.level is Level.FAULT)
    late = sum(one.level is Level.WARNING for one in found)
    if late:
        yield warning(CHECK, f"{late} should have been read again by now", "Run: verify policies check")
    else:
        yield from (one for one in found if one.level is Level.OK)
