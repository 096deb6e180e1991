"""Every route there is: closed without a session, blind to other practices, recorded when it shows a patient."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import func, select, text

from tests.verify.authorizations.records import authorization
from tests.verify.web.conftest import ROLES, Practice, Site, Visit, fact, submission
from verify import steps
from verify.affordability.prices import Price, PriceKind
from verify.asking import Changes, RepairKind
from verify.intake.spreadsheet import read_csv
from verify.security.roles import Permission, allowed
from verify.steps.authorizations import add_authorization
from verify.store import clinic, evidence, notices, prices, repairs, verifications
from verify.store.tables import access_rows, exchanges, facts, follow_ups, inquiries, metadata, sessions
from verify.store.tables_asking import repairs as repair_rows
from verify.store.tables_nightly import night_items, nights
from verify.verification import new_id
from verify.web.app import ROUTERS
from verify.web.caller import Guarded

#: Open to everybody; each with its reason.
OPEN = {
    "/healthz": "the supervisor has no account",
    "/readyz": "as /healthz",
    "/sign-in": "the way in",
    "/sign-in/link": "the way in",
    "/webhooks/appointments/{source}": "a sender has no account; its signature is checked",
}

NEEDS = {
    ("GET", "/worklist"): Permission.READ_PATIENTS,
    ("GET", "/worklist/live"): Permission.READ_PATIENTS,
    ("POST", "/worklist/search"): Permission.READ_PATIENTS,
    ("GET", "/verifications/new"): Permission.SUBMIT,
    ("POST", "/verifications"): Permission.SUBMIT,
    ("GET", "/verifications/{verification_id}"): Permission.READ_PATIENTS,
    ("GET", "/verifications/{verification_id}/live"): Permission.READ_PATIENTS,
    ("GET", "/verifications/{verification_id}/exchanges/{exchange_id}"): Permission.WORK_FOLLOW_UPS,
    ("GET", "/verifications/{verification_id}/estimate"): Permission.READ_PATIENTS,
    ("GET", "/verifications/{verification_id}/courses"): Permission.READ_PATIENTS,
    ("GET", "/verifications/{verification_id}/courses/{service_line}"): Permission.READ_PATIENTS,
    ("PUT", "/verifications/{verification_id}/courses/{service_line}"): Permission.SUBMIT,
    ("POST", "/verifications/{verification_id}/courses/{service_line}"): Permission.SUBMIT,
    ("GET", "/verifications/{verification_id}/evidence"): Permission.READ_CLINICAL,
    ("PUT", "/verifications/{verification_id}/evidence"): Permission.WRITE_CLINICAL,
    ("POST", "/verifications/{verification_id}/evidence"): Permission.WRITE_CLINICAL,
    ("GET", "/verifications/{verification_id}/policy"): Permission.READ_CLINICAL,
    ("GET", "/verifications/{verification_id}/clinical"): Permission.READ_PATIENTS,
    (
        "POST",
        "/verifications/{verification_id}/authorizations/{authorization_id}",
    ): Permission.WORK_FOLLOW_UPS,
    ("GET", "/verifications/{verification_id}/authorizations"): Permission.READ_PATIENTS,
    ("POST", "/verifications/{verification_id}/authorizations"): Permission.WORK_FOLLOW_UPS,
    ("PUT", "/authorizations/{authorization_id}"): Permission.WORK_FOLLOW_UPS,
    ("GET", "/verifications/{verification_id}/estimate/treatments"): Permission.READ_PATIENTS,
    ("GET", "/verifications/{verification_id}/treatments"): Permission.READ_PATIENTS,
    ("POST", "/verifications/{verification_id}/notes"): Permission.WRITE_NOTES,
    ("POST", "/verifications/{verification_id}/information"): Permission.SUBMIT,
    ("POST", "/verifications/{verification_id}/cancel"): Permission.SUBMIT,
    ("POST", "/verifications/{verification_id}/accept"): Permission.WORK_FOLLOW_UPS,
    ("GET", "/verifications/{verification_id}/repairs"): Permission.SUBMIT,
    ("POST", "/verifications/{verification_id}/repairs"): Permission.SUBMIT,
    ("POST", "/verifications/{verification_id}/repairs/{repair_id}/keep"): Permission.SUBMIT,
    ("GET", "/verifications/{verification_id}/findings"): Permission.READ_PATIENTS,
    ("GET", "/verifications/{verification_id}/worksheet"): Permission.WORK_FOLLOW_UPS,
    ("GET", "/verifications/{verification_id}/learned"): Permission.WORK_FOLLOW_UPS,
    ("POST", "/verifications/{verification_id}/learned"): Permission.WORK_FOLLOW_UPS,
    ("POST", "/verifications/{verification_id}/facts"): Permission.WORK_FOLLOW_UPS,
    ("POST", "/verifications/{verification_id}/facts/{fact_id}/withdraw"): Permission.WORK_FOLLOW_UPS,
    ("POST", "/follow-ups/{follow_up_id}/learned"): Permission.WORK_FOLLOW_UPS,
    ("POST", "/follow-ups/{follow_up_id}/done"): Permission.WORK_FOLLOW_UPS,
    ("POST", "/follow-ups/{follow_up_id}/call"): Permission.WORK_FOLLOW_UPS,
    ("GET", "/access"): Permission.READ_ACCESS_RECORD,
    ("GET", "/notices"): Permission.MANAGE_ACCOUNTS,
    ("POST", "/notices/{notice_id}/replay"): Permission.MANAGE_ACCOUNTS,
    ("POST", "/notices/endpoints/{endpoint_id}/enable"): Permission.MANAGE_ACCOUNTS,
    ("GET", "/imports"): Permission.SUBMIT,
    ("POST", "/imports"): Permission.SUBMIT,
    ("GET", "/imports/{import_id}"): Permission.SUBMIT,
    ("GET", "/imports/{import_id}/progress"): Permission.SUBMIT,
    ("GET", "/imports/{import_id}/rejected.csv"): Permission.SUBMIT,
    ("POST", "/imports/{import_id}/confirm"): Permission.SUBMIT,
    ("POST", "/imports/{import_id}/cancel"): Permission.SUBMIT,
    ("POST", "/prices"): Permission.MANAGE_PRICES,
    ("POST", "/prices/import"): Permission.MANAGE_PRICES,
    ("POST", "/prices/{price_id}/confirm"): Permission.MANAGE_PRICES,
    ("POST", "/prices/{price_id}/end"): Permission.MANAGE_PRICES,
    ("POST", "/nights"): Permission.WORK_FOLLOW_UPS,
    ("GET", "/nights/ahead"): Permission.READ_PATIENTS,
    ("GET", "/payers"): Permission.MANAGE_ACCOUNTS,
    ("GET", "/payers/suggest"): Permission.SUBMIT,
    ("GET", "/payers/{code}"): Permission.MANAGE_ACCOUNTS,
    ("GET", "/nights/{night_id}"): Permission.READ_PATIENTS,
    ("GET", "/nights/{night_id}/report"): Permission.READ_PATIENTS,
}
#: For everybody who is signed in, whatever their role: nothing of a patient is there.
FOR_ALL = {
    ("GET", "/"),
    ("POST", "/sign-out"),
    ("POST", "/session/keep"),
    ("GET", "/account"),
    ("POST", "/account/password"),
    ("POST", "/account/shortcuts"),
    ("GET", "/api/v1/payers"),
    ("GET", "/api/v1/payers/{code}"),
    ("GET", "/api/v1/service-lines"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/prices"),
    ("GET", "/nights"),
    ("GET", "/nights/progress"),
    ("GET", "/api/v1/nights"),
    ("GET", "/api/v1/nights/{night_id}"),
}


class Route(NamedTuple):
    method: str
    path: str
    route: APIRoute

    @property
    def needs(self) -> Permission | None:
        key = (self.method, self.path.removeprefix("/api/v1"))
        if (self.method, self.path) in FOR_ALL:
            return None
        return NEEDS["GET", "/worklist"] if key == ("GET", "/verifications") else NEEDS[key]


def routes() -> Iterator[Route]:
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            for method in sorted(route.methods):
                yield Route(method, route.path, route)


ALL = list(routes())
CLOSED = [route for route in ALL if route.path not in OPEN]
WITH_OBJECT = [route for route in CLOSED if "{" in route.path]
NAMES = {"ids": lambda route: f"{route.method} {route.path}"}


class Things(NamedTuple):
    """What one practice has, for the places in a path."""

    verification_id: str
    exchange_id: str
    follow_up_id: str
    endpoint_id: str
    notice_id: str
    import_id: str
    night_id: str
    price_id: str
    payer_id: str
    repair_id: str
    authorization_id: str
    #: Of a payer only this practice has.
    code: str
    fact_id: str
    #: Of an appointment system; there is none here.
    source: str = "source_01JD4Z8Q6V3M5N7P9R1T2W4X6Y"
    service_line: str = "tms"


@pytest.fixture
def things(site: Site) -> dict[str, Things]:
    return {"here": fill(site, site.here), "elsewhere": fill(site, site.elsewhere)}


def fill(site: Site, practice: Practice) -> Things:
    with site.work.engine.begin() as connection:
        endpoint_id = notices.add_endpoint(
            connection, site.work.seals(practice.id), "https://ehr.example.org/hook"
        ).endpoint_id
    verification_id = site.submit(practice)
    site.answer(verification_id, practice)
    inquiry_id, exchange_id = new_id("inq"), new_id("exch")
    with site.work.engine.begin() as connection:
        connection.execute(
            inquiries.insert().values(
                id=inquiry_id,
                practice_id=practice.id,
                verification_id=verification_id,
                payer_id=practice.payer_id,
                revision=1,
                service_type="30",
                date_of_service=site.work.now().date(),
                purpose="plan",
                state="rejected",
                outcome_code="aaa",
                reject_reasons=["75"],
            )
        )
        connection.execute(
            exchanges.insert().values(
                id=exchange_id,
                practice_id=practice.id,
                inquiry_id=inquiry_id,
                account_id="acct",
                attempt=1,
                trace="T1",
                control_number=1,
            )
        )
        task = connection.execute(
            select(follow_ups.c.id).where(follow_ups.c.verification_id == verification_id)
        ).scalar_one()
        (notice,) = notices.newest(connection, practice.id)
    import_id = preview(site, practice)
    night_id = add_night(site, practice, verification_id)
    price_id = add_price(site, practice)
    repair_id = add_repair(site, practice, verification_id)
    authorization_id = add_authorization(
        site.work, verification_id, practice.id, practice.user_ids["coordinator"], authorization()
    )
    return Things(
        verification_id,
        exchange_id,
        task,
        endpoint_id,
        notice.id,
        import_id,
        night_id,
        price_id,
        practice.payer_id,
        repair_id,
        authorization_id,
        add_own_payer(site, practice),
        add_fact(site, practice, verification_id),
    )


def add_own_payer(site: Site, practice: Practice) -> str:
    code = f"own_{practice.id[-6:].lower()}"
    with site.work.engine.begin() as connection:
        clinic.add_payer(connection, practice_id=practice.id, code=code, name=f"Fund of {code}")
    return code


def add_fact(site: Site, practice: Practice, verification_id: str) -> str:
    """What a person read in a portal."""
    made = fact("referral", "no", site.work.now(), kind="portal", about={"service_line": "tms"})
    with site.work.engine.begin() as connection:
        verification = verifications.read(connection, verification_id)
        evidence.add_facts(connection, verification, [made])
        return str(
            connection.execute(
                select(facts.c.id).where(facts.c.key == made.key, facts.c.practice_id == practice.id)
            ).scalar_one()
        )


def add_repair(site: Site, practice: Practice, verification_id: str) -> str:
    """A try that was answered, and corrects the member id."""
    with site.work.engine.begin() as connection:
        seals = site.work.seals(practice.id)
        verification = verifications.read(connection, verification_id)
        repairs.add(
            connection,
            seals,
            verification,
            payer_id=practice.payer_id,
            number=1,
            kind=RepairKind.PLAIN_MEMBER_ID,
            changes=Changes(member_id="W9"),
            approved_by="system",
        )
        connection.execute(repair_rows.update().values(state="answered"))
        return repairs.tries(connection, seals, verification)[0].id


def add_price(site: Site, practice: Practice) -> str:
    with site.work.engine.begin() as connection:
        prices.add(connection, practice.id, PRICE, by="system")
        return str(prices.shown(connection, practice.id, until=PRICE.valid_from)[0].id)


PRICE = Price(
    code="90868", kind=PriceKind.TYPICAL, cents=250_00, valid_from=date(2026, 1, 1), source="survey"
)


def add_night(site: Site, practice: Practice, verification_id: str) -> str:
    """Last night, in which the payer of one patient could not be asked."""
    night_id = new_id("night")
    yesterday = site.work.now().date() - timedelta(days=2)
    with site.work.engine.begin() as connection:
        connection.execute(
            nights.insert().values(
                id=night_id,
                practice_id=practice.id,
                local_date=yesterday,
                state="finished",
                started_by="system",
            )
        )
        connection.execute(
            night_items.insert().values(
                night_id=night_id,
                verification_id=verification_id,
                practice_id=practice.id,
                payer_id=practice.payer_id,
                rules=["month"],
                recheck_id=verification_id,
                state="failed",
                cause="http_5xx",
            )
        )
    return night_id


def preview(site: Site, practice: Practice) -> str:
    """A file with a good row and a bad one, both of the same person."""
    return steps.preview_import(
        site.work, read_csv(FILE), practice_id=practice.id, actor="system", file_format="csv"
    )


FILE = b"Last,First,Service,First visit\nQuill,Marguerite,tms,2027-01-05\nQuill,Marguerite,tms,soon\n"
FORMS = {
    "/verifications": {
        "last_name": "Quill",
        "first_name": "Odette",
        "service_lines": "tms",
        "date_of_service": "2027-01-05",
    },
    "/verifications/{verification_id}/notes": {"kind": "call", "body": "Line busy."},
    "/verifications/{verification_id}/evidence": {"section": "answers", "version": "0"},
    "/worklist/search": {"text": "Quill"},
    "/follow-ups/{follow_up_id}/call": {
        "answer_authorization_tms": "no",
        "reference": "R1",
        "representative": "D",
        "started_at": "2026-11-02T09:00",
        "ended_at": "2026-11-02T09:10",
    },
    "/verifications/{verification_id}/learned": {
        "source": "portal",
        "reference": "Benefits page",
        "answer_plan_name": "Choice",
    },
    "/follow-ups/{follow_up_id}/learned": {
        "source": "portal",
        "reference": "Benefits page",
        "answer_plan_name": "Choice",
    },
    "/verifications/{verification_id}/facts/{fact_id}/withdraw": {"reason": "Another patient’s page."},
    "/account/password": {"current": "x", "new": "y", "again": "y"},
}
RECORD = authorization().model_dump(mode="json")
BODIES = {
    "/verifications/{verification_id}/evidence": {"version": 0, "sheet": {}},
    "/verifications/{verification_id}/authorizations": RECORD,
    "/authorizations/{authorization_id}": {"version": 1, "record": RECORD},
    "/verifications": submission(),
    "/verifications/{verification_id}/notes": {"kind": "call", "body": "Line busy."},
    "/verifications/{verification_id}/information": {"coverage": {"group_number": "G1"}},
    "/verifications/{verification_id}/courses/{service_line}": {"starts_on": "2027-01-04"},
    "/follow-ups/{follow_up_id}/done": {"outcome": "Reached."},
    "/follow-ups/{follow_up_id}/call": {
        "answers": {"authorization_tms": "no"},
        "reference": "R1",
        "representative": "D",
        "started_at": "2026-11-02T09:00:00Z",
        "ended_at": "2026-11-02T09:10:00Z",
    },
    "/verifications/{verification_id}/facts": {
        "source": "letter",
        "reference": "Letter 77",
        "answers": {"plan_name": "Choice"},
    },
    "/verifications/{verification_id}/facts/{fact_id}/withdraw": {"reason": "Another patient's page."},
}


def send(site: Site, route: Route, things: Things, role: str | None) -> Any:
    """The request a person or program of that role would make; None is nobody."""
    api = route.path.startswith("/api/")
    visit = Visit(site.url, "", "") if role is None else site.program(role) if api else site.visit(role)
    path = route.path.format_map(things._asdict())
    if route.path.endswith("/repairs") and route.method == "POST":
        given = {"payer_id": things.payer_id, "member_id": "W8"}
        return visit.post(path, json=given) if api else visit.send_form(path, **given)
    if route.method == "GET":
        return visit.get(path)
    if route.path == "/api/v1/imports":
        return visit.post(path, data=FILE, headers={"Content-Type": "text/csv"})
    if route.path == "/imports":
        return visit.post(path, data={"csrf": visit.csrf}, files={"file": ("visits.csv", FILE)})
    if api:
        body = BODIES.get(route.path.removeprefix("/api/v1"))
        headers = {"Idempotency-Key": new_id("key"), "If-Match": "*"}
        return visit.request(route.method, path, json=body, headers=headers)
    return visit.send_form(path, **FORMS.get(route.path, {}))


def rows(site: Site) -> list[Any]:
    with site.work.engine.connect() as connection:
        return list(connection.execute(select(access_rows).order_by(access_rows.c.id)))


def test_every_route_is_guarded_but_those_that_say_why() -> None:
    assert {route.path for route in ALL if not isinstance(route.route, Guarded)} == set(OPEN)


def test_every_closed_route_has_its_permission_written_down() -> None:
    for route in CLOSED:
        assert route.needs is None or isinstance(route.needs, Permission)


def test_without_a_session_every_closed_route_is_closed(site: Site, things: dict[str, Things]) -> None:
    for route in CLOSED:
        answer = send(site, route, things["here"], None)
        if route.path.startswith("/api/"):
            assert answer.status_code == 401, route
        else:
            assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in"), route
    assert rows(site) == []


def test_what_another_practice_has_is_not_there(site: Site, things: dict[str, Things]) -> None:
    before = practice_state(site, site.elsewhere)
    for route in WITH_OBJECT:
        answer = send(site, route, things["elsewhere"], "admin")
        assert answer.status_code == 404, route
        assert "Marguerite" not in answer.text
    assert practice_state(site, site.elsewhere) == before


def test_mixing_an_own_verification_with_anothers_exchange_shows_nothing(
    site: Site, things: dict[str, Things]
) -> None:
    path = f"/verifications/{things['here'].verification_id}/exchanges/{things['elsewhere'].exchange_id}"
    assert site.visit("admin").get(path).status_code == 404


@pytest.mark.parametrize("role", ROLES)
def test_a_route_is_open_to_the_roles_that_have_its_permission(
    site: Site, things: dict[str, Things], role: str
) -> None:
    # What ends a session or a verification comes last, so that it spoils nothing for the others.
    for route in sorted(
        CLOSED, key=lambda each: each.path.endswith(("/cancel", "/accept", "/done", "/call"))
    ):
        answer = send(site, route, things["here"], role)
        may = route.needs is None or allowed(role, route.needs)
        # 409: the object has moved on, which only somebody with the permission is told.
        assert (answer.status_code == 403) is not may, (role, route.method, route.path, answer.status_code)
        assert answer.status_code < 500, route


def test_showing_a_patient_writes_exactly_one_row_and_nothing_else_does(
    site: Site, things: dict[str, Things]
) -> None:
    shown = 0
    for route in CLOSED:
        if route.path in {"/sign-out", "/access"}:
            continue
        clinical = (route.method, route.path.rsplit("/", 1)[-1]) in {
            ("GET", "evidence"),
            ("PUT", "evidence"),
            ("GET", "policy"),
            ("GET", "authorizations"),
        }
        before = len(rows(site))
        answer = send(site, route, things["here"], "admin")
        added = rows(site)[before:]
        # A course of what was cancelled before is not planned, nor shown.
        shows = (
            (clinical and answer.ok)
            or "Marguerite" in answer.text
            or (
                answer.ok
                and (route.method == "GET" or not route.path.endswith("/repairs"))
                and route.path.endswith(
                    (
                        "/live",
                        "{exchange_id}",
                        "/ahead",
                        "/estimate",
                        "/treatments",
                        "/courses",
                        "/courses/{service_line}",
                        "/repairs",
                        "/findings",
                    )
                )
            )
        )
        assert len(added) == (1 if shows else 0), (route.method, route.path, answer.status_code, len(added))
        if shows:
            shown += 1
            assert added[0].actor == site.here.user_ids["admin"]
            assert added[0].outcome == "done"
            assert added[0].request_id == answer.headers["X-Request-Id"]
    assert shown >= 9


def test_a_refused_look_is_recorded_as_refused(site: Site, things: dict[str, Things]) -> None:
    site.visit("auditor").get(f"/verifications/{things['here'].verification_id}")
    site.visit("admin").get(f"/verifications/{things['elsewhere'].verification_id}")
    assert [row.outcome for row in rows(site)] == ["denied", "failed"]


def test_what_cannot_be_recorded_is_not_shown(site: Site, things: dict[str, Things]) -> None:
    with site.work.engine.begin() as connection:
        connection.execute(
            text("alter table access_rows add constraint broken check (outcome = 'never') not valid")
        )
    for route in CLOSED:
        if route.needs is None or route.path == "/access" or route.method != "GET":
            continue
        answer = send(site, route, things["here"], "admin")
        shows_nobody = (
            "/verifications/new",
            "/notices",
            "/imports",
            "/imports/{import_id}/progress",
            "/api/v1/imports/{import_id}",
            "/payers",
            "/payers/suggest",
            "/payers/{code}",
            "/verifications/{verification_id}/learned",
            "/api/v1/verifications/{verification_id}/worksheet",
        )
        if route.path not in shows_nobody:
            assert answer.status_code == 500, route
        assert "Marguerite" not in answer.text


def test_reading_changes_nothing_but_the_record_and_the_session(
    site: Site, things: dict[str, Things]
) -> None:
    visit, program = site.visit("admin"), site.program("admin")
    before = contents(site)
    for route in ALL:
        if route.method == "GET":
            path = route.path.format_map(things["here"]._asdict())
            (program if path.startswith("/api/") else visit).get(path)
    assert contents(site) == before


def contents(site: Site) -> dict[str, str]:
    """A digest of every table but those a look may write."""
    free = {access_rows.name, sessions.name, "api_tokens"}
    with site.work.engine.connect() as connection:
        return {
            name: connection.execute(
                text(
                    f"select md5(coalesce(string_agg(t::text, chr(10) order by t::text), '')) from \"{name}\" t"
                )
            ).scalar_one()
            for name in metadata.tables
            if name not in free
        }


def practice_state(site: Site, practice: Practice) -> list[Any]:
    with site.work.engine.connect() as connection:
        return [
            connection.execute(
                select(func.count()).select_from(table).where(table.c.practice_id == practice.id)
            ).scalar_one()
            for table in metadata.tables.values()
            if "practice_id" in table.c and table is not access_rows
        ]
