"""The live Celery app is set as design decision 3 says, and its messages carry one opaque id."""

import pytest
import redis

from verify.queue import CLOCK, STEPS, Sender, app
from verify.security.guard import UnsafeArgument
from verify.verification import Lane, new_id
from workers import app as workers_app


def test_the_app_is_set_as_decided() -> None:
    conf = workers_app.app.conf
    assert conf.task_acks_late is False
    assert conf.task_ignore_result is True
    assert conf.result_backend is None
    assert conf.worker_prefetch_multiplier == 1
    assert conf.accept_content == ["json"]
    assert conf.task_serializer == "json"
    assert conf.task_publish_retry is False
    assert conf.worker_enable_remote_control is False
    assert conf.worker_send_task_events is False
    assert conf.broker_connection_max_retries is None
    options = conf.broker_transport_options
    assert options["socket_timeout"] == 5
    assert options["socket_connect_timeout"] == 2
    assert options["health_check_interval"] == 5


def test_every_step_has_a_task_and_every_lane_a_queue() -> None:
    ours = {name for name in workers_app.app.tasks if name.startswith("verify.")}
    pokes = ("sweep", "expire", "tidy", "plan_digests", "night")
    assert ours == {f"verify.{step}" for step in (*STEPS, *pokes)}
    assert set(workers_app.app.amqp.queues) == {lane.value for lane in Lane} | {CLOCK}


def test_no_task_acks_late_or_is_limited_by_celery() -> None:
    ours = [task for name, task in workers_app.app.tasks.items() if name.startswith("verify.")]
    assert all(not task.acks_late and task.rate_limit is None and task.ignore_result for task in ours)


def test_a_message_holds_the_job_id_and_nothing_else(valkey_url: str, valkey: "redis.Redis[bytes]") -> None:
    job_id = new_id("job")
    assert Sender(valkey_url).send("ask", job_id, "urgent")
    message = valkey.lrange("urgent", 0, -1)[0]
    assert job_id.encode() not in message, "the body is base64, and headers must not repeat it"
    assert b'"argsrepr": "(\\u2026)"' in message


@pytest.mark.parametrize(
    "argument", ["W123456789", "Okafor", "job_1", 7, None, "job_01JD4Z8Q6V3M5N7P9R1T2W4X6Y "]
)
def test_a_task_refuses_what_is_no_opaque_id(argument: object) -> None:
    for name in (f"verify.{step}" for step in STEPS):
        task = app.tasks[name]
        with pytest.raises(UnsafeArgument):
            task.apply_async((argument,))
        with pytest.raises(UnsafeArgument):
            task(argument)


def test_a_sender_refuses_what_is_no_opaque_id(valkey_url: str, valkey: "redis.Redis[bytes]") -> None:
    with pytest.raises(UnsafeArgument):
        Sender(valkey_url).send("ask", "W123456789", "urgent")
    assert valkey.dbsize() == 0


def test_a_broker_that_is_away_is_no_error_and_is_left_alone_for_a_while(tmp_path: object) -> None:
    sender = Sender(f"unix://{tmp_path}/nobody.sock")
    assert sender.send("ask", new_id("job"), "urgent") is False
    assert sender.resting
