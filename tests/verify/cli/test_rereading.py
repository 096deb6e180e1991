"""`verify reread`: what could not be read is read after an update, at the terminal, with nothing running."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from payers.simulator.server import Simulator
from tests.verify.cli.conftest import Ended, verify
from tests.verify.steps.conftest import rows, work
from tests.verify.steps.test_reread import Unread, payer, unread
from verify.steps import Work
from verify.store.tables import inquiries

__all__ = ["payer", "unread", "work"]


@pytest.fixture
def command(work: Work) -> Iterator["Command"]:
    yield Command(work)


class Command:
    """`verify reread` on the servers and keys of the test's own work."""

    def __init__(self, work: Work) -> None:
        self.work = work

    def __call__(self, *arguments: str | Path) -> Ended:
        chosen = self.work.settings
        assert chosen.database_url is not None
        assert chosen.redis_url is not None
        changes = {
            "VERIFY_DATABASE_URL": chosen.database_url,
            "VERIFY_REDIS_URL": chosen.redis_url,
            "VERIFY_KEY_FILE": str(chosen.key_file),
        }
        return verify("reread", *arguments, "--data", chosen.data_folder, changes=changes)


def states(work: Work) -> set[str]:
    return {row.state for row in rows(work, inquiries)}


def test_kept_answers_are_read_again_and_said_in_a_table_without_the_patient(
    command: Command, unread: Unread, payer: Simulator
) -> None:
    unread("ACT100200300")
    asked = len(payer.questions())
    done = command()
    assert done.returncode == 0, done.stderr
    heading, *lines = done.stdout.splitlines()
    assert heading.split()[0] == "inquiry"
    assert lines
    assert all("unknown not_multipart" in line and "answered" in line for line in lines)
    assert f"{len(lines)} kept answers read again, {len(lines)} say something else now" in done.stderr
    assert not [mark for mark in ("Quill", "Marguerite", "ACT100200300") if mark in done.stdout + done.stderr]
    assert states(command.work) == {"answered"}
    assert len(payer.questions()) == asked
    assert command().stderr == "verify: 0 kept answers read again, 0 say something else now\n"


def test_a_dry_run_changes_nothing_and_json_is_one_object_a_line(command: Command, unread: Unread) -> None:
    unread("ACT100200300")
    done = command("--dry-run", "--json")
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert said
    assert {(each["before"], each["after"], each["taken"]) for each in said} == {
        ("unknown", "answered", True)
    }
    assert "would say something else" in done.stderr
    assert states(command.work) == {"unknown"}


def test_one_inquiry_can_be_named(command: Command, unread: Unread) -> None:
    unread("ACT100200300")
    first, *others = rows(command.work, inquiries)
    done = command("--inquiry", first.id)
    assert done.returncode == 0, done.stderr
    after = {row.id: row.state for row in rows(command.work, inquiries)}
    assert after[first.id] == "answered"
    assert {after[row.id] for row in others} <= {"unknown"}


def test_an_inquiry_without_a_kept_answer_is_not_found(command: Command, unread: Unread) -> None:
    unread("ACT100200300")
    done = command("--inquiry", "inq_none")
    assert done.returncode == 3
    assert "inq_none" in done.stderr
