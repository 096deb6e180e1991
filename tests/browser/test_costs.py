"""What the course will cost and the price list, in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD, Clinic, Watched, watch
from tests.browser.test_pages import contrast_failures, unlabeled
from tests.verify.store.price_list import fill
from verify.security.passwords import Passwords
from verify.security.sessions import mint
from verify.store import users

FILE = """code,kind,payer,amount,valid_from,valid_until,source,verified
90834,typical,,$118.00,2026-01-01,,survey,no
90834,self_pay,,175,2026-01-01,,price list,no
"""


@pytest.fixture
def priced(clinic: Clinic) -> Clinic:
    with clinic.house.work.engine.begin() as connection:
        fill(connection, clinic.practice_id)
    return clinic


@pytest.fixture
def verification_id(priced: Clinic) -> str:
    made = priced.house.submit(priced.practice_id, "ACT40000001", patient={"last_name": "Costwell"})
    priced.house.wait_until_settled(made)
    return made


def as_biller(clinic: Clinic, page: Page) -> None:
    token = mint()
    with clinic.house.work.engine.begin() as connection:
        user_id = users.add(
            connection,
            practice_id=clinic.practice_id,
            email=f"{token.text[:8].lower()}@larkspur.example",
            name="Ines Biller",
            role="biller",
        )
        users.set_password(connection, user_id, Passwords().hash(PASSWORD))
        users.make_link(connection, user_id, token.hash, clinic.house.work.now().replace(year=2100))
    page.goto(f"{clinic.url}/sign-in/link#{token.text}")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/worklist")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_the_cost_is_drawn_and_told_on_every_screen(
    chromium: Browser, priced: Clinic, verification_id: str, shots: Path, width: int, scheme: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    watched = watch(context)
    page = watched.page
    as_biller(priced, page)
    page.goto(f"{priced.url}/verifications/{verification_id}")
    cost = page.locator("#cost")
    drawing = cost.get_by_role("img", name="What the patient has paid by each day of the course")
    expect(drawing).to_be_visible()
    expect(cost.locator(".cost-range")).to_contain_text("expected, between $")
    for summary in cost.locator("summary").all():
        summary.click()
    rows = cost.get_by_role("table", name="What the patient has paid by the end of each day")
    assert rows.locator("tbody tr").count() >= 36
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (unlabeled(page), contrast_failures(page)) == ([], [])
    text = drawing.locator("text").first
    assert text.evaluate("each => each.getBoundingClientRect().height") >= 8
    for summary in reversed(cost.locator("summary").all()):
        summary.click()
    cost.screenshot(path=shots / f"cost-{width}-{scheme}.png")
    page.goto(f"{priced.url}/prices")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (unlabeled(page), contrast_failures(page)) == ([], [])
    page.screenshot(path=shots / f"price-list-{width}-{scheme}.png", full_page=True)
    watched.check(priced.url)
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_a_course_of_the_patients_own_is_tried_and_left_again(
    chromium: Browser, priced: Clinic, verification_id: str, shots: Path, width: int, scheme: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    watched = watch(context)
    page = watched.page
    as_biller(priced, page)
    page.goto(f"{priced.url}/verifications/{verification_id}")
    page.get_by_text("Reckon with other sessions").click()
    page.get_by_label("Number of sessions").fill("2O")
    page.get_by_role("button", name="Reckon with this").click()
    expect(page.locator("#error-summary")).to_contain_text("Number of sessions must be a whole number")
    expect(page.get_by_label("Number of sessions")).to_have_value("2O")
    page.get_by_label("Number of sessions").fill("20")
    page.get_by_label("Mon", exact=True).check()
    page.get_by_label("Thu", exact=True).check()
    page.get_by_label("Compare with a first visit on").fill("2027-03-08")
    page.get_by_role("button", name="Reckon with this").click()
    cost = page.locator("#cost")
    expect(cost.locator(".assumed")).to_contain_text("20 sessions on Mondays and Thursdays from")
    expect(cost.locator(".cost-range")).to_contain_text("for 20 visits from")
    begun = cost.get_by_role("table", name="What the course costs when it begins on another day")
    expect(begun).to_contain_text("Mar 8, 2027")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (unlabeled(page), contrast_failures(page)) == ([], [])
    cost.screenshot(path=shots / f"cost-assumed-{width}-{scheme}.png")
    page.get_by_role("link", name="Other treatments side by side").click()
    treatments = page.get_by_role("table", name="Treatments with what the patient would pay")
    expect(treatments).to_contain_text("Paid by the patient, no claim is filed")
    expect(page.locator(".assumed")).to_contain_text("20 sessions")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (unlabeled(page), contrast_failures(page)) == ([], [])
    page.screenshot(path=shots / f"treatments-{width}-{scheme}.png", full_page=True)
    page.get_by_role("link", name="Back to the verification").click()
    page.locator(".assumed").get_by_role("link", name="Back to the usual course").click()
    expect(page.locator("#cost .assumed")).to_have_count(0)
    watched.check(priced.url)
    context.close()


def test_a_price_is_added_confirmed_and_read_from_a_file(
    watched: Watched, priced: Clinic, tmp_path: Path
) -> None:
    page = watched.page
    as_biller(priced, page)
    page.goto(f"{priced.url}/prices")
    page.get_by_label("Code").fill("99214")
    page.get_by_label("What it is").select_option(label="Typical allowed amount")
    page.get_by_label("Amount").fill("1,2O0")
    page.get_by_label("Source").fill("survey")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#amount-error")).to_contain_text("Amount must be dollars")
    expect(page.get_by_label("Source")).to_have_value("survey")
    page.get_by_label("Amount").fill("132")
    page.get_by_role("button", name="Add", exact=True).click()
    row = page.locator("tr", has_text="99214")
    expect(row).to_contain_text("Not confirmed")
    row.get_by_role("button", name=re.compile("^Confirm")).click()
    expect(page.locator("tr", has_text="99214")).to_contain_text("Ines Biller")
    file = tmp_path / "prices.csv"
    file.write_text(FILE)
    page.get_by_label("CSV, one price a row").set_input_files(file)
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_text("2 added, 0 changed")).to_be_visible()
