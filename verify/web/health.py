"""Is the process up (/healthz), and can it do its work (/readyz)?"""

from typing import Any

import redis
from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from verify.steps import Work
from verify.store import revisions

router = APIRouter(include_in_schema=False)
BROKER_SECONDS = 1.0


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """No input or output, and no thread of the pool: it answers when everything else is stuck."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(request: Request) -> Response:
    """200 with the database and its newest tables; a missing broker is "degraded", since sweeps replace hints."""
    work: Work = request.app.state.work
    checks: dict[str, Any] = {"database": _database(work), "broker": _broker(work)}
    if checks["database"] != "ok":
        return JSONResponse({"status": "unavailable", **checks}, 503, headers={"Retry-After": "5"})
    return JSONResponse({"status": "ok" if checks["broker"] == "ok" else "degraded", **checks})


def _database(work: Work) -> str:
    try:
        return "ok" if revisions(work.engine).is_current else "not migrated"
    except SQLAlchemyError:
        return "unreachable"


def _broker(work: Work) -> str:
    address = work.settings.redis_url or ""
    try:
        with redis.Redis.from_url(
            address, socket_timeout=BROKER_SECONDS, socket_connect_timeout=BROKER_SECONDS
        ) as client:
            client.ping()
    except (redis.RedisError, ValueError):
        return "unreachable"
    return "ok"
