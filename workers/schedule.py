"""By the clock: asking again, the janitor.

Beat only pokes. What is due is decided by the database, so a second beat, or a poke too many, changes
nothing, and a poke too few is made up by the next.
"""

from typing import Any

from celery.beat import Scheduler

from verify.queue import CLOCK, app
from verify.settings import settings

#: Seconds between two sweeps; a poke that waited longer is worthless.
SWEEP_EVERY = 1.0
#: Seconds between two looks for a practice whose morning has come.
DIGESTS_EVERY = 60.0


class Pokes(Scheduler):
    """Beat's schedule without a file: it remembers nothing between runs that matters. Shows that it ticks."""

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        if (file := settings().heartbeat_file) is not None:
            file.touch()
        return super().tick(*args, **kwargs)


app.conf.beat_schedule = {
    "sweep": {
        "task": "verify.sweep",
        "schedule": SWEEP_EVERY,
        "options": {"queue": CLOCK, "expires": 5 * SWEEP_EVERY, "retry": False},
    },
}
app.conf.beat_schedule["plan_digests"] = {
    "task": "verify.plan_digests",
    "schedule": DIGESTS_EVERY,
    "options": {"queue": CLOCK, "expires": DIGESTS_EVERY, "retry": False},
}
app.conf.beat_scheduler = Pokes
app.conf.beat_max_loop_interval = SWEEP_EVERY
