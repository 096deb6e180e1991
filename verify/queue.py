"""The wire: Celery app, job names, send after commit.

The broker carries hints: a step's name and one job id. Losing every one of them loses nothing
(verify.store.jobs sweeps), so a hint that cannot be sent is no error for who sends it.
"""

import time
from typing import Any
from urllib.parse import parse_qsl

from celery import Celery, Task
from kombu.entity import Queue
from kombu.exceptions import KombuError, OperationalError
from kombu.pools import producers

from verify.security.guard import check_arguments
from verify.security.logging import get_logger
from verify.verification import Lane

log = get_logger(__name__)

#: The steps of the pipeline, in order, then those around it; the message each travels as.
PIPELINE = ("receive", "ask", "judge", "follow_up")
STEPS = (
    *PIPELINE,
    *(
        "notify",
        "digest",
        "appointment",
        "appointment_gap",
        "import_rows",
        "plan_night",
        "hand_in",
        "collect",
    ),
)
#: What the clock pokes; read by the workers of the urgent lane, which is never full for long.
CLOCK = "clock"
#: Seconds without a hint after a failed one: a frozen broker must not slow every request.
BREATHER_SECONDS = 5.0

#: Held by tests/workers/test_app.py on the live app (design decision 3).
SETTINGS: dict[str, Any] = {
    "task_serializer": "json",
    "accept_content": ["json"],
    "result_backend": None,
    "task_ignore_result": True,
    "task_store_errors_even_if_ignored": False,
    # The lease does what late acks promise; late acks make threads workers quit when the broker drops.
    "task_acks_late": False,
    "worker_prefetch_multiplier": 1,
    "task_default_queue": Lane.STANDARD.value,
    "task_queues": [Queue(name) for name in (*Lane, CLOCK)],  # type: ignore[no-untyped-call]  # ships no types
    "task_create_missing_queues": False,
    "task_publish_retry": False,
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "worker_send_task_events": False,
    "worker_enable_remote_control": False,
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "broker_connection_timeout": 2.0,
    # With the defaults a half-open connection wedges a worker for minutes, and a send to a frozen
    # broker hangs (measured: reliability, C4 and C12).
    "broker_transport_options": {
        "socket_timeout": 5.0,
        "socket_connect_timeout": 2.0,
        "health_check_interval": 5,
        "socket_keepalive": True,
        "visibility_timeout": 3600,
    },
}


class GuardedTask(Task):
    """A task that takes one opaque id and nothing else (design decision 4)."""

    ignore_result = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        check_arguments(args, kwargs)
        return super().__call__(*args, **kwargs)

    def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        check_arguments(args or (), kwargs or {})
        return super().apply_async(args, kwargs, argsrepr="(…)", kwargsrepr="{}", **options)


app = Celery("verify", task_cls=GuardedTask, set_as_current=True)
app.conf.update(SETTINGS)


def configure(redis_url: str) -> Celery:
    """Points the app at its broker."""
    app.conf.broker_url = broker_url(redis_url)
    return app


def broker_url(redis_url: str) -> str:
    """kombu's form of an address that redis-py takes: `redis+socket://…?virtual_host=0` for a Unix socket.

    kombu does not know `?db=` and would quietly use database 0.
    """
    if not redis_url.startswith("unix://"):
        return redis_url
    path, _, query = redis_url.removeprefix("unix://").partition("?")
    database = dict(parse_qsl(query)).get("db", "0")
    return f"redis+socket://{path}?virtual_host={database}"


class Sender:
    """Sends hints, and rests after a failure so that no caller waits for a broker that is away."""

    def __init__(self, redis_url: str) -> None:
        self._connection = app.connection_for_write(broker_url(redis_url))
        self._resting_until = 0.0

    @property
    def resting(self) -> bool:
        """Whether the broker failed a moment ago."""
        return time.monotonic() < self._resting_until

    def send(self, step: str, job_id: str, lane: str) -> bool:
        """True when the broker took it. Never raises for a broker's trouble; waits 2 to 7 s at most."""
        if step not in STEPS:
            raise ValueError(f"no step {step!r}")
        if self.resting:
            return False
        check_arguments((job_id,), {})
        try:
            with producers[self._connection].acquire(block=True, timeout=BREATHER_SECONDS) as producer:
                app.send_task(
                    f"verify.{step}",
                    (job_id,),
                    queue=lane,
                    producer=producer,
                    retry=False,
                    ignore_result=True,
                    argsrepr="(…)",
                    kwargsrepr="{}",
                )
        except (OperationalError, KombuError, OSError) as failure:
            self._resting_until = time.monotonic() + BREATHER_SECONDS
            log.warning("hint_not_sent", step=step, job_id=job_id, error_type=type(failure).__name__)
            return False
        return True
