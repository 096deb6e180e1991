"""How the person at the terminal gets in: a one-time sign-in link, and a token for the command line."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from verify.client import TOKEN_FILE
from verify.security.roles import Role
from verify.security.sessions import mint_api_token, read_api_token
from verify.servers.installation import write_private
from verify.store import users
from verify.store.tables import practices
from verify.store.tables import users as people
from verify.verification import new_id


def has_practice(engine: Engine) -> bool:
    with engine.connect() as connection:
        return connection.execute(select(practices.c.id).limit(1)).first() is not None


def add_administrator(engine: Engine, practice_id: str) -> None:
    """Of the demo clinic; comes in by the link."""
    with engine.begin() as connection:
        users.add(
            connection,
            practice_id=practice_id,
            email="admin@larkspur.example",
            name="Demo Administrator",
            role=Role.ADMIN.value,
        )


def sign_in_link(engine: Engine, address: str) -> str | None:
    """For the first administrator; None when there is none."""
    with engine.begin() as connection:
        user_id = _administrator(connection)
        return users.sign_in_link(connection, user_id, address, datetime.now(UTC)) if user_id else None


def write_cli_token(folder: Path, engine: Engine) -> None:
    """Leaves a token in a file of the owner's alone; the one that is there stays while it works."""
    file = folder / TOKEN_FILE
    with engine.begin() as connection:
        if _works(connection, file) or (user_id := _administrator(connection)) is None:
            return
        token_id = new_id("tok")
        token = mint_api_token(token_id)
        users.add_token(connection, user_id, token_id=token_id, name="command line", token_hash=token.hash)
    write_private(file, token.text + "\n")


def _works(connection: Connection, file: Path) -> bool:
    try:
        token = read_api_token(file.read_text().strip())
    except FileNotFoundError:
        return False
    return token is not None and users.find_token(connection, token, datetime.now(UTC)) is not None


def _administrator(connection: Connection) -> str | None:
    enabled = (people.c.role == Role.ADMIN.value) & people.c.disabled_at.is_(None)
    statement = select(people.c.id).where(enabled).order_by(people.c.created_at).limit(1)
    return connection.execute(statement).scalar_one_or_none()
