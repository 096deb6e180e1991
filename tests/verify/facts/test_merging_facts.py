from datetime import UTC, datetime, timedelta

import pytest

from verify.facts import (
    About,
    Fact,
    FactName,
    Known,
    Level,
    Source,
    SourceKind,
    Standing,
    Status,
    Tier,
    in_force,
    merge,
    withdrawal,
)
from verify.facts.merging import SUPPORT

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def test_every_source_has_its_weight():
    assert set(SUPPORT) == set(SourceKind)


def said(
    name=FactName.AUTHORIZATION,
    standing=Standing.YES,
    *,
    value=None,
    kind=SourceKind.X12_271,
    reference="",
    days_ago=0.0,
    status=None,
    expires_in_days=30,
    line="",
    types="MH",
    tier=Tier.IN_NETWORK,
    level=Level.PERSON,
    as_of=None,
) -> Fact:
    obtained = NOW - timedelta(days=days_ago)
    silent = standing is Standing.NOT_STATED
    return Fact(
        name=name,
        about=About(service_line=line, service_type="" if line else types, tier=tier, level=level),
        standing=standing,
        status=status or (Status.NOT_STATED if silent else Status.STATED),
        value=value,
        source=Source(
            kind=kind, reference=reference or f"{kind}-{days_ago}", by="x", obtained_at=obtained, as_of=as_of
        ),
        expires_at=NOW + timedelta(days=expires_in_days),
    )


def known(*facts: Fact) -> Known:
    [found] = merge(facts, now=NOW).known.values()
    return found


def test_a_call_outweighs_an_electronic_answer_and_the_difference_stays_visible():
    electronic, call = said(standing=Standing.NO), said(kind=SourceKind.CALL, days_ago=3)
    found = known(electronic, call)
    assert found.fact == call
    assert found.rivals == (electronic,)
    assert not found.settled
    assert found.keys == (call.key, electronic.key)


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        (SourceKind.CONTRACT, SourceKind.LETTER),
        (SourceKind.CALL, SourceKind.CONTRACT),
        (SourceKind.PORTAL, SourceKind.CALL),
        (SourceKind.X12_271, SourceKind.PORTAL),
        (SourceKind.PAYER_JSON, SourceKind.PORTAL),
        (SourceKind.CLINIC, SourceKind.X12_271),
        (SourceKind.CARD, SourceKind.CLINIC),
        (SourceKind.HUB, SourceKind.CARD),
        (SourceKind.POLICY_CARD, SourceKind.HUB),
        (SourceKind.PATIENT, SourceKind.POLICY_CARD),
    ],
)
def test_sources_carry_in_a_stated_order(weaker, stronger):
    assert known(said(kind=weaker, standing=Standing.NO), said(kind=stronger)).fact.source.kind is stronger


def test_sources_that_agree_settle_the_matter():
    assert known(said(), said(kind=SourceKind.CALL)).settled


def test_a_newer_answer_of_the_same_kind_makes_the_older_one_history():
    newer = said(standing=Standing.NO, days_ago=1)
    found = known(newer, said(days_ago=20))
    assert (found.fact, found.rivals) == (newer, ())


def test_a_newer_silence_does_not_erase_what_was_said():
    assert known(said(days_ago=5), said(standing=Standing.NOT_STATED)).standing is Standing.YES


def test_a_newer_doubt_does_replace_what_was_said():
    doubt = said(standing=Standing.UNKNOWN, status=Status.AMBIGUOUS)
    assert known(said(days_ago=5), doubt).fact == doubt


def test_the_later_reading_of_the_same_evidence_counts():
    first = said(reference="exc_1", standing=Standing.NO)
    mended = said(reference="exc_1", standing=Standing.YES)
    found = known(first, mended)
    assert (found.fact, found.rivals) == (mended, ())


def test_of_amounts_that_move_the_newest_wins_whatever_its_source():
    call = said(FactName.DEDUCTIBLE_REMAINING, Standing.VALUE, value=500_00, kind=SourceKind.CALL, days_ago=4)
    newer = said(FactName.DEDUCTIBLE_REMAINING, Standing.VALUE, value=300_00)
    found = known(call, newer)
    assert (found.fact, found.rivals) == (newer, ())


def test_amounts_that_move_conflict_only_when_obtained_together():
    call = said(
        FactName.DEDUCTIBLE_REMAINING, Standing.VALUE, value=500_00, kind=SourceKind.CALL, days_ago=0.5
    )
    newer = said(FactName.DEDUCTIBLE_REMAINING, Standing.VALUE, value=300_00)
    assert known(call, newer).rivals == (call,)


@pytest.mark.parametrize(("days_apart", "is_conflict"), [(1, True), (1.01, False)])
def test_amounts_a_day_apart_are_still_held_against_each_other(days_apart, is_conflict):
    call = said(
        FactName.DEDUCTIBLE_REMAINING,
        Standing.VALUE,
        value=500_00,
        kind=SourceKind.CALL,
        days_ago=days_apart,
    )
    newer = said(FactName.DEDUCTIBLE_REMAINING, Standing.VALUE, value=300_00)
    assert bool(known(call, newer).rivals) == is_conflict


def test_amounts_are_compared_by_the_day_they_speak_of_whenever_they_were_typed():
    """A portal page of last week, typed today, does not contradict today's call; nor the other way round."""
    page = said(
        FactName.DEDUCTIBLE_REMAINING,
        Standing.VALUE,
        value=500_00,
        kind=SourceKind.PORTAL,
        as_of=(NOW - timedelta(days=9)).date(),
    )
    call = said(FactName.DEDUCTIBLE_REMAINING, Standing.VALUE, value=300_00, kind=SourceKind.CALL)
    assert known(page, call) == Known(call)
    older_call = said(
        FactName.DEDUCTIBLE_REMAINING, Standing.VALUE, value=300_00, kind=SourceKind.CALL, days_ago=30
    )
    assert known(page, older_call) == Known(page)
    same_day = said(
        FactName.DEDUCTIBLE_REMAINING, Standing.VALUE, value=300_00, kind=SourceKind.CALL, days_ago=9
    )
    assert known(page, same_day).rivals == (same_day,)


def test_a_fresh_fact_beats_an_expired_one_of_better_support():
    old_letter = said(kind=SourceKind.LETTER, standing=Standing.NO, expires_in_days=-1)
    found = known(old_letter, said())
    assert found.standing is Standing.YES
    assert found.rivals == ()
    assert not found.stale


def test_a_fact_that_expired_is_shown_as_stale_and_settles_nothing():
    found = known(said(expires_in_days=0))
    assert (found.standing, found.stale, found.settled) == (Standing.YES, True, False)


def test_what_is_known_beats_what_could_not_be_said_which_beats_silence():
    unknown, silent = (
        said(kind=SourceKind.CALL, standing=Standing.UNKNOWN),
        said(standing=Standing.NOT_STATED),
    )
    assert known(unknown, said()).standing is Standing.YES
    assert known(unknown, silent).standing is Standing.UNKNOWN


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        (FactName.COPAY, {"cents": 30_00, "per": "visit"}, {"cents": 30_00, "per": None}),
        (FactName.ADMINISTRATOR, {"name": "Optum", "phone": None}, {"name": "OPTUM", "phone": "8005550100"}),
        (FactName.ADMINISTRATOR, {"name": "Optum"}, {"name": None}),
        (FactName.OTHER_PAYER, [{"name": "A"}], [{"name": "A INC"}]),
        (FactName.PLAN_NAME, "Gold PPO", "GOLD PPO 2026"),
    ],
)
def test_a_difference_of_wording_is_no_conflict(name, one, other):
    standing = Standing.VALUE if name in {FactName.COPAY, FactName.PLAN_NAME} else Standing.YES
    facts = (said(name, standing, value=one), said(name, standing, value=other, kind=SourceKind.CALL))
    assert known(*facts).rivals == ()


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        (FactName.COPAY, {"cents": 30_00, "per": "visit"}, {"cents": 40_00, "per": "visit"}),
        (FactName.ADMINISTRATOR, {"name": "Optum"}, {"name": "Carelon"}),
        (FactName.COINSURANCE, 2000, 3000),
    ],
)
def test_a_difference_of_substance_is_a_conflict(name, one, other):
    standing = Standing.YES if name is FactName.ADMINISTRATOR else Standing.VALUE
    facts = (said(name, standing, value=one), said(name, standing, value=other, kind=SourceKind.CALL))
    assert len(known(*facts).rivals) == 1
    assert len(merge(facts, now=NOW).conflicts) == 1


def look_up(*facts: Fact, **where) -> Known:
    asked = {"service_line": "tms", "service_types": ("MH", "A8")} | where
    return merge(facts, now=NOW).look_up(FactName.AUTHORIZATION, **asked)


def test_what_nobody_asked_is_not_asked():
    assert look_up().standing is Standing.NOT_ASKED
    assert look_up(said(types="98")).standing is Standing.NOT_ASKED
    assert look_up(said(level=Level.FAMILY)).standing is Standing.NOT_ASKED
    assert look_up(said(tier=Tier.OUT_OF_NETWORK)).standing is Standing.NOT_ASKED


def test_a_fact_of_any_tier_answers_where_the_tier_says_nothing():
    assert look_up(said(tier=Tier.ANY)).standing is Standing.YES
    assert look_up(said(tier=Tier.ANY), said(standing=Standing.NO)).standing is Standing.NO


def test_the_service_lines_own_fact_comes_first_and_a_differing_service_type_is_its_rival():
    own, general = said(line="tms", kind=SourceKind.CALL), said(standing=Standing.NO)
    found = look_up(general, own)
    assert (found.fact, found.rivals) == (own, (general,))


def test_service_types_are_read_in_order_and_do_not_rival_each_other():
    first, second = said(types="MH"), said(types="A8", standing=Standing.NO)
    found = look_up(second, first)
    assert (found.fact, found.rivals) == (first, ())


def test_the_first_settled_service_type_answers():
    silent, settled = said(types="MH", standing=Standing.NOT_STATED), said(types="A8")
    assert look_up(silent, settled).fact == settled


def test_a_fresh_service_type_answers_before_one_that_is_out_of_date():
    old, fresh = said(types="MH", expires_in_days=-1), said(types="A8", standing=Standing.NO)
    assert look_up(old, fresh).fact == fresh
    silent = said(types="A8", standing=Standing.NOT_STATED)
    assert look_up(old, silent).fact == old, "what is old is shown, and asked again"


def test_a_service_type_the_payer_could_not_tell_of_answers_before_one_it_was_silent_on():
    silent = said(types="MH", standing=Standing.NOT_STATED)
    unknown = said(types="A8", standing=Standing.UNKNOWN)
    assert look_up(silent, unknown).fact == unknown
    assert look_up(unknown, silent).fact == unknown


def test_facts_are_kept_whatever_wins():
    facts = (said(), said(days_ago=9), said(kind=SourceKind.CALL, standing=Standing.NO))
    assert merge(facts, now=NOW).facts == facts


def test_a_letter_of_last_week_says_nothing_of_today():
    """What was typed last is not what is newest."""
    today = said(FactName.DEDUCTIBLE_REMAINING, Standing.VALUE, value=300_00, days_ago=1)
    typed = said(
        FactName.DEDUCTIBLE_REMAINING,
        Standing.VALUE,
        value=500_00,
        kind=SourceKind.LETTER,
        as_of=(NOW - timedelta(days=9)).date(),
    )
    assert known(today, typed).fact == today
    same = said(standing=Standing.NO, kind=SourceKind.PORTAL, days_ago=1, reference="a")
    older = said(kind=SourceKind.PORTAL, as_of=(NOW - timedelta(days=9)).date(), reference="b")
    assert known(same, older).fact == same


def test_of_two_that_speak_of_the_same_day_the_later_written_counts():
    day = (NOW - timedelta(days=9)).date()
    first = said(standing=Standing.NO, kind=SourceKind.PORTAL, as_of=day, days_ago=2, reference="a")
    second = said(kind=SourceKind.PORTAL, as_of=day, days_ago=1, reference="b")
    assert known(second, first).fact == second


def test_what_was_withdrawn_says_nothing_any_more():
    wrong = said(kind=SourceKind.PORTAL, standing=Standing.NO)
    taken = withdrawal(wrong, said(kind=SourceKind.PORTAL, reference="taken").source)
    merged = merge([wrong, taken], now=NOW)
    assert merged.look_up(FactName.AUTHORIZATION, service_types=("MH",)).standing is Standing.NOT_STATED
    assert merged.facts == (wrong, taken)
    assert in_force([wrong, taken]) == [taken]
    electronic = said()
    assert merge([electronic, wrong, taken], now=NOW).look_up(
        FactName.AUTHORIZATION, service_types=("MH",)
    ) == Known(electronic)


def test_a_withdrawn_fact_may_be_written_anew():
    wrong = said(kind=SourceKind.PORTAL, standing=Standing.NO, days_ago=1)
    taken = withdrawal(wrong, said(kind=SourceKind.PORTAL, reference="taken").source)
    right = said(kind=SourceKind.PORTAL, reference="anew")
    assert known(wrong, taken, right).fact == right


def test_another_source_that_says_the_same_stands_beside():
    call, electronic = said(kind=SourceKind.CALL), said()
    assert known(call, electronic).seconds == (electronic,)
    assert known(call, said(standing=Standing.NO)).seconds == ()
    assert known(call, said(expires_in_days=-1)).seconds == ()


@pytest.mark.parametrize(
    ("name", "one", "other", "agree"),
    [
        (FactName.PLAN_NAME, "Gold PPO", "GOLD PPO", True),
        (FactName.PLAN_NAME, "Gold PPO", "GOLD PPO 2026", False),
        (FactName.COPAY, {"cents": 30_00, "per": "visit"}, {"cents": 30_00, "per": None}, True),
        (FactName.COPAY, {"cents": 30_00, "per": "visit"}, {"cents": 30_00, "per": "day"}, False),
        (FactName.DRUG_CODE, ["J0013", "G2082"], ["G2082", "J0013"], True),
        (FactName.COINSURANCE, 2000, 2000, True),
    ],
)
def test_two_sources_agree_on_the_substance(name, one, other, agree):
    facts = (
        said(name, Standing.VALUE, value=one),
        said(name, Standing.VALUE, value=other, kind=SourceKind.CALL),
    )
    assert bool(known(*facts).seconds) is agree


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        (FactName.ADMINISTRATOR, {"name": "Optum"}, {"name": None}),
        (FactName.OTHER_PAYER, [{"name": "A"}], [{"name": "B"}]),
    ],
)
def test_a_company_that_is_not_named_is_no_second_voice(name, one, other):
    facts = (said(name, Standing.YES, value=one), said(name, Standing.YES, value=other, kind=SourceKind.CALL))
    assert known(*facts).seconds == ()
    assert known(*facts).rivals == ()


def test_a_copay_that_is_due_otherwise_is_a_conflict():
    visit = said(FactName.COPAY, Standing.VALUE, value={"cents": 30_00, "per": "visit"})
    day = said(FactName.COPAY, Standing.VALUE, value={"cents": 30_00, "per": "day"}, kind=SourceKind.CALL)
    assert known(visit, day).rivals == (visit,)


def limit(quantity="20", unit="visits", period="year", remaining=None):
    return {"quantity": quantity, "unit": unit, "period": period, "remaining": remaining}


@pytest.mark.parametrize(
    ("one", "other", "is_conflict"),
    [
        ([limit()], [limit()], False),
        ([limit()], [limit(unit="visit", period="calendar year")], False),
        ([limit(unit="Visit", period="service year")], [limit(unit="visits", period="year")], False),
        ([limit(period="service year")], [limit(period="calendar year")], True),
        ([limit(remaining="12")], [limit(unit=None, period=None)], False),
        ([limit()], [limit(quantity="30")], True),
        ([limit()], [limit(unit="hours")], True),
        ([limit()], [limit(period="lifetime")], True),
        ([limit(remaining="12")], [limit(remaining="3")], True),
        ([limit(), limit("2", period="week")], [limit("2", period="week"), limit(unit="visit")], False),
        ([limit(), limit("2", period="week")], [limit()], True),
        ([limit(), limit("2", period="week")], [limit(), limit("3", period="week")], True),
    ],
)
def test_a_limit_in_other_words_is_the_same_limit(one, other, is_conflict):
    """A call and an answer tell it differently: "20 per year, 12 left", "20 visits per calendar year"."""
    facts = (
        said(FactName.LIMITS, Standing.VALUE, value=one, kind=SourceKind.CALL),
        said(FactName.LIMITS, Standing.VALUE, value=other),
    )
    assert bool(known(*facts).rivals) == is_conflict
    assert bool(known(*facts).seconds) == (not is_conflict)


@pytest.mark.parametrize("note", [None, "with psychotherapy"])
def test_a_yes_and_a_no_conflict_whatever_words_stand_beside(note):
    yes = said(FactName.LIMITS_SHARED, Standing.YES, value=note, kind=SourceKind.CALL)
    no = said(FactName.LIMITS_SHARED, Standing.NO)
    assert known(yes, no).rivals == (no,)
    other = said(FactName.LIMITS_SHARED, Standing.YES, value="other words")
    assert known(yes, other).rivals == ()


def test_different_codes_are_a_conflict():
    one = said(FactName.DRUG_CODE, Standing.VALUE, value=["J0013"], kind=SourceKind.CALL)
    other = said(FactName.DRUG_CODE, Standing.VALUE, value=["S0013"])
    assert known(one, other).rivals == (other,)


def test_the_payers_words_and_an_intermediarys_are_one_source_and_the_newer_counts():
    raw = said(standing=Standing.NO, days_ago=2)
    json = said(kind=SourceKind.PAYER_JSON, days_ago=1)
    assert known(raw, json) == Known(json)


def test_what_was_said_of_the_line_and_of_its_service_type_agree():
    own, general = said(line="tms", kind=SourceKind.CALL), said()
    assert look_up(general, own).seconds == (general,)


def test_what_was_said_of_a_part_is_found_by_the_part_alone():
    part = Fact(
        name=FactName.AUTHORIZATION,
        about=About(service_line="tms", domain="medical", codes="drug", tier=Tier.IN_NETWORK),
        standing=Standing.YES,
        status=Status.STATED,
        source=said(kind=SourceKind.CALL).source,
    )
    merged = merge([part], now=NOW)
    assert merged.look_up(FactName.AUTHORIZATION, service_line="tms").standing is Standing.NOT_ASKED
    found = merged.look_up(FactName.AUTHORIZATION, service_line="tms", domain="medical", codes="drug")
    assert found.fact == part


@pytest.mark.parametrize(
    ("told", "sent", "is_disputed"),
    [
        # Whose plan it is and how its network works are two things: a marketplace plan may be an HMO.
        ("marketplace", "hmo", False),
        ("medicare_advantage", "ppo", False),
        # Who said HMO left out whose it is: that is looked at again.
        ("hmo", "medicare_advantage", True),
        ("ppo", "ppo", False),
        ("ppo", "hmo", True),
        ("medicare", "medicaid", True),
        ("other", "medicaid", True),
        ("other", "ppo", True),
    ],
)
def test_two_kinds_of_plan_disagree_unless_the_other_only_tells_how_its_network_works(
    told, sent, is_disputed
):
    by_call = said(FactName.PRODUCT, Standing.VALUE, value=told, kind=SourceKind.CALL, types="30")
    electronic = said(FactName.PRODUCT, Standing.VALUE, value=sent, types="30")
    found = merge([by_call, electronic], now=NOW).look_up(FactName.PRODUCT, service_types=("30",))
    assert found.fact == by_call
    assert bool(found.rivals) == is_disputed
    assert bool(found.seconds) == (told == sent)
