"""Every page in a real browser: by keyboard, without scripts, on a small screen, in the dark, in print."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Clinic, Watched, watch


@pytest.fixture
def verification_id(clinic: Clinic) -> str:
    made = clinic.house.submit(clinic.practice_id, "ACT30000001", patient={"last_name": "Pagewell"})
    clinic.house.wait_until_settled(made)
    return made


def paths(verification_id: str) -> dict[str, str]:
    return {
        "worklist": "/worklist",
        "all": "/worklist?tab=all",
        "new": "/verifications/new",
        "one": f"/verifications/{verification_id}",
        "prices": "/prices",
        "account": "/account",
        "absent": "/nothing/here",
    }


def test_the_whole_way_is_possible_by_keyboard_alone(signed_in: Page, clinic: Clinic) -> None:
    page = signed_in
    keys = page.keyboard
    tab_to(page, "link", "New verification")
    keys.press("Enter")
    expect(page).to_have_url(f"{clinic.url}/verifications/new")
    for label, typed in (("Last name", "Tabley"), ("First name", "Odette")):
        tab_to(page, "textbox", label)
        keys.type(typed)
    tab_to(page, "checkbox", "Transcranial magnetic stimulation (TMS)")
    keys.press("Space")
    tab_to(page, "date", "First visit")
    keys.type("01052027")
    tab_to(page, "button", "Verify benefits")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Tabley, Odette")).to_be_visible()
    expect(page.get_by_text("Missing:").first).to_be_visible()


def tab_to(page: Page, kind: str, name: str, *, within: int = 60) -> None:
    """Presses Tab until the element has the focus, which must then be visible."""
    for _ in range(within):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            """() => { const e = document.activeElement;
                const label = e.labels?.[0]?.textContent ?? e.textContent;
                return {name: label.replace("(optional)", "").trim(), outline: getComputedStyle(e).outlineStyle} }"""
        )
        if focused["name"] == name:
            assert focused["outline"] != "none", f"{kind} {name} has the focus and does not show it"
            return
    raise AssertionError(f"{kind} {name} is not reached by Tab")


def test_the_first_tab_skips_to_the_content(signed_in: Page) -> None:
    signed_in.keyboard.press("Tab")
    expect(signed_in.get_by_role("link", name="Skip to the content")).to_be_focused()
    signed_in.keyboard.press("Enter")
    expect(signed_in.locator("#main")).to_be_focused()


def test_single_keys_move_open_and_find_and_can_be_switched_off(
    signed_in: Page, clinic: Clinic, verification_id: str
) -> None:
    page = signed_in
    page.goto(f"{clinic.url}/worklist?tab=all")
    page.keyboard.press("j")
    expect(page.locator("[data-row] .opens").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/verifications/ver_"))
    # A key pressed before the page's script has run is nobody's.
    page.wait_for_load_state()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.goto(f"{clinic.url}/account")
    page.get_by_role("button", name="Switch shortcuts off").click()
    page.goto(f"{clinic.url}/worklist?tab=all")
    page.keyboard.press("j")
    expect(page.locator("[data-row] .opens").first).not_to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_pages_keep_their_policy_and_fit_the_screen(
    chromium: Browser, clinic: Clinic, verification_id: str, shots: Path, width: int, scheme: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    watched = watch(context)
    page = watched.page
    page.goto(clinic.link())
    page.get_by_role("button", name="Sign in").click()
    for name, path in paths(verification_id).items():
        page.goto(clinic.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        assert unlabeled(page) == [], name
        assert page.locator("h1").count() == 1, name
        inline = page.locator("[style], [onclick], style, script:not([src])")
        assert inline.evaluate_all("all => all.map(each => each.outerHTML)") == [], name
        assert contrast_failures(page) == [], (name, scheme)
        page.screenshot(path=shots / f"{name}-{width}-{scheme}.png", full_page=True)
    watched.check(clinic.url)
    context.close()


def unlabeled(page: Page) -> list[str]:
    """Fields without a label, and tables without caption or header scopes."""
    found: list[str] = page.evaluate(
        """() => [
            ...[...document.querySelectorAll("input:not([type=hidden], [hidden]), select, textarea")]
                .filter(e => !e.labels?.length).map(e => e.outerHTML.slice(0, 80)),
            ...[...document.querySelectorAll("table")].filter(e => !e.caption).map(() => "table without caption"),
            ...[...document.querySelectorAll("th:not([scope])")].map(() => "th without scope"),
        ]"""
    )
    return found


def contrast_failures(page: Page) -> list[str]:
    """Texts below 4.5 to 1 against what is behind them (WCAG 2.2, 1.4.3)."""
    found: list[str] = page.evaluate(
        """() => {
        const rgb = color => { const c = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
            c.fillStyle = color; c.fillRect(0, 0, 1, 1); return [...c.getImageData(0, 0, 1, 1).data] };
        const cache = new Map();
        const parsed = color => { if (!cache.has(color)) cache.set(color, rgb(color)); return cache.get(color) };
        const light = ([r, g, b]) => { const f = v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
            return .2126 * f(r) + .7152 * f(g) + .0722 * f(b) };
        const behind = e => { for (; e; e = e.parentElement) {
            const c = parsed(getComputedStyle(e).backgroundColor); if (c[3] === 255) return c } return [255, 255, 255] };
        const bad = [];
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const text = walker.currentNode.textContent.trim(), e = walker.currentNode.parentElement;
            if (!text || !e.checkVisibility() || e.closest("script, noscript, .visually-hidden, .demo, option")) continue;
            const [a, b] = [light(parsed(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
            if ((a + .05) / (b + .05) < 4.5) bad.push(`${text.slice(0, 40)}: ${((a + .05) / (b + .05)).toFixed(2)}`);
        }
        return bad }"""
    )
    return found


def test_without_javascript_the_work_can_be_done(
    chromium: Browser, clinic: Clinic, verification_id: str
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    address, _, token = clinic.link().partition("#")
    page.goto(address)
    page.get_by_label(re.compile("after the #")).fill(token)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{clinic.url}/verifications/{verification_id}")
    page.get_by_label("New note").fill("Line busy.")
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_text("Note added.")).to_be_visible()
    expect(page.locator(".note")).to_have_text("Line busy.")
    context.close()


def test_a_warning_comes_before_the_session_ends_and_can_be_answered(
    watched: Watched, signed_in: Page, clinic: Clinic
) -> None:
    page = signed_in
    page.clock.install()
    page.goto(f"{clinic.url}/account")
    page.clock.run_for(13 * 60_000 + 5_000)
    expect(page.get_by_role("alertdialog")).to_be_visible()
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.get_by_role("alertdialog")).to_be_hidden()


def test_the_token_of_a_link_reaches_no_address_and_no_log(watched: Watched, clinic: Clinic) -> None:
    link = clinic.link()
    token = link.partition("#")[2]
    page = watched.page
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/worklist")
    assert not [url for url in watched.requested if token in url.partition("#")[0]]
    assert token not in (clinic.house.logs / "web.log").read_text()
