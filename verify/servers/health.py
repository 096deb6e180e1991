"""Whether one of our processes is well, told without a database or a broker: what a container's health check asks."""

import http.client
import time

from verify.servers.processes import Process, heartbeat_file
from verify.servers.supervisor import HEARTBEAT_SECONDS
from verify.settings import Settings

ANSWER_SECONDS = 5.0


def trouble(process: Process, chosen: Settings) -> str:
    """What is wrong with the process, in words that follow its name; empty when it is well."""
    if process.heartbeat:
        return _silence(process, chosen)
    if process.ready_path and not answers(chosen, process.ready_path):
        return "does not answer, or is not ready"
    return ""


def answers(chosen: Settings, path: str) -> bool:
    """Whether our web process answers 200 at `path`."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(chosen.host, chosen.host)  # noqa: S104 - compared, not bound
    connection = http.client.HTTPConnection(host, chosen.port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _silence(process: Process, chosen: Settings) -> str:
    file = chosen.heartbeat_file or heartbeat_file(process, chosen)
    try:
        age = time.time() - file.stat().st_mtime
    except OSError:
        return "has not begun to work"
    return f"was last alive {age:.0f} s ago" if age > HEARTBEAT_SECONDS else ""
