"""What every answer carries, and what no request gets past."""

import pytest
import requests
from sqlalchemy import text

from tests.conftest import administrate
from tests.verify.web.conftest import Site
from verify.servers.postgres import Postgres
from verify.web.shell import CONTENT_SECURITY_POLICY

WANTED = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def check(answer: requests.Response) -> None:
    for name, value in WANTED.items():
        assert answer.headers[name] == value, (answer.url, name)
    assert answer.headers["X-Request-Id"].startswith("req_")
    assert "server" not in answer.headers


def test_every_kind_of_answer_carries_the_headers(site: Site) -> None:
    visit = site.visit()
    verification_id = site.submit()
    answers = [
        visit.get("/worklist"),
        visit.get("/verifications/nothing"),
        visit.get("/no/such/address"),
        visit.get("/static/verify.css"),
        visit.get("/static/absent.css"),
        visit.delete("/worklist"),
        visit.post("/verifications", data="x" * 1_100_000),
        visit.post("/verifications"),
        visit.get("/healthz"),
        visit.get(f"/api/v1/verifications/{verification_id}"),
        site.visit().get("/sign-in"),
        requests.get(f"{site.url}/worklist", timeout=5, allow_redirects=False),
        requests.get(f"{site.url}/api/v1/verifications", timeout=5),
    ]
    for answer in answers:
        check(answer)
    assert [answer.status_code for answer in answers] == [
        200, 404, 404, 200, 404, 405, 413, 403, 200, 200, 200, 303, 401,
    ]  # fmt: skip


def test_nothing_but_static_files_may_be_kept_by_a_browser(site: Site) -> None:
    visit = site.visit()
    for path in ("/worklist", "/sign-in", "/healthz", "/api/v1/verifications", "/nothing"):
        assert visit.get(path).headers["Cache-Control"] == "no-store", path
    assert "immutable" in visit.get("/static/verify.css?v=1").headers["Cache-Control"]


def test_a_failure_nobody_foresaw_is_a_problem_without_its_text(
    site: Site, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("Marguerite Quill 1984-05-17")

    monkeypatch.setattr("verify.store.views.list_newest", fail)
    answer = site.program().get("/api/v1/verifications")
    check(answer)
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["instance"] == answer.headers["X-Request-Id"]
    said = capfd.readouterr()
    assert "Quill" not in answer.text + said.out + said.err


def test_a_body_over_one_mebibyte_is_refused_announced_or_not(site: Site) -> None:
    program = site.program()
    program.headers["Content-Type"] = "application/json"
    announced = program.post("/api/v1/verifications", data=b" " * 1_048_577)
    streamed = program.post("/api/v1/verifications", data=(b" " * 65_536 for _ in range(17)))
    assert (announced.status_code, streamed.status_code) == (413, 413)
    assert announced.headers["Content-Type"] == "application/problem+json"


def test_the_access_line_names_the_route_and_never_the_address(
    site: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    visit = site.visit()
    visit.get("/worklist?tab=all&name=Quill")
    visit.get("/Quill/Marguerite")
    said = capfd.readouterr().err
    assert '"route":"/worklist"' in said
    assert "Quill" not in said


def test_with_the_database_away_the_answer_is_503_and_says_when_to_come_back(
    site: Site, postgres_server: Postgres
) -> None:
    visit, program = site.visit(), site.program()
    with site.work.engine.connect() as connection:
        name = connection.execute(text("select current_database()")).scalar_one()
    with administrate(postgres_server) as session:
        session.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        session.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])
    page, api, ready = visit.get("/worklist"), program.get("/api/v1/verifications"), visit.get("/readyz")
    assert [answer.status_code for answer in (page, api, ready)] == [503, 503, 503]
    assert all(answer.headers["Retry-After"] == "5" for answer in (page, api, ready))
    assert visit.get("/healthz").status_code == 200


def test_a_missing_broker_is_degraded_and_not_a_failure(site: Site) -> None:
    answer = site.visit().get("/readyz")
    assert answer.json() == {"status": "ok", "database": "ok", "broker": "ok"}
    settings = site.work.settings
    object.__setattr__(
        site.work, "settings", type(settings)(**{**_fields(settings), "redis_url": "redis://127.0.0.1:1"})
    )
    answer = site.visit().get("/readyz")
    assert (answer.status_code, answer.json()["status"], answer.json()["broker"]) == (
        200,
        "degraded",
        "unreachable",
    )


def _fields(settings: object) -> dict[str, object]:
    return {name: getattr(settings, name) for name in settings.__struct_fields__}  # type: ignore[attr-defined]
