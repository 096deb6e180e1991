"""A coordinator's way through the pages, in a real browser: in, submit, the answer, out."""

import re
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import EMAIL, PASSWORD, Clinic, Watched

SOON = (date.today() + timedelta(days=6)).isoformat()


def fill_in(page: Page, last_name: str, member_id: str) -> None:
    page.get_by_label("Last name").first.fill(last_name)
    page.get_by_label("First name").first.fill("Adaeze")
    page.get_by_label(re.compile("^Birth date")).first.fill("1984-03-12")
    page.get_by_label(re.compile("^Payer")).fill("Blue Hollow Health Plan")
    page.get_by_label(re.compile("^Member ID")).fill(member_id)
    page.get_by_label("Transcranial magnetic stimulation (TMS)").check()
    page.get_by_label("First visit").fill(SOON)


def test_sign_in_submit_and_see_the_answer_come_by_itself(
    watched: Watched, clinic: Clinic, shots: Path
) -> None:
    page = watched.page
    page.goto(clinic.url)
    expect(page).to_have_url(f"{clinic.url}/sign-in")
    page.screenshot(path=shots / "sign-in.png")
    page.get_by_label("Email address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Worklist")).to_be_visible()
    expect(page.get_by_text("every person and plan here is invented")).to_be_visible()
    page.get_by_role("link", name="New verification").first.click()
    fill_in(page, "Okonkwo", "ACT20000001")
    page.screenshot(path=shots / "submit.png", full_page=True)
    page.get_by_role("button", name="Verify benefits").click()
    # Nobody touches the page from here on.
    expect(page.get_by_role("heading", name="To do")).to_be_visible()
    expect(
        page.get_by_text("Coverage is active").or_(page.get_by_text("The plan is active")).first
    ).to_be_visible()
    page.screenshot(path=shots / "answer.png", full_page=True)
    page.get_by_role("link", name="Worklist").click()
    expect(page.get_by_role("link", name="Okonkwo, Adaeze")).to_be_visible()
    page.screenshot(path=shots / "worklist.png", full_page=True)


def test_every_amount_names_the_fact_it_comes_from(signed_in: Page, clinic: Clinic) -> None:
    made = clinic.house.submit(clinic.practice_id, "ACT20000002", patient={"last_name": "Amount"})
    clinic.house.wait_until_settled(made)
    signed_in.goto(f"{clinic.url}/verifications/{made}")
    amounts = signed_in.locator("main .answer li, main td.value").filter(has_text=re.compile(r"\$\d"))
    assert amounts.count() >= 2
    for n in range(amounts.count()):
        source = amounts.nth(n).evaluate(
            "each => (each.matches('[data-src]') ? each : each.querySelector('[data-src]'))?.dataset.src"
        )
        assert source, amounts.nth(n).inner_text()
        assert signed_in.locator(f"[id='{source}']").inner_text()


def test_what_was_typed_stays_and_each_error_stands_by_its_field(
    signed_in: Page, clinic: Clinic, shots: Path
) -> None:
    page = signed_in
    page.goto(f"{clinic.url}/verifications/new")
    page.get_by_label("Last name").first.fill("Quill")
    page.get_by_role("button", name="Verify benefits").click()
    expect(page.get_by_label("Last name").first).to_have_value("Quill")
    expect(page.get_by_label("First name").first).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#first_name-error")).to_contain_text("First name is required")
    expect(page.locator("#error-summary")).to_be_focused()
    page.screenshot(path=shots / "errors.png", full_page=True)


def test_missing_information_is_asked_for_and_completing_it_brings_the_answer(
    signed_in: Page, clinic: Clinic, shots: Path
) -> None:
    made = clinic.house.submit(clinic.practice_id, "", patient={"last_name": "Missing"})
    clinic.house.wait_until_settled(made)
    page = signed_in
    page.goto(f"{clinic.url}/verifications/{made}")
    expect(page.get_by_text("Missing: the member ID.").first).to_be_visible()
    page.screenshot(path=shots / "missing.png", full_page=True)
    page.locator("#information").get_by_label("Member ID").fill("ACT20000003")
    page.get_by_role("button", name="Ask again with this").click()
    expect(page.get_by_role("table", name="Facts with their value and source")).to_be_visible()


def test_a_call_is_typed_in_and_becomes_a_fact(signed_in: Page, clinic: Clinic, shots: Path) -> None:
    made = clinic.house.submit(
        clinic.practice_id, "W555", coverage={"payer": "unionfund"}, patient={"last_name": "Byphone"}
    )
    clinic.house.wait_until_settled(made)
    page = signed_in
    page.goto(f"{clinic.url}/verifications/{made}")
    page.get_by_text("Call script and answers").first.click()
    page.screenshot(path=shots / "call.png", full_page=True)
    page.get_by_label("Active on the date of service?", exact=True).first.select_option("yes")
    page.get_by_label(re.compile("^Copay")).first.fill("25 per visit")
    page.get_by_label("Reference number").fill("R-77")
    page.get_by_label("Representative").fill("Lee")
    page.get_by_label("Call began").fill("2026-11-02T09:00")
    page.get_by_label("Call ended").fill("2026-11-02T09:20")
    page.get_by_role("button", name="Save the call").click()
    row = page.get_by_role("row").filter(has_text="$25.00 per visit").first
    expect(row).to_contain_text("reference R-77")
    page.screenshot(path=shots / "called.png", full_page=True)


def test_a_payer_that_is_down_is_said_with_the_time_of_the_next_try(
    signed_in: Page, clinic: Clinic, shots: Path
) -> None:
    made = clinic.house.submit(clinic.practice_id, "H5030000001", patient={"last_name": "Downtime"})
    clinic.house.wait_for_inquiry(made, "unavailable")
    signed_in.goto(f"{clinic.url}/verifications/{made}")
    expect(signed_in.get_by_text(re.compile("it is asked again"))).to_be_visible()
    signed_in.screenshot(path=shots / "down.png", full_page=True)


def test_a_name_is_found_and_stands_in_no_address(watched: Watched, signed_in: Page, clinic: Clinic) -> None:
    clinic.house.submit(clinic.practice_id, "ACT20000009", patient={"last_name": "Zabrowski"})
    signed_in.get_by_role("searchbox").fill("zab")
    signed_in.get_by_role("button", name="Find").click()
    expect(signed_in.get_by_role("link", name=re.compile("Zabrowski"))).to_be_visible()
    assert not [url for url in watched.requested if "zab" in url.lower()]


def test_after_signing_out_going_back_shows_nobody(signed_in: Page, clinic: Clinic) -> None:
    made = clinic.house.submit(clinic.practice_id, "ACT20000010", patient={"last_name": "Gonebye"})
    signed_in.goto(f"{clinic.url}/verifications/{made}")
    expect(signed_in.get_by_role("heading", name=re.compile("Gonebye"))).to_be_visible()
    signed_in.get_by_role("button", name="Sign out").click()
    expect(signed_in).to_have_url(f"{clinic.url}/sign-in")
    signed_in.go_back()
    expect(signed_in.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "Gonebye" not in signed_in.content()
