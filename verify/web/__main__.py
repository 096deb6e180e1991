"""Serves pages and API: `python -m verify.web`."""

import sys

import uvicorn

from verify.security.logging import configure_logging
from verify.settings import settings
from verify.web.app import create_app

#: Requests that may be at work at once; more wait in the listen queue.
MOST_CONNECTIONS = 512


def main() -> None:
    chosen = settings()
    configure_logging("web", sys.stdout, chosen.log_level)
    uvicorn.run(
        create_app(chosen),
        host=chosen.host,
        port=chosen.port,
        # Our own line per request names the route, not the address as sent (verify.web.shell).
        access_log=False,
        log_config=None,
        # Nobody's X-Forwarded-For is believed; the throttle counts who really connects.
        proxy_headers=False,
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
