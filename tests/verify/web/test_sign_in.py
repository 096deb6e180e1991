"""Signing in and out: password, link, throttle, tokens against forgery, and limits in time."""

import re
from datetime import timedelta

from sqlalchemy import select, text, update

from tests.verify.web.conftest import PASSWORD, QUICK, Site, Visit
from verify.store import users as people
from verify.store.tables import access_rows, sessions, users
from verify.web.app import create_app


def arrive(site: Site, path: str = "/sign-in") -> Visit:
    """A browser nobody is signed in with, on a form."""
    visit = Visit(site.url, "", "")
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', visit.get(path).text)
    assert found
    visit.csrf = found[1]
    return visit


def sign_in(site: Site, password: str = PASSWORD, role: str = "coordinator") -> tuple[Visit, int]:
    visit = arrive(site)
    answer = visit.send_form("/sign-in", email=site.here.email(role).upper(), password=password)
    return visit, answer.status_code


def test_without_a_session_the_first_page_leads_to_sign_in(site: Site) -> None:
    answer = Visit(site.url, "", "").get("/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")


def test_the_right_password_signs_in(site: Site) -> None:
    visit, status = sign_in(site)
    assert status == 303
    assert visit.get("/worklist").status_code == 200


def test_the_wrong_password_and_an_unknown_address_are_told_apart_by_nothing(site: Site) -> None:
    wrong = arrive(site).send_form("/sign-in", email=site.here.email("admin"), password="not the one")
    unknown = arrive(site).send_form("/sign-in", email="nobody@example.org", password="not the one")
    assert wrong.status_code == unknown.status_code == 401
    shape = re.compile(r'value="[^"]*"')
    assert shape.sub("", wrong.text) == shape.sub("", unknown.text)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site) -> None:
    visit = arrive(site)
    answer = visit.send_form("/sign-in", email=site.here.email("coordinator"), password=PASSWORD)
    cookie = next(part for part in answer.raw.headers.getlist("Set-Cookie") if part.startswith("session="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie


def test_behind_tls_cookies_are_bound_to_the_host_and_secure(site: Site) -> None:
    settings = site.work.settings
    fields = {name: getattr(settings, name) for name in settings.__struct_fields__}
    app = create_app(type(settings)(**{**fields, "secure_cookies": True}), site.work, passwords=QUICK)
    assert app.state.session_cookie == "__Host-session"


def test_a_session_token_brought_along_is_never_taken_over(site: Site) -> None:
    visit = arrive(site)
    visit.cookies.set("session", "chosen by somebody else")
    answer = visit.send_form("/sign-in", email=site.here.email("coordinator"), password=PASSWORD)
    assert answer.cookies["session"] != "chosen by somebody else"


def test_signing_in_again_ends_the_session_before(site: Site) -> None:
    visit, _ = sign_in(site)
    before = visit.cookies["session"]
    again = arrive(site)
    again.cookies.set("session", before)
    again.send_form("/sign-in", email=site.here.email("coordinator"), password=PASSWORD)
    old = Visit(site.url, "", "")
    old.cookies.set("session", before)
    assert old.get("/worklist").status_code == 303


def test_signing_out_ends_the_session_at_once(site: Site) -> None:
    visit = site.visit()
    kept = visit.cookies["session"]
    answer = visit.send_form("/sign-out")
    assert answer.headers["Location"] == "/sign-in"
    assert "cache" in answer.headers["Clear-Site-Data"]
    visit.cookies.set("session", kept)
    assert visit.get("/worklist").status_code == 303


def test_idle_and_old_sessions_end(site: Site) -> None:
    for column, passed in (
        (sessions.c.seen_at, timedelta(minutes=15)),
        (sessions.c.created_at, timedelta(hours=12)),
    ):
        visit = site.visit()
        with site.work.engine.begin() as connection:
            changed = {column.name: site.work.now() - passed}
            connection.execute(update(sessions).where(sessions.c.id == visit.session_id).values(changed))
        assert visit.get("/worklist").headers["Location"] == "/sign-in?ended=1", column


def test_polling_in_the_background_does_not_keep_a_session_alive(site: Site) -> None:
    visit = site.visit()
    nearly = site.work.now() - timedelta(minutes=14)
    with site.work.engine.begin() as connection:
        connection.execute(update(sessions).where(sessions.c.id == visit.session_id).values(seen_at=nearly))
    visit.get("/worklist/live", headers={"X-Background": "1"})
    assert seen_at(site, visit) == nearly
    visit.get("/worklist")
    assert seen_at(site, visit) > nearly


def seen_at(site: Site, visit: Visit) -> object:
    with site.work.engine.connect() as connection:
        return connection.execute(
            select(sessions.c.seen_at).where(sessions.c.id == visit.session_id)
        ).scalar_one()


def test_a_disabled_person_is_out_with_the_next_request(site: Site) -> None:
    visit, program = site.visit(), site.program()
    with site.work.engine.begin() as connection:
        connection.execute(update(users).values(disabled_at=site.work.now()))
    assert visit.get("/worklist").status_code == 303
    assert program.get("/api/v1/verifications").status_code == 401


def test_after_ten_failures_an_account_waits_and_others_do_not(site: Site) -> None:
    visit = arrive(site)
    for _ in range(10):
        assert visit.send_form("/sign-in", email=site.here.email("admin"), password="x").status_code == 401
    answer = visit.send_form("/sign-in", email=site.here.email("admin"), password=PASSWORD)
    assert answer.status_code == 429
    _, status = sign_in(site)
    assert status == 303


def test_forms_without_our_token_or_from_elsewhere_are_refused(site: Site) -> None:
    visit = site.visit()
    other = site.visit()
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    attempts = [
        visit.post("/sign-out", data={}),
        visit.post("/sign-out", data={"csrf": other.csrf}),
        visit.post("/sign-out", data={"csrf": visit.csrf}, headers=elsewhere),
        visit.post("/sign-out", data={"csrf": visit.csrf}, headers={"Sec-Fetch-Site": "same-site"}),
        visit.post("/sign-out", data={"csrf": visit.csrf}, headers={"Origin": "https://elsewhere.example"}),
        visit.post("/api/v1/verifications", json={}),
        Visit(site.url, "", "").send_form("/sign-in", email="a@example.org", password="x"),
        arrive(site).post("/sign-in", data={"csrf": arrive(site).csrf, "email": "a", "password": "x"}),
    ]
    assert [answer.status_code for answer in attempts] == [403] * len(attempts)
    assert visit.get("/worklist").status_code == 200


def test_a_session_id_in_the_visitor_cookie_earns_no_token_of_that_session(site: Site) -> None:
    victim = site.visit()
    attacker = Visit(site.url, "", "")
    attacker.cookies.set("visitor", victim.session_id)
    assert victim.csrf not in attacker.get("/sign-in").text


def new_link(site: Site, user_id: str) -> str:
    with site.work.engine.begin() as connection:
        return people.sign_in_link(connection, user_id, site.url, site.work.now())


def test_a_link_signs_in_once_and_offers_a_password_first(site: Site) -> None:
    user_id = site.here.user_ids["front_desk"]
    with site.work.engine.begin() as connection:
        connection.execute(update(users).where(users.c.id == user_id).values(password_hash=None))
    address, _, token = new_link(site, user_id).partition("#")
    assert address == f"{site.url}/sign-in/link"
    first = arrive(site, "/sign-in/link")
    answer = first.send_form("/sign-in/link", token=token)
    assert answer.headers["Location"] == "/account?first=1"
    assert "Choose a password" in first.get("/account?first=1").text
    again = arrive(site, "/sign-in/link").send_form("/sign-in/link", token=token)
    assert again.status_code == 401


def test_looking_at_a_link_does_not_use_it(site: Site) -> None:
    _, _, token = new_link(site, site.here.user_ids["admin"]).partition("#")
    for _ in range(3):
        Visit(site.url, "", "").get("/sign-in/link")
    assert arrive(site, "/sign-in/link").send_form("/sign-in/link", token=token).status_code == 303


def test_a_new_password_needs_the_old_one_and_ends_other_sessions(site: Site) -> None:
    visit, elsewhere = site.visit(), site.visit()
    new = "seven quiet herons at dawn"
    wrong = visit.send_form("/account/password", current="wrong", new=new, again=new)
    short = visit.send_form("/account/password", current=PASSWORD, new="short", again="short")
    differ = visit.send_form("/account/password", current=PASSWORD, new=new, again=new + "!")
    assert [wrong.status_code, short.status_code, differ.status_code] == [422, 422, 422]
    done = visit.send_form("/account/password", current=PASSWORD, new=new, again=new)
    assert done.status_code == 303
    assert visit.get("/worklist").status_code == 200
    assert elsewhere.get("/worklist").status_code == 303
    assert sign_in(site, new)[1] == 303


def test_who_came_by_a_link_chooses_a_new_password_without_the_old_one(site: Site) -> None:
    _, _, token = new_link(site, site.here.user_ids["coordinator"]).partition("#")
    visit = arrive(site, "/sign-in/link")
    visit.send_form("/sign-in/link", token=token)
    page = visit.get("/account").text
    assert "Current password" not in page
    visit.csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', page)[1]  # type: ignore[index]
    new = "seven quiet herons at dawn"
    assert visit.send_form("/account/password", new=new, again=new).status_code == 303
    came, status = sign_in(site, new)
    assert status == 303
    assert "Current password" in came.get("/account").text


def test_signing_in_out_and_failing_are_in_the_record(site: Site) -> None:
    visit, _ = sign_in(site)
    sign_in(site, "wrong")
    visit.csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', visit.get("/account").text)[1]  # type: ignore[index]
    visit.send_form("/sign-out")
    with site.work.engine.connect() as connection:
        rows = connection.execute(
            select(access_rows.c.action, access_rows.c.outcome).order_by(access_rows.c.id)
        ).all()
    assert [tuple(row) for row in rows] == [("sign_in", "done"), ("sign_in", "denied"), ("sign_out", "done")]


def test_the_sign_in_page_of_a_demo_says_so(site: Site) -> None:
    with site.work.engine.begin() as connection:
        connection.execute(text("update practices set demo = true"))
    assert "invented" in Visit(site.url, "", "").get("/sign-in").text
