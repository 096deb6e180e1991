"""The planned course in a real browser: shown on every screen, planned anew, and choices in groups."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Clinic, watch
from tests.browser.test_pages import contrast_failures, unlabeled


@pytest.fixture
def verification_id(clinic: Clinic) -> str:
    return clinic.house.submit(
        clinic.practice_id,
        "ACT60000001",
        patient={"last_name": "Coursewell"},
        service_lines=["tms", "spravato_medical"],
        date_of_service="2027-03-01",
    )


def test_a_course_is_planned_anew_by_its_form(signed_in: Page, clinic: Clinic, verification_id: str) -> None:
    page = signed_in
    page.goto(f"{clinic.url}/verifications/{verification_id}")
    course = page.locator("#course-tms")
    expect(course).to_contain_text("36 sessions from")
    course.get_by_text("Plan anew", exact=True).first.click()
    course.get_by_label("Sessions", exact=True).fill("many")
    course.get_by_role("button", name="Plan anew").click()
    expect(page.locator("#tms-sessions-error")).to_contain_text("Sessions must be a whole number")
    page.locator("#tms-sessions").fill("30")
    for day in ("Tue", "Thu"):
        page.locator("#tms-weekdays").get_by_label(day).uncheck()
    page.locator("#tms-change").select_option(label="Drop it")
    page.locator("#tms-number").fill("2")
    page.locator("#course-tms").get_by_role("button", name="Plan anew").click()
    expect(page.get_by_role("status").first).to_contain_text("The course is planned.")
    expect(page.locator("#course-tms")).to_contain_text("29 sessions from")
    expect(page.locator("#course-tms")).to_contain_text("usual are 30 to 46")
    page.locator("#course-tms").get_by_text("Sessions", exact=True).first.click()
    rows = page.locator("#course-tms tbody tr")
    expect(rows).to_have_count(29)
    assert not re.search("Tue|Thu", " ".join(rows.all_inner_texts()))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_courses_and_the_form_of_treatments_fit_the_screen(
    chromium: Browser, clinic: Clinic, verification_id: str, shots: Path, width: int, scheme: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    watched = watch(context)
    page = watched.page
    page.goto(clinic.link())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/worklist")
    page.goto(f"{clinic.url}/verifications/{verification_id}")
    for summary in page.locator("#courses summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (unlabeled(page), contrast_failures(page)) == ([], [])
    page.locator("#courses").screenshot(path=shots / f"courses-{width}-{scheme}.png")
    page.goto(f"{clinic.url}/verifications/new")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (unlabeled(page), contrast_failures(page)) == ([], [])
    page.screenshot(path=shots / f"treatments-{width}-{scheme}.png", full_page=True)
    watched.check(clinic.url)
    context.close()
