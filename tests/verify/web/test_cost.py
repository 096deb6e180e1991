"""What the course will cost: on the verification's page and by API."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.verify.store.price_list import fill
from tests.verify.web.conftest import Site
from verify.affordability.estimate import Band
from verify.store import evidence, prices, verifications
from verify.web.cost_chart import BOTTOM, TOP, chart, tick_cents


def priced(site: Site, *, first: date | None = None) -> str:
    with site.work.engine.begin() as connection:
        fill(connection, site.here.id)
    changes = {} if first is None else {"date_of_service": first.isoformat()}
    verification_id = site.submit(**changes)
    site.answer(verification_id)
    return verification_id


def estimate(site: Site, verification_id: str, role: str = "coordinator") -> Any:
    return site.program(role).get(f"/api/v1/verifications/{verification_id}/estimate")


def dollars(sent: dict[str, str]) -> int:
    assert sent["currency"] == "USD"
    return int(sent["amount"].replace(".", ""))


def test_the_estimate_holds_range_sessions_and_questions(site: Site) -> None:
    body = estimate(site, priced(site)).json()
    it = body["estimate"]
    assert dollars(it["low"]) <= dollars(it["expected"]) <= dollars(it["high"])
    assert sum(dollars(one["patient_pays"]) for one in it["sessions"]) == dollars(it["expected"])
    assert sum(map(dollars, it["by_year"].values())) == dollars(it["expected"])
    assert [one["code"] for one in it["sessions"] if one["takes_place"]].count("90868") == 33
    worth = [dollars(one["worth"]) for one in it["questions"]]
    assert worth == sorted(worth, reverse=True)
    assert dollars(it["paid_by"][-1]["high"]) == dollars(it["high"])
    assert it["confidence"] == "C"
    assert body["missing"] == []
    assert any("psychiatrist decides" in said for said in body["reckoned_with"])


def test_without_prices_it_says_what_is_missing_and_gives_no_figure(site: Site) -> None:
    verification_id = site.submit()
    site.answer(verification_id)
    body = estimate(site, verification_id).json()
    assert body["estimate"] is None
    assert any("of 90868" in one for one in body["missing"])
    page = site.visit().get(f"/verifications/{verification_id}").text
    assert "No figure can be given yet" in page
    assert '<svg class="cost-chart"' not in page


def test_before_the_answer_it_says_so(site: Site) -> None:
    assert estimate(site, site.submit()).json()["missing"] == [
        "The payer’s answer: nothing is known of the plan yet."
    ]


def test_prices_of_another_practice_are_not_used(site: Site) -> None:
    with site.work.engine.begin() as connection:
        fill(connection, site.elsewhere.id)
    verification_id = site.submit()
    site.answer(verification_id)
    assert estimate(site, verification_id).json()["estimate"] is None


def test_a_verification_of_another_practice_has_no_estimate_here(site: Site) -> None:
    assert estimate(site, site.submit(site.elsewhere)).status_code == 404
    assert estimate(site, site.submit(), "auditor").status_code == 403


def test_the_page_shows_the_same_figures_with_a_drawing_and_its_tables(site: Site) -> None:
    verification_id = priced(site)
    it = estimate(site, verification_id).json()["estimate"]
    page = site.visit().get(f"/verifications/{verification_id}").text
    section = page[page.index('id="cost"') :]
    for name in ("low", "expected", "high"):
        amount = f"{dollars(it[name]) / 100:,.2f}"
        assert f"${amount}" in section, name
    assert '<svg class="cost-chart"' in section
    assert 'role="img" aria-labelledby="cost-title cost-desc"' in section
    assert "What the patient has paid by the end of each day" in section
    assert section.count("<tr>") >= 36 + 46
    assert "moves the cost by up to" in page or "Is authorization required" in page
    assert not re.search(r"\sstyle=|<style", page)


def test_the_estimate_is_made_anew_when_a_price_ends(site: Site) -> None:
    verification_id = priced(site)
    with site.work.engine.begin() as connection:
        for row in prices.shown(connection, site.here.id, until=date(2026, 1, 1)):
            prices.end(connection, site.here.id, row.id, date(2026, 1, 2))
    assert estimate(site, verification_id).json()["estimate"] is None


def test_a_day_out_of_the_calendar_gives_words_and_no_fault(site: Site) -> None:
    verification_id = priced(site)
    with site.work.engine.begin() as connection:
        row = verifications.lock(connection, verification_id)
        assert row is not None
        verifications.change(connection, row, date_of_service=date(2190, 1, 1))
    assert estimate(site, verification_id).json()["estimate"] is None


def test_every_value_of_the_estimate_is_plain_json(site: Site) -> None:
    text = estimate(site, priced(site)).text
    assert "Infinity" not in text and "NaN" not in text
    json.loads(text)


def test_the_facts_of_the_answer_are_used(site: Site) -> None:
    verification_id = priced(site)
    with site.work.engine.connect() as connection:
        row = verifications.read(connection, verification_id)
        names = {fact.name.value for fact in evidence.facts_of(connection, row)}
    assert names == {"active", "copay"}
    body = estimate(site, verification_id).json()["estimate"]
    (question,) = (one for one in body["questions"] if one["question"] == "copay and coinsurance")
    assert question["reckoned_with"] == "copay $30.00"


# --- the drawing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("most", "step"),
    [(100, 100), (400_00, 100_00), (401_00, 200_00), (2400_00, 1000_00), (16_220_00, 5000_00)],
)
def test_the_amounts_on_the_axis_are_round(most: int, step: int) -> None:
    assert tick_cents(most) == step
    assert -(-most // step) <= 4


def band(*points: tuple[int, int, int]) -> list[Band]:
    begun = datetime(2026, 3, 2, tzinfo=UTC).date()
    return [
        Band(date=begun + timedelta(days=7 * at), low_cents=low, expected_cents=expected, high_cents=high)
        for at, (low, expected, high) in enumerate(points)
    ]


def test_the_drawing_stays_in_its_frame_and_rises() -> None:
    drawn = chart(band((0, 50_00, 100_00), (50_00, 100_00, 300_00)), None)
    assert drawn is not None
    for path in (drawn.low, drawn.expected, drawn.high):
        heights = [float(point.split(",")[1]) for point in path.removeprefix("M").split(" L")]
        assert heights == sorted(heights, reverse=True)
        assert all(TOP <= height <= BOTTOM for height in heights)
    assert drawn.reset is None


def test_a_course_of_one_day_or_without_cost_is_not_drawn() -> None:
    assert chart(band((0, 10, 20)), None) is None
    assert chart(band((0, 0, 0), (0, 0, 0)), None) is None


def test_a_new_plan_year_is_marked_where_the_course_runs_into_it() -> None:
    points = band((0, 1_00, 2_00), (0, 2_00, 4_00))
    assert (found := chart(points, date(2026, 3, 5))) is not None
    assert found.reset is not None
    assert (outside := chart(points, date(2027, 1, 1))) is not None
    assert outside.reset is None
