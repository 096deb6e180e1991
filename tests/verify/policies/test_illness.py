"""What of the evidence sheet reaches the rules, and when a score counts as severe."""

from __future__ import annotations

from datetime import date

import pytest

from tests.verify.policies.sheets import sheet
from verify.catalogue import CatalogueError, load
from verify.catalogue.criteria import MOST_POINTS, Scale
from verify.catalogue.depression_scales import load_depression_scales, read_depression_scales
from verify.policies import illness_of

SCALES = load_depression_scales()
TMS = load().service_lines["tms"]
ON = date(2026, 11, 30)


def score(scale: str, points: int, on: str = "2026-11-20") -> dict[str, object]:
    return {"scale": scale, "points": points, "on": on}


def severe(*scores: dict[str, object]) -> bool | None:
    found = illness_of(sheet(scores=list(scores)), TMS, ON, SCALES)
    assert found is not None
    return found.is_severe


@pytest.mark.parametrize(
    ("scale", "below", "open_", "from_"),
    [
        ("PHQ-9", 14, (15, 19), 20),
        ("MADRS", 30, (31, 34), 35),
        ("HAM-D", 19, (20, 23), 24),
        ("BDI", 18, (19, 29), 30),
        ("QIDS", 15, (), 16),
    ],
)
def test_where_texts_differ_about_a_score_it_says_nothing(scale, below, open_, from_):
    assert (severe(score(scale, 0)), severe(score(scale, below))) == (False, False)
    assert [severe(score(scale, points)) for points in open_] == [None] * len(open_)
    assert (severe(score(scale, from_)), severe(score(scale, MOST_POINTS[Scale(scale)]))) == (True, True)


@pytest.mark.parametrize(
    ("scores", "is_severe"),
    [
        ([], None),
        ([score("PHQ-9", 21, "2026-11-20"), score("PHQ-9", 8, "2026-10-01")], True),
        ([score("PHQ-9", 21, "2026-10-01"), score("PHQ-9", 8, "2026-11-20")], False),
        ([score("PHQ-9", 21), score("MADRS", 12)], None),
        ([score("PHQ-9", 21), score("MADRS", 40)], True),
        ([score("PHQ-9", 21), score("MADRS", 33)], None),
        ([score("PHQ-9", 21, "2026-12-01")], None),
        ([score("PHQ-9", 21, "2026-11-30")], True),
    ],
)
def test_the_newest_scores_until_the_day_decide_where_they_agree(scores, is_severe):
    assert severe(*scores) is is_severe


def test_diagnoses_go_along_with_what_payers_mean_by_the_line():
    found = illness_of(sheet(diagnoses=[{"code": "F33.2"}, {"code": "F41.1"}]), TMS, ON, SCALES)
    assert found is not None
    assert found.diagnoses == ("F33.2", "F41.1")
    assert TMS.diagnoses is not None
    assert (found.usual, found.some_payers, found.refused) == (
        TMS.diagnoses.usual,
        TMS.diagnoses.some_payers,
        TMS.diagnoses.refused,
    )


def test_a_line_of_which_nothing_is_said_has_no_illness():
    line = next(line for line in load().service_lines.values() if line.diagnoses is None)
    assert illness_of(sheet(diagnoses=[{"code": "F33.2"}]), line, ON, SCALES) is None


HEAD = 'read_on = 2026-11-28\nreview_by = 2027-11-28\nsource = "S"\n'
MARK = '[[scales]]\nscale = "PHQ-9"\nsevere_from = 20\nbelow_severe_until = 14\n'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEAD.replace('"S"', '" "') + MARK, "source is empty"),
        (HEAD + MARK + MARK, "a scale stands twice"),
        (HEAD + MARK.replace("20", "14"), "do not rise"),
        (HEAD + MARK.replace("20", "28"), "more than it has"),
        (HEAD + MARK.replace("PHQ-9", "GAD-7"), "GAD-7"),
        (HEAD + MARK + "note = 1\n", "the key note is not known"),
    ],
)
def test_a_faulty_list_of_scales_is_refused(text: str, reason: str) -> None:
    with pytest.raises(CatalogueError, match=r"^depression_scales\.toml:\d+: ") as caught:
        read_depression_scales(text)
    assert reason in str(caught.value)


def test_a_scale_that_is_not_on_the_list_says_nothing():
    assert read_depression_scales(HEAD + MARK).is_severe(Scale.MADRS, 60) is None
