"""Evidence, policy and authorizations in a real browser: typed, judged on paper, and the taper missed."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from tests.browser.conftest import Clinic, watch
from tests.browser.test_pages import contrast_failures, unlabeled
from verify.store.tables import payers


@pytest.fixture
def verification_id(clinic: Clinic) -> str:
    with clinic.house.work.engine.begin() as connection:
        connection.execute(
            update(payers).where(payers.c.code == "bluehollow").values(aliases=["BHHP", "Aetna"])
        )
    made = clinic.house.submit(clinic.practice_id, "ACT40000002", patient={"last_name": "Charterton"})
    clinic.house.wait_until_settled(made)
    return made


def sign_in(page: Page, clinic: Clinic) -> None:
    page.goto(clinic.link())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/worklist")


def opened(page: Page, summary: str) -> None:
    page.locator("summary", has_text=summary).first.click()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_evidence_is_typed_and_the_policy_and_the_taper_answer(
    chromium: Browser, clinic: Clinic, verification_id: str, shots: Path, width: int, scheme: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    watched = watch(context)
    page = watched.page
    sign_in(page, clinic)
    page.goto(f"{clinic.url}/verifications/{verification_id}")
    page.get_by_role("link", name="Evidence, written policy and authorizations").click()
    opened(page, "Drug trials")
    trials = page.locator("details[open]", has=page.get_by_role("button", name="Save drug trials"))
    trials.get_by_label("Drug").first.fill("sertraline")
    trials.get_by_label("Weeks").first.fill("-3")
    trials.get_by_role("button", name="Save drug trials").click()
    expect(page.locator("#trials-weeks_0-error")).to_contain_text("Weeks must be greater than or equal to 0")
    expect(page.get_by_label("Drug").first).to_have_value("sertraline")
    page.get_by_label("Weeks").first.fill("9")
    page.get_by_role("button", name="Save drug trials").click()
    expect(page.get_by_text("What was there before is kept")).to_be_visible()
    opened(page, "Diagnoses")
    page.get_by_label("ICD-10-CM code").first.fill("f33.2")
    page.get_by_role("button", name="Save diagnoses").click()
    row = page.locator("tr", has=page.get_by_role("rowheader", name="Diagnosis", exact=True))
    expect(row).to_contain_text("met")
    expect(row).to_contain_text("On the sheet: F33.2.")
    opened(page, "Record an authorization")
    form = page.locator("details[open]", has=page.get_by_role("button", name="Record it"))
    form.get_by_label("Status").select_option(label="Granted")
    form.get_by_label("Number", exact=True).fill("A77")
    form.get_by_label("Codes").first.fill("90867, 90868, 90869")
    form.get_by_label("Units").first.fill("30")
    form.get_by_role("button", name="Record it").click()
    expect(page.locator("#authorizations")).to_contain_text("6 short")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=shots / f"clinical-{width}-{scheme}.png", full_page=True)
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (unlabeled(page), contrast_failures(page)) == ([], [])
    page.screenshot(path=shots / f"clinical-forms-{width}-{scheme}.png", full_page=True)
    watched.check(clinic.url)
    context.close()
