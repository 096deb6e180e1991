"""People who work here: accounts, sessions, one-time links, API tokens, and failed sign-ins.

What a browser or a script holds is never in the database, only its hash.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from verify.security.sessions import LINK_LIFE, ApiToken, api_token_works, mint
from verify.store.tables import api_tokens, practices, sessions, sign_in_failures, sign_in_links, users
from verify.verification import new_id

#: A session row is written at most this often for being seen.
SEEN_EVERY = timedelta(seconds=30)


class EmailTaken(Exception):
    """Another account has this address; addresses are equal whatever their case."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person, with the practice they work for."""

    id: str
    practice_id: str
    email: str = field(repr=False)
    name: str = field(repr=False)
    role: str
    password_hash: str | None = field(repr=False)
    practice_name: str
    time_zone: str
    demo: bool


@dataclass(frozen=True, slots=True)
class Session:
    id: str
    account: Account
    created_at: datetime
    seen_at: datetime


_ACCOUNT = (
    users.c.id,
    users.c.practice_id,
    users.c.email,
    users.c.name,
    users.c.role,
    users.c.password_hash,
    practices.c.name.label("practice_name"),
    practices.c.time_zone,
    practices.c.demo,
)


def _enabled() -> Select[Any]:
    """Disabled people are in none of the answers: their sessions and tokens die with the next request."""
    return (
        select(*_ACCOUNT)
        .join(practices, practices.c.id == users.c.practice_id)
        .where(users.c.disabled_at.is_(None))
    )


def _account(row: Row[Any]) -> Account:
    return Account(**{name: getattr(row, name) for name in Account.__slots__})


# --- accounts -------------------------------------------------------------------------------------------


def add(connection: Connection, *, practice_id: str, email: str, name: str, role: str) -> str:
    """A new account without a password; its owner comes in by a link. Raises EmailTaken."""
    user_id = new_id("user")
    row = {"id": user_id, "practice_id": practice_id, "email": email.strip(), "name": name, "role": role}
    try:
        with connection.begin_nested():
            connection.execute(insert(users).values(row))
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) == "23505":
            raise EmailTaken from None
        raise
    return user_id


def find(connection: Connection, user_id: str) -> Account | None:
    row = connection.execute(_enabled().where(users.c.id == user_id)).one_or_none()
    return None if row is None else _account(row)


def find_by_email(connection: Connection, email: str) -> Account | None:
    same = func.lower(users.c.email) == email.strip().lower()
    row = connection.execute(_enabled().where(same)).one_or_none()
    return None if row is None else _account(row)


def set_password(connection: Connection, user_id: str, password_hash: str) -> None:
    connection.execute(update(users).where(users.c.id == user_id).values(password_hash=password_hash))


def any_demo(connection: Connection) -> bool:
    """Whether a practice of invented people is here; pages before sign-in say so too."""
    return connection.execute(select(exists().where(practices.c.demo))).scalar_one()


# --- sessions -------------------------------------------------------------------------------------------


def start_session(connection: Connection, user_id: str, token_hash: bytes, now: datetime) -> str:
    session_id = new_id("ses")
    row = {"id": session_id, "user_id": user_id, "token_hash": token_hash, "created_at": now, "seen_at": now}
    connection.execute(insert(sessions).values(row))
    return session_id


def find_session(connection: Connection, token_hash: bytes) -> Session | None:
    """The session that has not been ended; whether it is too old is verify.security's to say."""
    statement = (
        _enabled()
        .add_columns(sessions.c.id.label("session_id"), sessions.c.created_at, sessions.c.seen_at)
        .join(sessions, sessions.c.user_id == users.c.id)
        .where(sessions.c.token_hash == token_hash, sessions.c.ended_at.is_(None))
    )
    row = connection.execute(statement).one_or_none()
    if row is None:
        return None
    return Session(row.session_id, _account(row), row.created_at, row.seen_at)


def came_by_link(connection: Connection, session: Session) -> bool:
    """Whether the session began with a one-time link, which was used in the same moment."""
    used = exists().where(
        sign_in_links.c.user_id == session.account.id, sign_in_links.c.used_at == session.created_at
    )
    return connection.execute(select(used)).scalar_one()


def see_session(connection: Connection, session: Session, now: datetime) -> None:
    """Moves the idle limit, with at most one write in `SEEN_EVERY`."""
    if now - session.seen_at >= SEEN_EVERY:
        connection.execute(update(sessions).where(sessions.c.id == session.id).values(seen_at=now))


def end_session(connection: Connection, session_id: str, now: datetime) -> None:
    connection.execute(update(sessions).where(sessions.c.id == session_id).values(ended_at=now))


def end_sessions_of(connection: Connection, user_id: str, now: datetime, *, but: str | None = None) -> int:
    """Ends every session of a person except `but`; how many."""
    of_theirs = (
        (sessions.c.user_id == user_id) & sessions.c.ended_at.is_(None) & (sessions.c.id != (but or ""))
    )
    return connection.execute(update(sessions).where(of_theirs).values(ended_at=now)).rowcount


# --- one-time links -------------------------------------------------------------------------------------


def sign_in_link(connection: Connection, user_id: str, address: str, now: datetime) -> str:
    """A link that signs the person in once, within `LINK_LIFE`; `address` is where the browser finds us.

    The secret stands behind the #, where no server and no log sees it; its hash is all we keep.
    """
    secret = mint()
    make_link(connection, user_id, secret.hash, now + LINK_LIFE)
    return f"{address.rstrip('/')}/sign-in/link#{secret.text}"


def make_link(connection: Connection, user_id: str, token_hash: bytes, expires_at: datetime) -> str:
    link_id = new_id("link")
    row = {"id": link_id, "user_id": user_id, "token_hash": token_hash, "expires_at": expires_at}
    connection.execute(insert(sign_in_links).values(row))
    return link_id


def use_link(connection: Connection, token_hash: bytes, now: datetime) -> Account | None:
    """The account a link signs in, once: two at the same moment are one sign-in and one refusal."""
    statement = (
        update(sign_in_links)
        .where(
            sign_in_links.c.token_hash == token_hash,
            sign_in_links.c.used_at.is_(None),
            sign_in_links.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(sign_in_links.c.user_id)
    )
    user_id = connection.execute(statement).scalar_one_or_none()
    return find(connection, user_id) if user_id else None


# --- API tokens -----------------------------------------------------------------------------------------


def add_token(
    connection: Connection,
    user_id: str,
    *,
    token_id: str,
    name: str,
    token_hash: bytes,
    expires_at: datetime | None = None,
) -> None:
    """`token_id` is part of the token's text, so it is made before the row: `new_id("tok")`."""
    row = {
        "id": token_id,
        "user_id": user_id,
        "name": name,
        "token_hash": token_hash,
        "expires_at": expires_at,
    }
    connection.execute(insert(api_tokens).values(row))


def find_token(connection: Connection, token: ApiToken, now: datetime) -> Account | None:
    """The account a token speaks for while it works; its use is noted at most once in `SEEN_EVERY`."""
    kept = (api_tokens.c.token_hash, api_tokens.c.expires_at, api_tokens.c.revoked_at, api_tokens.c.used_at)
    statement = (
        _enabled()
        .add_columns(*kept)
        .join(api_tokens, api_tokens.c.user_id == users.c.id)
        .where(api_tokens.c.id == token.id)
    )
    row = connection.execute(statement).one_or_none()
    if row is None or not api_token_works(
        token, stored_hash=row.token_hash, expires_at=row.expires_at, revoked_at=row.revoked_at, now=now
    ):
        return None
    if row.used_at is None or now - row.used_at >= SEEN_EVERY:
        connection.execute(update(api_tokens).where(api_tokens.c.id == token.id).values(used_at=now))
    return _account(row)


def revoke_token(connection: Connection, token_id: str, now: datetime) -> None:
    connection.execute(update(api_tokens).where(api_tokens.c.id == token_id).values(revoked_at=now))


# --- the throttle's memory ------------------------------------------------------------------------------


def record_failure(connection: Connection, who_index: bytes, now: datetime) -> None:
    connection.execute(insert(sign_in_failures).values(who_index=who_index, at=now))


def failures_since(connection: Connection, who_index: bytes, since: datetime) -> Sequence[datetime]:
    statement = select(sign_in_failures.c.at).where(
        sign_in_failures.c.who_index == who_index, sign_in_failures.c.at > since
    )
    return connection.execute(statement).scalars().all()


def forget_failures(connection: Connection, who_index: bytes) -> None:
    """After a sign-in that went well."""
    connection.execute(delete(sign_in_failures).where(sign_in_failures.c.who_index == who_index))
