"""A spreadsheet in a real browser: dropped, looked at, confirmed, watched to its end."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Clinic, watch
from tests.browser.test_pages import contrast_failures, unlabeled

HEADINGS = "Last name,First name,DOB,Insurance,Member ID,Treatment,Appointment\n"


def spreadsheet(family: str) -> bytes:
    rows = [f"{family},Pat{n},3/4/1988,BHHP,ACT4{n:07},TMS,12/1/2027" for n in range(40)]
    rows += [
        f"{family},Wrongdate,2/30/1984,BHHP,ACT41,TMS,12/1/2027",
        f"{family},,=2+2,BHHP,1.2E+11,Ketamine,12/1/2027",
        f"{family},Pat0,3/4/1988,BHHP,ACT40000000,TMS,12/1/2027",
        f"{family},Noplan,1990-01-31,Unheard Of Health,,Spravato,12/1/2027",
    ]
    return (HEADINGS + "\n".join(rows)).encode()


def drop(page: Page, clinic: Clinic, family: str) -> None:
    page.goto(f"{clinic.url}/imports")
    page.get_by_label("CSV or JSON lines").set_input_files(
        {"name": "visits of the week.csv", "mimeType": "text/csv", "buffer": spreadsheet(family)}
    )
    page.get_by_role("button", name="Read the file").click()
    page.wait_for_url(re.compile("/imports/imp_"))


def test_a_file_is_dropped_looked_at_and_followed_to_its_end(
    signed_in: Page, clinic: Clinic, shots: Path
) -> None:
    page = signed_in
    drop(page, clinic, "Sheetly")
    rejected = page.get_by_role("table", name="Rows that were not taken, and why")
    expect(rejected.get_by_role("row").filter(has_text="Row 42")).to_contain_text("is not in the calendar")
    expect(page.get_by_text("could be read two ways")).to_have_count(1)
    page.screenshot(path=shots / "import-preview.png", full_page=True)
    with page.expect_download() as download:
        page.get_by_role("link", name="Fetch these rows").click()
    assert "Wrongdate" in download.value.path().read_text()
    page.get_by_role("button", name=re.compile("^Submit")).click()
    expect(page.get_by_text("of 1 row submitted").or_(page.get_by_text("submitted").first)).to_be_visible()
    page.screenshot(path=shots / "import-running.png", full_page=True)
    expect(page.get_by_text("Done", exact=True).first).to_be_visible(timeout=60_000)
    page.screenshot(path=shots / "import-done.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_the_pages_keep_their_policy_and_fit_the_screen(
    chromium: Browser, clinic: Clinic, shots: Path, width: int, scheme: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    watched = watch(context)
    page = watched.page
    page.goto(clinic.link())
    page.get_by_role("button", name="Sign in").click()
    drop(page, clinic, f"Fit{width}{scheme}")
    preview = page.url
    for name, address in {"imports": f"{clinic.url}/imports", "import": preview}.items():
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        assert unlabeled(page) == [], name
        assert contrast_failures(page) == [], (name, scheme)
        page.screenshot(path=shots / f"{name}-{width}-{scheme}.png", full_page=True)
    watched.check(clinic.url)
    context.close()


def test_a_file_can_be_handed_in_by_keyboard_alone(signed_in: Page, clinic: Clinic) -> None:
    page = signed_in
    # Chooser events are on before the page is there: switched on with the key press they may come too late.
    page.on("filechooser", lambda _: None)
    page.goto(f"{clinic.url}/imports")
    page.get_by_label("CSV or JSON lines").focus()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files({"name": "a.csv", "mimeType": "text/csv", "buffer": spreadsheet("Keys")})
    page.get_by_role("button", name="Read the file").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/imports/imp_"))
    expect(page.get_by_role("heading", name="a.csv")).to_be_visible()
