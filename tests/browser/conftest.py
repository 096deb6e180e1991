"""A real Chromium on a whole running system: web, workers, broker, database and payer."""

import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright
from sqlalchemy import text

from tests.conftest import administrate, database_url
from tests.house import House, house, wait_for
from verify.security.passwords import Passwords
from verify.security.sessions import mint
from verify.servers.postgres import Postgres
from verify.servers.valkey import Valkey
from verify.store import users

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "a lantern over the harbour"
EMAIL = "coordinator@larkspur.example"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no Chromium on PATH (looked for {', '.join(NAMES)})")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Clinic:
    """The running system with one demo clinic and its coordinator."""

    url: str
    house: House
    practice_id: str
    user_id: str

    def link(self) -> str:
        token = mint()
        with self.house.work.engine.begin() as connection:
            users.make_link(connection, self.user_id, token.hash, self.house.work.now().replace(year=2100))
        return f"{self.url}/sign-in/link#{token.text}"


@pytest.fixture(scope="session")
def clinic(
    chromium: Browser, postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Clinic]:
    folder = tmp_path_factory.mktemp("browser")
    with administrate(postgres_server) as session:
        session.execute("CREATE DATABASE browser")
    broker = Valkey(folder / "valkey")
    redis_url = broker.start()
    url_of_database = database_url(postgres_server, "browser")
    with house(folder, url_of_database, redis_url, concurrency=8, port=free_port()) as built:
        built.start("web", "worker-urgent", "worker-standard", "beat")
        practice_id = built.add_clinic()
        url = f"http://127.0.0.1:{built.settings.port}"
        wait_for(lambda: True if ready(url) else None, 30, "the web process")
        yield Clinic(url, built, practice_id, add_coordinator(built, practice_id))
    broker.stop()


def add_coordinator(built: House, practice_id: str) -> str:
    with built.work.engine.begin() as connection:
        connection.execute(text("update practices set demo = true"))
        user_id = users.add(
            connection, practice_id=practice_id, email=EMAIL, name="Dana Coordinator", role="coordinator"
        )
        users.set_password(connection, user_id, Passwords().hash(PASSWORD))
    return user_id


def ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=2).ok
    except requests.RequestException:
        return False


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass
class Watched:
    """A page, and everything it asked for and complained about."""

    page: Page
    requested: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def note_request(self, request: Request) -> None:
        self.requested.append(request.url)

    def note_console(self, message: ConsoleMessage) -> None:
        # A status of ours that is an answer, such as 422 for a form, is no complaint of the page.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def note_error(self, error: object) -> None:
        self.complaints.append(str(error))

    def check(self, origin: str) -> None:
        """Nothing broke the content policy, nothing came from elsewhere, nothing stayed in the browser."""
        assert self.complaints == []
        foreign = [url for url in self.requested if not url.startswith((f"{origin}/", "data:"))]
        assert foreign == []
        # A page that shows itself anew would take the question with it.
        self.page.goto(f"{origin}/account")
        kept = self.page.evaluate("[localStorage.length, sessionStorage.length]")
        assert kept == [0, 0]


def watch(context: BrowserContext) -> Watched:
    page = context.new_page()
    page.set_default_timeout(20_000)
    watched = Watched(page)
    page.on("request", watched.note_request)
    page.on("console", watched.note_console)
    page.on("pageerror", watched.note_error)
    return watched


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport={"width": 1280, "height": 800})
    yield made
    made.close()


@pytest.fixture
def watched(context: BrowserContext, clinic: Clinic) -> Iterator[Watched]:
    made = watch(context)
    yield made
    if made.page.url.startswith(clinic.url):
        made.check(clinic.url)


@pytest.fixture
def signed_in(watched: Watched, clinic: Clinic) -> Page:
    page = watched.page
    page.goto(clinic.link())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/worklist")
    return page


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Where screenshots go; SCREENSHOTS names a folder to keep them in."""
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path / "screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
