"""Whatever is known of a patient, the estimate is in order or says what is missing; it never fails."""

from datetime import date

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.verify.affordability.patient.test_course_cost import (
    AUTUMN,
    LINES,
    OWN_PRICES,
    TMS_PRICES,
    fact,
    price,
    replaced_in_time,
)
from verify.affordability.patient.course_cost import course_cost
from verify.facts import Fact, FactName, FieldKind, Level, Standing

CENTS = st.sampled_from([0, 1, 40_00, 900_00, 2400_00, 99_999_999_900])
POINTS = st.sampled_from([0, 1, 2000, 10_000])
LIMITS = st.lists(
    st.fixed_dictionaries(
        {
            "quantity": st.sampled_from(["0", "20", "30.0", "many", None]),
            "unit": st.sampled_from(["visit", "day", "hour", None]),
            "period": st.none(),
            "remaining": st.sampled_from(["0", "7", None]),
        }
    ),
    max_size=2,
)
DAYS = st.sampled_from(["2024-02-29", "2025-12-10", "2026-01-01", "2026-12-15", "2026-12-31", "2299-12-31"])
VALUES = {
    FactName.COPAY: st.fixed_dictionaries(
        {"cents": CENTS, "per": st.sampled_from(["visit", "day", "service", "month", None])}
    ),
    FactName.COINSURANCE: POINTS,
    FactName.LIMITS: LIMITS,
    FactName.PLAN_BEGIN: DAYS,
    FactName.PLAN_END: DAYS,
    FactName.ACCUMULATORS_AS_OF: DAYS,
    FactName.PLAN_YEAR_BEGINS: st.sampled_from(["01-01", "02-28", "12-02", "12-31"]),
    FactName.DEDUCTIBLE_KIND: st.sampled_from(FactName.DEDUCTIBLE_KIND.choices),
    FactName.PROCESSED_UNDER: st.sampled_from(FactName.PROCESSED_UNDER.choices),
}
DOMAINS = st.sampled_from(["", "behavioral", "medical"])
#: As payers send them, which nobody has read yet.
CANDIDATES = st.lists(
    st.sampled_from(["20", ".2", "", {"amount": "30.00"}, {"percent": ".4"}, {"amount": "x"}, [], None]),
    max_size=3,
)
YES_NO = {
    FactName.ACTIVE,
    FactName.COVERED,
    FactName.IN_NETWORK,
    FactName.PROVIDER_IN_NETWORK,
    FactName.DEDUCTIBLE_APPLIES,
    FactName.DEDUCTIBLE_FIRST,
    FactName.BEHAVIORAL_DEDUCTIBLE,
    FactName.COPAY_TO_DEDUCTIBLE,
    FactName.COPAY_TO_OUT_OF_POCKET,
    FactName.CLAIMS_IN_PROCESS,
    FactName.FACILITY_FEE,
    FactName.AUTHORIZATION,
    FactName.ADMINISTRATOR,
    FactName.OTHER_PAYER,
}
MONEY = {name for name in FactName if name.kind is FieldKind.MONEY}
NAMES = sorted(YES_NO | MONEY | set(VALUES))


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    name = draw(st.sampled_from(NAMES))
    choices = [Standing.NOT_STATED, Standing.UNKNOWN]
    choices += [Standing.YES, Standing.NO] if name in YES_NO else [Standing.VALUE]
    choices += [Standing.NO] if name is FactName.LIMITS else []
    standing = draw(st.sampled_from(choices))
    value: object = None
    if standing is Standing.VALUE:
        value = draw(VALUES.get(name, CENTS))
    elif standing is Standing.UNKNOWN:
        value = draw(st.one_of(st.none(), CANDIDATES))
    made = fact(
        name,
        standing,
        value,
        types=draw(st.sampled_from(["", "MH", "98", "30"])),
        line=draw(st.sampled_from(["", "tms", "spravato_medical"])),
        level=draw(st.sampled_from(list(Level))),
    )
    if name in (FactName.IN_NETWORK, FactName.PROVIDER_IN_NETWORK):
        part = {"domain": draw(DOMAINS), "codes": draw(st.sampled_from(["", "drug", "visit"]))}
        made = msgspec.structs.replace(made, about=msgspec.structs.replace(made.about, **part))
    return replaced_in_time(made) if draw(st.booleans()) else made


PRICES = [
    *TMS_PRICES,
    *OWN_PRICES,
    *(price(code, 130, "typical") for code in ("J0013", "99214", "90834", "96365", "J3490")),
    *(price(code, 190, "self_pay") for code in ("J0013", "99214", "90834", "96365", "J3490")),
]


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    known=st.lists(facts(), max_size=14),
    lines=st.lists(st.sampled_from(sorted(LINES)), min_size=1, max_size=2, unique=True),
    first=st.sampled_from([date(2026, 11, 30), date(2026, 12, 5), date(2027, 1, 4)]),
    unpriced=st.sets(st.sampled_from([one.code for one in PRICES]), max_size=1),
)
def test_any_facts_give_a_range_in_order_or_say_what_is_missing(
    known: list[Fact], lines: list[str], first: date, unpriced: set[str]
) -> None:
    found = course_cost(
        known,
        [LINES[key] for key in lines],
        first,
        now=AUTUMN,
        payer="bluehollow",
        prices=[one for one in PRICES if one.code not in unpriced],
    )
    if found.estimate is None:
        assert found.missing
        return
    it = found.estimate
    assert 0 <= it.low_cents <= it.expected_cents <= it.high_cents
    assert sum(one.patient_cents for one in it.sessions) == it.expected_cents
    assert [question.worth_cents for question in it.questions] == sorted(
        (question.worth_cents for question in it.questions), reverse=True
    )
    if found.if_covered is not None:
        assert it.low_cents <= found.if_covered.low_cents
        assert found.if_covered.high_cents <= it.high_cents
