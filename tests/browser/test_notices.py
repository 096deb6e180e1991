"""The page of notices in a real browser, with notices that real workers sent to a real receiver."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, update

from tests.browser.conftest import Clinic, Watched
from tests.house import wait_for
from tests.verify.steps.receiving import Receiver
from verify.security.sessions import mint
from verify.store import notices, users
from verify.store.tables import jobs
from verify.store.tables_notices import notice_endpoints
from verify.store.tables_notices import notices as rows


@pytest.fixture
def receiver(clinic: Clinic) -> Iterator[Receiver]:
    """Takes the first notice, then has trouble."""
    work = clinic.house.work
    with Receiver("204 No Content", "503 Busy") as made:
        with work.engine.begin() as connection:
            seals = work.seals(clinic.practice_id)
            notices.add_endpoint(connection, seals, made.url, allow_private_addresses=True)
            gone = notices.add_endpoint(connection, seals, "https://old.example.org/hooks/verify")
            notices.switch_off(connection, gone.endpoint_id, "gone")
        yield made
    with work.engine.begin() as connection:
        connection.execute(delete(jobs).where(jobs.c.step == "notify"))
        connection.execute(delete(rows))
        connection.execute(delete(notice_endpoints))


@pytest.fixture
def administrator(watched: Watched, clinic: Clinic) -> Page:
    token, work = mint(), clinic.house.work
    with work.engine.begin() as connection:
        user_id = users.add(
            connection,
            practice_id=clinic.practice_id,
            email="lead@larkspur.example",
            name="Lee",
            role="admin",
        )
        users.make_link(connection, user_id, token.hash, work.now().replace(year=2100))
    watched.page.goto(f"{clinic.url}/sign-in/link#{token.text}")
    watched.page.get_by_role("button", name="Sign in").click()
    watched.page.wait_for_url("**/account?first=1")
    return watched.page


def test_a_notice_that_was_given_up_is_sent_again_by_a_person(
    administrator: Page, clinic: Clinic, receiver: Receiver, shots: Path
) -> None:
    page = administrator
    for member_id, name in (("ACT30000011", "Hookwell"), ("ACT30000012", "Wireham"), ("", "Postley")):
        made = clinic.house.submit(clinic.practice_id, member_id, patient={"last_name": name})
        clinic.house.wait_until_settled(made)
    wait_for(lambda: True if len(receiver.deliveries) >= 3 else None, 30, "three notices")
    with clinic.house.work.engine.begin() as connection:
        last = notices.newest(connection, clinic.practice_id, standing="pending")[-1]
        connection.execute(
            update(rows).where(rows.c.id == last.id).values(standing="failed", attempt=10, try_again_at=None)
        )
    page.get_by_role("link", name="Notices").click()
    expect(page.get_by_role("heading", name="Notices", level=1)).to_be_visible()
    expect(page.get_by_text("it answered that it is gone (410)")).to_be_visible()
    for name in ("Hookwell", "Wireham", "Postley"):
        assert name not in page.content()
    page.screenshot(path=shots / "notices.png", full_page=True)
    page.set_viewport_size({"width": 390, "height": 800})
    page.screenshot(path=shots / "notices-small.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1280, "height": 800})
    before = len(receiver.deliveries)
    receiver.statuses = ["200 OK"]
    page.get_by_role("link", name="Given up").click()
    page.get_by_role("button", name=f"Send again notice {last.id}").click()
    expect(page.get_by_role("status")).to_contain_text("sent again within a few seconds")
    again = wait_for(
        lambda: receiver.deliveries[before] if len(receiver.deliveries) > before else None, 20, "it"
    )
    assert again.headers["webhook-id"] == last.id
