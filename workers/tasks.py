"""One thin task per step; no rules.

A task takes a job's id and returns nothing. What goes wrong inside a step is handled in
verify.steps.run, so no exception, and no text of one, crosses into Celery.
"""

from verify import steps
from verify.queue import app
from workers.lifecycle import current_work


@app.task(name="verify.receive")
def receive(job_id: str) -> None:
    steps.run(current_work(), job_id)


@app.task(name="verify.ask")
def ask(job_id: str) -> None:
    steps.run(current_work(), job_id)


@app.task(name="verify.judge")
def judge(job_id: str) -> None:
    steps.run(current_work(), job_id)


@app.task(name="verify.follow_up")
def follow_up(job_id: str) -> None:
    steps.run(current_work(), job_id)


@app.task(name="verify.notify")
def notify(job_id: str) -> None:
    steps.run(current_work(), job_id)


@app.task(name="verify.digest")
def digest(job_id: str) -> None:
    steps.run(current_work(), job_id)


@app.task(name="verify.plan_digests")
def plan_digests() -> None:
    steps.plan_digests(current_work())


@app.task(name="verify.expire")
def expire() -> None:
    steps.expire(current_work())


@app.task(name="verify.tidy")
def tidy() -> None:
    steps.tidy(current_work())


@app.task(name="verify.appointment")
def appointment(job_id: str) -> None:
    steps.run(current_work(), job_id)


@app.task(name="verify.appointment_gap")
def appointment_gap(job_id: str) -> None:
    steps.run(current_work(), job_id)


@app.task(name="verify.import_rows")
def import_rows(job_id: str) -> None:
    steps.run(current_work(), job_id)


@app.task(name="verify.plan_night")
def plan_night(job_id: str) -> None:
    steps.run(current_work(), job_id)


@app.task(name="verify.hand_in")
def hand_in(job_id: str) -> None:
    steps.run(current_work(), job_id)


@app.task(name="verify.collect")
def collect(job_id: str) -> None:
    steps.run(current_work(), job_id)


@app.task(name="verify.night")
def night() -> None:
    steps.night(current_work())


@app.task(name="verify.sweep")
def sweep() -> None:
    steps.sweep(current_work())
