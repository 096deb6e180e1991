"""Who holds what on the page, and a refused question asked in other words by a coordinator."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Clinic


def test_the_map_names_who_was_asked_and_shows_the_evidence(
    signed_in: Page, clinic: Clinic, shots: Path
) -> None:
    clinic.house.add_companies(clinic.practice_id)
    made = clinic.house.submit(
        clinic.practice_id, "CRV20000401", patient={"last_name": "Trail"}, service_lines=["psychotherapy"]
    )
    clinic.house.wait_until_settled(made)
    signed_in.goto(f"{clinic.url}/verifications/{made}")
    row = signed_in.locator("#holders tr").filter(has_text="Behavioral")
    expect(row).to_contain_text("EXAMPLE BEHAVIORAL HEALTH")
    expect(row).to_contain_text("Asked and answered")
    target = row.get_by_role("link", name="evidence").get_attribute("href")
    assert target is not None
    expect(signed_in.locator(f"[id='{target.removeprefix('#')}']")).to_contain_text("Blue Hollow")
    signed_in.screenshot(path=shots / "trail.png", full_page=True)


def test_a_refused_question_is_tried_in_other_words_and_the_record_is_corrected(
    signed_in: Page, clinic: Clinic, shots: Path
) -> None:
    page = signed_in
    made = clinic.house.submit(clinic.practice_id, "HYP-2000402", patient={"last_name": "Words"})
    clinic.house.wait_until_settled(made)
    page.goto(f"{clinic.url}/verifications/{made}")
    section = page.locator("#repairs")
    expect(section).to_contain_text("HYP2000402")
    section.get_by_role("button", name="Try this").click()
    expect(page.get_by_text("The payer is asked again in these words.")).to_be_visible()
    clinic.house.wait_until_settled(made)
    page.goto(f"{clinic.url}/verifications/{made}")
    expect(section).to_contain_text("The patient was found")
    page.screenshot(path=shots / "repaired.png", full_page=True)
    section.get_by_role("button", name="Write it into the record").click()
    expect(page.get_by_text("Written into the record.")).to_be_visible()
    expect(page.locator("dl.particulars").first).to_contain_text("HYP2000402")
