"""Pages as text: what they say, what they keep, and what they never do with what was typed."""

import re
from datetime import UTC, datetime

import pytest
from msgspec import structs
from sqlalchemy import func, select, update

from tests.verify.web.conftest import Site, findings
from verify.store import evidence
from verify.store import verifications as states
from verify.store.tables import practices, verifications
from verify.verification import VerificationState
from verify.web import words

FORM = {
    "last_name": "Quill",
    "first_name": "Odette",
    "birth_date": "1984-05-17",
    "payer": "bluehollow",
    "member_id": "BHX9",
    "service_lines": "tms",
    "date_of_service": "2027-01-05",
}


def count(site: Site) -> int:
    with site.work.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(verifications)).scalar_one()


def test_a_filled_form_becomes_a_verification_once(site: Site) -> None:
    visit = site.visit()
    first, again = visit.send_form("/verifications", **FORM), visit.send_form("/verifications", **FORM)
    place = first.headers["Location"]
    assert (first.status_code, again.headers["Location"]) == (303, f"{place}?known=1")
    assert "Quill, Odette" in visit.get(place).text
    assert count(site) == 1


def test_an_error_keeps_what_was_typed_and_stores_nothing(site: Site) -> None:
    answer = site.visit().send_form(
        "/verifications", **{**FORM, "first_name": "", "birth_date": "2027-02-01x"}
    )
    assert answer.status_code == 422
    assert 'value="Quill"' in answer.text
    assert 'id="first_name-error"' in answer.text
    assert "First name is required" in answer.text
    assert 'value="tms" checked' in answer.text
    assert count(site) == 0


def test_missing_payer_and_member_id_are_taken_in(site: Site) -> None:
    fields = {name: value for name, value in FORM.items() if name not in {"payer", "member_id", "birth_date"}}
    visit = site.visit()
    answer = visit.send_form("/verifications", **fields)
    assert answer.status_code == 303
    assert "not given" in visit.get(answer.headers["Location"]).text


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7919 * 7907 }}",
    "javascript:alert(1)",
    "' or 1=1 --",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_was_typed_is_shown_as_text_and_nothing_else(site: Site, text: str) -> None:
    visit = site.visit()
    made = visit.send_form("/verifications", **{**FORM, "last_name": text, "payer": text, "member_id": text})
    place = made.headers["Location"]
    visit.send_form(f"{place}/notes", kind="call", body=text)
    pages = [
        visit.get(place),
        visit.get("/worklist?tab=all"),
        visit.send_form("/worklist/search", text=text),
        visit.send_form("/verifications", **{**FORM, "last_name": text, "first_name": ""}),
    ]
    for page in pages:
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert str(7919 * 7907) not in page.text


def test_what_nobody_was_asked_yet_is_not_called_unstated(site: Site) -> None:
    verification_id = site.submit()
    silent = [
        structs.replace(each, conclusion="not_stated", facts=()) for each in findings(datetime.now(UTC))
    ]
    with site.work.engine.begin() as connection:
        row = states.lock(connection, verification_id)
        assert row is not None
        evidence.replace_findings(connection, row, silent)
        states.change(connection, row, state="asking")
    live = site.visit().get(f"/verifications/{verification_id}/live").text
    assert "The payer is being asked" in live
    assert "Not stated" not in live


def test_no_page_has_inline_script_style_or_handler(site: Site) -> None:
    visit = site.visit("admin")
    verification_id = site.submit()
    site.answer(verification_id)
    for path in (
        "/worklist",
        "/verifications/new",
        f"/verifications/{verification_id}",
        "/account",
        "/access",
        "/x",
    ):
        html = visit.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", html), path


def test_no_title_or_address_names_a_patient(site: Site) -> None:
    visit = site.visit()
    verification_id = site.submit()
    html = visit.get(f"/verifications/{verification_id}").text
    title = re.search(r"<title>(.*?)</title>", html)
    assert title
    assert "Quill" not in title[1]
    assert not [link for link in re.findall(r'(?:href|action)="([^"]*)"', html) if "uill" in link]


def test_an_answer_is_shown_with_its_sources_and_its_gaps(site: Site) -> None:
    verification_id = site.submit()
    site.answer(verification_id)
    html = site.visit().get(f"/verifications/{verification_id}").text
    assert "Coverage is active" in html
    assert "$30.00 copay" in html
    assert "segment 14" in html
    assert "Blue Hollow Health Plan," in html
    assert "What is left of the deductible is not stated." in html
    assert "Authorization: not stated" in html
    assert "$0" not in html.replace("that is not $0", "")
    assert "approved" not in html.lower()


def test_front_desk_sees_no_notes_and_no_raw_exchange(site: Site) -> None:
    verification_id = site.submit()
    site.visit().send_form(f"/verifications/{verification_id}/notes", kind="clinical", body="Prior trial.")
    html = site.visit("front_desk").get(f"/verifications/{verification_id}").text
    assert "Prior trial." not in html
    assert "/exchanges/" not in html
    assert "Prior trial." in site.visit("clinician").get(f"/verifications/{verification_id}").text


def test_a_page_is_fetched_anew_only_when_something_happened(site: Site) -> None:
    visit = site.visit()
    verification_id = site.submit()
    one = re.search(r'hx-get="([^"]+)"', visit.get(f"/verifications/{verification_id}").text)
    many = re.search(r'hx-get="([^"]+)"', visit.get("/worklist?tab=in-progress").text)
    assert one
    assert many
    places = [found[1].replace("&amp;", "&") for found in (one, many)]
    assert [visit.get(place).status_code for place in places] == [204, 204]
    visit.send_form(f"/verifications/{verification_id}/cancel")
    assert [visit.get(place).status_code for place in places] == [200, 200]


def test_a_poll_without_a_session_is_sent_to_sign_in_as_a_whole_page(site: Site) -> None:
    visit = site.visit()
    visit.send_form("/sign-out")
    answer = visit.get("/worklist/live", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in?ended=1")


def test_every_page_of_a_demo_practice_says_so_and_of_another_none(site: Site) -> None:
    with site.work.engine.begin() as connection:
        connection.execute(update(practices).where(practices.c.id == site.here.id).values(demo=True))
    for path in ("/worklist", "/verifications/new", "/account"):
        assert "invented" in site.visit().get(path).text, path
        assert "invented" not in site.visit(practice=site.elsewhere).get(path).text, path


def test_every_state_has_a_chip_and_every_chip_a_text(site: Site) -> None:
    verification_id = site.submit()
    visit = site.visit()
    for state in VerificationState:
        chip = words.CHIPS[state]
        with site.work.engine.begin() as connection:
            connection.execute(update(verifications).values(state=state.value))
        html = visit.get(f"/verifications/{verification_id}").text
        assert re.search(rf"</svg>\s*{chip.text}", html), state


def test_the_auditor_sees_the_record_and_no_patient(site: Site) -> None:
    verification_id = site.submit()
    site.visit().get(f"/verifications/{verification_id}")
    visit = site.visit("auditor")
    assert visit.get("/").headers["Location"] == "/access"
    record = visit.get(f"/access?of={verification_id}").text
    assert "Larkspur coordinator" in record
    assert "Quill" not in record
    assert visit.get("/worklist").status_code == 403
