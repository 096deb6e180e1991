"""By the clock: nightly re-verification, asking again, the janitor.

Beat only pokes. What is due is decided by the database, so a second beat, or a poke too many, changes
nothing, and a poke too few is made up by the next.
"""

from typing import Any

from celery.beat import Scheduler

from verify.queue import CLOCK, app
from verify.settings import settings

#: Seconds between two sweeps; a poke that waited longer is worthless.
SWEEP_EVERY = 1.0
#: Seconds between two looks at whose night has begun; a missed night begins this soon after a start.
NIGHT_EVERY = 30.0


class Pokes(Scheduler):
    """Beat's schedule without a file: it remembers nothing between runs that matters. Shows that it ticks."""

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        if (file := settings().heartbeat_file) is not None:
            file.touch()
        return super().tick(*args, **kwargs)


def poke(task: str, every: float) -> dict[str, Any]:
    """An entry of the schedule, `every` so many seconds."""
    return {
        "task": task,
        "schedule": every,
        "options": {"queue": CLOCK, "expires": 5 * every, "retry": False},
    }


app.conf.beat_schedule = {
    "sweep": poke("verify.sweep", SWEEP_EVERY),
    "night": poke("verify.night", NIGHT_EVERY),
    "expire": poke("verify.expire", 60.0),
    "tidy": poke("verify.tidy", 3600.0),
    "plan_digests": poke("verify.plan_digests", 60.0),
}
app.conf.beat_scheduler = Pokes
app.conf.beat_max_loop_interval = SWEEP_EVERY
