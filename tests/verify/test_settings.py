"""Settings whose passwords lie in files of their own."""

from pathlib import Path

import pytest

from verify.settings import ConfigurationError, read

URL = "postgresql+psycopg://verify@postgres:5432/verify?sslmode=disable"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "password"
    made.write_text("a/b c@d\n")
    return made


def test_a_password_comes_from_its_file(file: Path) -> None:
    chosen = read({"VERIFY_DATABASE_URL": URL, "VERIFY_DATABASE_PASSWORD_FILE": str(file)})
    assert chosen.database_url == URL.replace("verify@", "verify:a%2Fb%20c%40d@")


def test_an_address_without_a_user_takes_a_password_too(file: Path) -> None:
    chosen = read({"VERIFY_REDIS_URL": "redis://valkey/0", "VERIFY_REDIS_PASSWORD_FILE": str(file)})
    assert chosen.redis_url == "redis://:a%2Fb%20c%40d@valkey/0"


def test_a_file_without_an_address_is_not_read(tmp_path: Path) -> None:
    assert read({"VERIFY_DATABASE_PASSWORD_FILE": str(tmp_path / "none")}).database_url is None


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_a_file_that_is_absent_or_empty_is_said_without_its_content(
    tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigurationError, match="VERIFY_DATABASE_PASSWORD_FILE"):
        read({"VERIFY_DATABASE_URL": URL, "VERIFY_DATABASE_PASSWORD_FILE": str(file)})


def test_pages_are_where_people_reach_them() -> None:
    assert read({}).pages_url == "http://127.0.0.1:8470"
    assert (
        read({"VERIFY_PUBLIC_URL": "https://verify.example.org/"}).pages_url == "https://verify.example.org"
    )
