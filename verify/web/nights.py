"""Nights: how the running one is doing, what each found in the morning, and whom tonight's would ask."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from verify import steps
from verify.recheck import BATCH_WORDS, RULE_WORDS, WEIGHT_WORDS, Rule, Weight, cause_words
from verify.security.roles import Permission
from verify.store import night_views
from verify.store.night_documents import Progress
from verify.web import pages, words
from verify.web.caller import CallerNow, Guarded
from verify.web.nights_api import ahead, report

router = APIRouter(prefix="/nights", include_in_schema=False, route_class=Guarded)

ROWS = 50
#: Seconds between looks at a running night.
LIVE_SECONDS = 2
CHIPS = {
    "planning": words.Chip("Choosing whom to ask", "turning", "busy"),
    "running": words.Chip("Asking payers", "turning", "busy"),
    "finished": words.Chip("Finished", "check", "good"),
    "missed": words.Chip("Missed", "cross", "bad"),
}
#: The heading over those who could not be asked, here and at the terminal.
FAILED = "Could not be asked"

Cursor = Annotated[str | None, Query(max_length=64)]


@router.get("")
def nights_page(request: Request, caller: CallerNow, said: str = "") -> Response:
    """The newest night, and those before it."""
    with request.app.state.work.engine.connect() as connection:
        all_nights = night_views.newest(connection, caller.practice_id)
        latest = night_views.progress(connection, caller.practice_id, night_views.LATEST)
    notices = {"begun": "The night has begun.", "had": "Today had its night already; here is what it found."}
    return pages.render(
        request,
        "nights.html",
        nights=all_nights,
        notice=notices.get(said, ""),
        **_progress(latest),
    )


@router.get("/progress")
def nights_progress(request: Request, caller: CallerNow) -> Response:
    """The newest night's progress anew; 204 where there is none."""
    with request.app.state.work.engine.connect() as connection:
        latest = night_views.progress(connection, caller.practice_id, night_views.LATEST)
    if latest is None:
        return Response(status_code=204)
    return pages.render(request, "night_progress.html", **_progress(latest))


@router.post("")
def start(request: Request, caller: CallerNow) -> Response:
    """Begins today's night now instead of at its hour."""
    caller.must(Permission.WORK_FOLLOW_UPS)
    started = steps.start_night(request.app.state.work, caller.practice_id, caller.id)
    return pages.go(f"/nights?said={'begun' if started.created else 'had'}")


@router.get("/ahead")
def ahead_page(request: Request, caller: CallerNow, after: Cursor = None) -> Response:
    """Whom tonight's night would ask, and why."""
    found = ahead(request, caller, after)
    return pages.render(request, "night_ahead.html", ahead=found, after=after, rules=_rules)


@router.get("/{night_id}")
def report_page(request: Request, caller: CallerNow, night_id: str, after: Cursor = None) -> Response:
    """What changed for whom, what it does to the visit, and who could not be asked."""
    it = report(request, night_id, ROWS, after)
    return pages.render(
        request,
        "night_report.html",
        report=it,
        after=after,
        sections=_sections(it.items),
        rules=_rules,
        today=words.today(caller.account.time_zone),
        **_progress(it.night),
    )


def _progress(it: Progress | None) -> dict[str, Any]:
    done = it.answered + it.failed if it else 0
    return {
        "it": it,
        "chip_of": CHIPS,
        "done": done,
        "percent": 100 * done // it.asked if it and it.asked else 100,
        "live": LIVE_SECONDS if it and it.state in ("planning", "running") else 0,
        "time_left": duration(it.seconds_left) if it and it.seconds_left else "",
        "cause": cause_words,
        "batches": BATCH_WORDS,
        "weights": WEIGHT_WORDS,
        "unchanged": it.changed.get("", 0) + it.changed.get(Weight.ROUTINE.value, 0) if it else 0,
    }


def _sections(items: list[Any]) -> list[tuple[str, list[Any]]]:
    """The rows under the headings of what they call for, in the order they come in."""
    sections: dict[str, list[Any]] = {}
    for item in items:
        title = FAILED if item.state == "failed" else WEIGHT_WORDS[Weight(item.weight)]
        sections.setdefault(title, []).append(item)
    return list(sections.items())


def _rules(codes: list[str]) -> str:
    return "; ".join(RULE_WORDS[Rule(code)] for code in codes)


def duration(seconds: int) -> str:
    """ "40 s", "12 min", "2 h 5 min"."""
    if seconds < 60:
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
