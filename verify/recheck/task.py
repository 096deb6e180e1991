"""Task: what a person does about changes; one task however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from verify.followup.follow_up import DUE, OWNERS, FollowUp, Kind
from verify.followup.working_time import due_at
from verify.recheck.changes import Change, Weight
from verify.recheck.wording import TITLES
from verify.verification import Due, Lane


def change_task(changes: Sequence[Change], *, about: str, now: datetime, zone: tzinfo) -> FollowUp | None:
    """The task for changes that stop a visit or cost something; None when there is none.

    `about` is the re-check's id: what it found stays to be seen when the next one finds more.
    """
    heavy = [change for change in changes if change.weight in (Weight.STOPS, Weight.COSTS)]
    if not heavy:
        return None
    titles = list(dict.fromkeys(TITLES[change.kind] for change in heavy))
    more = f", and {len(titles) - 1} more" if len(titles) > 1 else ""
    effects = dict.fromkeys(change.effect for change in heavy if change.effect)
    stops = heavy[0].weight is Weight.STOPS
    return FollowUp(
        kind=Kind.CHANGED,
        title=titles[0] + more,
        detail=" ".join([*effects, "Tell the patient and the schedule."]),
        owner_role=OWNERS[Kind.CHANGED],
        due_at=due_at(
            Due.SAME_BUSINESS_DAY if stops else DUE[Kind.CHANGED], now=now, zone=zone, lane=Lane.STANDARD
        ),
        dedupe_key=f"{Kind.CHANGED}:{about}",
    )
