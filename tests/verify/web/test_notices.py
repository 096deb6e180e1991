"""The page of notices out: what was sent where, and sending it again."""

import pytest
from sqlalchemy import select, update

from tests.verify.web.conftest import Site
from verify.store import notices, verifications
from verify.store.tables import jobs
from verify.store.tables_notices import notices as rows


@pytest.fixture
def told(site: Site) -> str:
    """The id of a notice that was given up."""
    with site.work.engine.begin() as connection:
        notices.add_endpoint(
            connection, site.work.seals(site.here.id), "https://ehr.example.org/hooks?key=hidden-key"
        )
    made = site.submit()
    with site.work.engine.begin() as connection:
        row = verifications.lock(connection, made)
        assert row is not None
        verifications.change(connection, row, state="needs_information")
        connection.execute(
            update(rows).values(standing="failed", attempt=10, response_status=502, tried_at=site.work.now())
        )
        return str(connection.execute(select(rows.c.id)).scalar_one())


def test_a_notice_is_shown_with_its_address_tries_and_answer(site: Site, told: str) -> None:
    text = site.visit("admin").get("/notices").text
    for words in (told, "ehr.example.org/hooks", "Given up", "10 of 10", "502", "Needs information"):
        assert words in text
    for hidden in ("hidden-key", "whsec_", "Marguerite", "Quill", "BHX100200300"):
        assert hidden not in text


def test_a_notice_is_sent_again_with_the_same_id(site: Site, told: str) -> None:
    visit = site.visit("admin")
    answer = visit.send_form(f"/notices/{told}/replay")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/notices?again=1")
    with site.work.engine.connect() as connection:
        assert connection.execute(select(rows.c.standing, rows.c.attempt)).one() == ("pending", 0)
        waiting = select(jobs.c.subject_id).where(jobs.c.step == "notify", jobs.c.state == "queued")
        assert connection.execute(waiting).scalars().all() == [told]
    assert "sent again within a few seconds" in visit.get("/notices?again=1").text


def test_the_list_narrows_and_pages(site: Site, told: str) -> None:
    visit = site.visit("admin")
    assert told in visit.get("/notices?standing=failed").text
    assert told not in visit.get("/notices?standing=delivered").text
    assert told not in visit.get(f"/notices?before={told}").text
    assert visit.get("/notices?before=nonsense").status_code == 400
    assert visit.get("/notices?standing=odd").status_code == 422


def test_an_address_that_said_gone_is_switched_on_again(site: Site, told: str) -> None:
    with site.work.engine.begin() as connection:
        (endpoint,) = notices.endpoints(connection, site.here.id)
        notices.switch_off(connection, endpoint.id, "gone")
    visit = site.visit("admin")
    assert "it answered that it is gone (410)" in visit.get("/notices").text
    assert visit.send_form(f"/notices/endpoints/{endpoint.id}/enable").status_code == 303
    assert "Switched off" not in visit.get("/notices").text


def test_a_clinic_without_addresses_is_told_how_to_add_one(site: Site) -> None:
    assert "verify webhooks add" in site.visit("admin").get("/notices").text


def test_only_those_who_manage_accounts_see_the_way_there(site: Site) -> None:
    assert 'href="/notices"' in site.visit("admin").get("/account").text
    assert 'href="/notices"' not in site.visit("coordinator").get("/account").text
