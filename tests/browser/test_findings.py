"""What it means and how well it is known, in a real browser; written down from a portal, judged, taken back."""

import re
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Clinic, watch
from tests.browser.test_pages import contrast_failures, tab_to, unlabeled

NUMBERS = count(1)


@pytest.fixture
def verification_id(clinic: Clinic) -> str:
    made = clinic.house.submit(
        clinic.practice_id, f"ACT5{next(NUMBERS):07}", patient={"last_name": "Findwell"}
    )
    clinic.house.wait_until_settled(made)
    return made


def show(page: Page, clinic: Clinic, verification_id: str) -> None:
    """The page once everything that waits is judged."""
    clinic.house.wait_until_settled(verification_id)
    page.goto(f"{clinic.url}/verifications/{verification_id}")


def meaning(page: Page) -> Locator:
    return page.locator("section", has=page.get_by_role("heading", name="What the answers mean"))


def twice(page: Page) -> list[str]:
    """Ids that stand on the page more than once: a label or a link of an error would lead astray."""
    found: list[str] = page.evaluate(
        """() => { const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
            return ids.filter((id, at) => ids.indexOf(id) !== at) }"""
    )
    return found


def test_findings_are_sentences_and_say_how_well_each_field_is_known(
    signed_in: Page, clinic: Clinic, verification_id: str, shots: Path
) -> None:
    page = signed_in
    show(page, clinic, verification_id)
    found = meaning(page)
    expect(found).to_contain_text("for which of 90867, 90868 and 90869 is not determinable electronically")
    silent = found.locator("details")
    expect(silent.get_by_text("an electronic answer never says")).not_to_be_visible()
    silent.locator("summary", has_text=re.compile(r"Not stated \(\d+\)")).click()
    expect(silent.get_by_text("an electronic answer never says")).to_be_visible()
    known = page.locator("#completeness")
    expect(known).to_contain_text(re.compile(r"\d+% \(\d+ of \d+ fields\)"))
    expect(known).to_contain_text("Not usable yet")
    expect(known).to_contain_text("Confidence C")
    expect(known).to_contain_text(re.compile(r"The minimum lacks: .*authorization"))
    expect(known.get_by_text("The weakest of the minimum counts")).to_be_visible()
    known.locator("summary", has_text="Field by field").click()
    table = known.get_by_role("table", name="Fields that are needed, with what is known of each")
    active = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Active on the date"))
    expect(active.get_by_role("cell")).to_have_text(["yes", "B"])
    ours = page.get_by_role("rowheader", name="Are we in network for these codes? (as a medical provider)")
    expect(table.get_by_role("row").filter(has=ours).get_by_role("cell")).to_have_text(["not asked", ""])
    expect(page.locator("#open")).to_contain_text("referral")
    page.screenshot(path=shots / "findings.png", full_page=True)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_what_a_portal_says_is_written_down_judged_and_taken_back(
    chromium: Browser, clinic: Clinic, verification_id: str, shots: Path, width: int, scheme: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    watched = watch(context)
    page = watched.page
    page.goto(clinic.link())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/worklist")
    show(page, clinic, verification_id)
    page.locator("#learned summary").click()
    write_down(page.locator("#learned"), source="", answer="yes, from the family doctor")
    expect(page).to_have_title(re.compile("Write down what you learned"))
    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.locator("#source-error")).to_contain_text("Where it stands: choose one")
    expect(page.get_by_label("Where it stands")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Referral needed?")).to_have_value("yes, from the family doctor")
    checked(page, width)
    page.screenshot(path=shots / f"learned-error-{width}-{scheme}.png", full_page=True)
    write_down(page.locator("main"), source="payer portal", answer="yes, from the family doctor")
    expect(page.get_by_role("status").first).to_contain_text(
        "Written down. The verification is being judged again."
    )
    show(page, clinic, verification_id)
    sentence = "a referral is needed for Transcranial magnetic stimulation (TMS): from the family doctor"
    expect(meaning(page).get_by_text(sentence)).to_be_visible()
    row = page.get_by_role("table", name="Facts with their value and source").get_by_role("row")
    written = row.filter(has=page.get_by_role("rowheader", name="Referral"))
    expect(written).to_contain_text("payer portal, Benefits page, printed")
    every_summary(page)
    checked(page, width)
    page.screenshot(path=shots / f"learned-{width}-{scheme}.png", full_page=True)
    written.get_by_label("Why").fill("another patient's page")
    written.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("status").first).to_contain_text(
        "Taken back. What was written stays as evidence."
    )
    show(page, clinic, verification_id)
    expect(meaning(page).get_by_text(sentence)).to_have_count(0)
    expect(page.locator("#open")).to_contain_text("Is a referral needed")
    gone = page.locator(".said-by.withdrawn")
    expect(gone).to_contain_text("taken back")
    expect(gone).to_have_css("text-decoration-line", "line-through")
    expect(page.get_by_role("button", name="Take it back")).to_have_count(0)
    checked(page, width)
    watched.check(clinic.url)
    context.close()


def write_down(form: Locator, *, source: str, answer: str) -> None:
    form.get_by_label("Where it stands").select_option(label=source or "Choose")
    form.get_by_label("Title or number").fill("Benefits page, printed")
    form.get_by_label("Referral needed?").fill(answer)
    form.get_by_role("button", name="Write it down").click()


def every_summary(page: Page) -> None:
    """Opens everything that is folded: what is hidden has labels and contrast too."""
    page.evaluate("() => document.querySelectorAll('details').forEach(each => { each.open = true })")


def checked(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (unlabeled(page), contrast_failures(page), twice(page)) == ([], [], [])


def test_writing_down_and_taking_back_is_possible_by_keyboard_alone(
    signed_in: Page, clinic: Clinic, verification_id: str
) -> None:
    page = signed_in
    page.goto(f"{clinic.url}/verifications/{verification_id}/learned")
    labels = page.locator("main form label").all_inner_texts()
    assert [label for label in labels if labels.count(label) > 1] == [], "each is heard only once"
    keys = page.keyboard
    tab_to(page, "select", "Where it stands")
    keys.type("payer p")
    tab_to(page, "textbox", "Title or number")
    keys.type("Benefits page")
    tab_to(page, "textbox", "Referral needed?")
    keys.type("no")
    keys.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Written down.")
    show(page, clinic, verification_id)
    expect(meaning(page)).to_contain_text("no referral is needed")
    tab_to(page, "summary", "Take back", within=200)
    keys.press("Enter")
    tab_to(page, "textbox", "Why")
    keys.type("last year's page")
    tab_to(page, "button", "Take it back")
    keys.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Taken back.")
