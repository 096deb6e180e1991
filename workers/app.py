"""celery -A workers.app worker; loads every task."""

from verify.queue import app
from workers import lifecycle, schedule, tasks

__all__ = ["app", "lifecycle", "schedule", "tasks"]
