"""A coordinator types what the card says, is offered the payer, and picks it; without scripts it is a text field."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from payers.directory import ListedPayer
from tests.browser.conftest import Clinic, Watched
from verify.security.sessions import mint
from verify.store import clinic as clinics
from verify.store import users
from verify.store.payer_lists import import_list


def test_a_payer_is_offered_while_it_is_typed_and_picked(
    signed_in: Page, clinic: Clinic, shots: Path
) -> None:
    with clinic.house.work.engine.begin() as connection:
        account = next(row for row in clinics.accounts(connection) if row.practice_id == clinic.practice_id)
        listed = [ListedPayer(their_id="BLR01", name="Blue Hollow Ridge Health Fund")]
        import_list(connection, clinic.practice_id, account.id, listed)
    page = signed_in
    page.goto(f"{clinic.url}/verifications/new")
    field = page.get_by_label(re.compile("^Payer"))
    assert field.get_attribute("list") is None, "the browser's own list does not stand over ours"
    field.press_sequentially("blue holow plan", delay=20)
    offered = page.locator("[data-suggests]")
    expect(offered.get_by_role("button", name="Blue Hollow Health Plan")).to_be_visible()
    expect(offered).to_contain_text("Blue Hollow Ridge Health Fund: listed by a clearinghouse")
    page.screenshot(path=shots / "payer-suggestions.png", full_page=True)
    offered.get_by_role("button", name="Blue Hollow Health Plan").press("Enter")
    expect(field).to_have_value("Blue Hollow Health Plan")
    expect(field).to_be_focused()
    expect(offered.get_by_role("button")).to_have_count(0)


def test_without_scripts_the_payer_is_a_text_field_with_the_browsers_own_list(
    chromium: Browser, signed_in: Page, clinic: Clinic
) -> None:
    context = chromium.new_context(java_script_enabled=False, storage_state=signed_in.context.storage_state())
    try:
        page = context.new_page()
        page.goto(f"{clinic.url}/verifications/new")
        field = page.get_by_label(re.compile("^Payer"))
        assert field.get_attribute("list") == "payers"
        assert page.locator("#payers option").count() >= 2
        field.fill("Nobody's Fund")
        expect(field).to_have_value("Nobody's Fund")
    finally:
        context.close()


def test_an_administrator_sees_how_each_payer_is_reached(
    watched: Watched, clinic: Clinic, shots: Path
) -> None:
    token = mint()
    with clinic.house.work.engine.begin() as connection:
        admin = clinic.house.add_user(clinic.practice_id, "admin")
        users.make_link(connection, admin, token.hash, clinic.house.work.now().replace(year=2100))
    page = watched.page
    page.goto(f"{clinic.url}/sign-in/link#{token.text}")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Payers").click()
    expect(page.get_by_role("heading", name="Payers")).to_be_visible()
    page.screenshot(path=shots / "payers.png", full_page=True)
    page.get_by_label("A name in any spelling, or an ID").fill("lakeside union")
    page.get_by_role("button", name="Find").last.click()
    page.get_by_role("link", name="Lakeside Union Welfare Fund").click()
    expect(page.get_by_role("heading", name="How it is reached")).to_be_visible()
    page.screenshot(path=shots / "payer.png", full_page=True)
