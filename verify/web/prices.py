"""The price list: what the clinic asks, what payers allow; added, changed from a day on, confirmed, ended."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from verify import steps
from verify.affordability import CaseError, Problem, yearly_limits
from verify.affordability.prices import COLUMNS, PriceKind
from verify.affordability.yearly_limits import FigureName
from verify.catalogue import load
from verify.security.roles import Permission
from verify.store import prices, views
from verify.web import forms, pages, words
from verify.web.caller import CallerNow, Form, Guarded
from verify.web.files import HandedIn
from verify.web.problems import Refused

router = APIRouter(prefix="/prices", include_in_schema=False, route_class=Guarded)

KINDS = {
    PriceKind.SELF_PAY: "Self-pay price",
    PriceKind.BILLED: "Charge billed to plans",
    PriceKind.CONTRACT: "Contract rate",
    PriceKind.TYPICAL: "Typical allowed amount",
}
NOTICES = {
    "added": "Added. It counts as an assumption until somebody confirms it.",
    "confirmed": "Confirmed.",
    "ended": "Ended.",
    "withdrawn": "Withdrawn: it counts for no day.",
}
#: How each column of the file is described.
HOLDS = {
    "code": "The procedure code, such as 90868",
    "kind": "self_pay, billed, contract or typical",
    "payer": "Our code for the payer; empty for the clinic’s own prices and for what is typical of all",
    "amount": "Dollars, as 250 or $1,200.00",
    "valid_from": "The first day, as 2026-01-01",
    "valid_until": "The last day; empty until further notice",
    "source": "Where the figure comes from, such as “contract of 2025-11-03”",
    "verified": "yes, no or empty; a person confirms each figure here all the same",
}
FIGURES = {
    FigureName.ACA_MAXIMUM_SELF: "Out-of-pocket maximum (ACA), one person",
    FigureName.ACA_MAXIMUM_FAMILY: "Out-of-pocket maximum (ACA), family",
    FigureName.HDHP_DEDUCTIBLE_SELF: "Least deductible of a high-deductible plan, one person",
    FigureName.HDHP_DEDUCTIBLE_FAMILY: "Least deductible of a high-deductible plan, family",
    FigureName.HDHP_MAXIMUM_SELF: "Out-of-pocket maximum of a high-deductible plan, one person",
    FigureName.HDHP_MAXIMUM_FAMILY: "Out-of-pocket maximum of a high-deductible plan, family",
    FigureName.HSA_CONTRIBUTION_SELF: "Health savings account, one person",
    FigureName.HSA_CONTRIBUTION_FAMILY: "Health savings account, family",
    FigureName.PART_B_DEDUCTIBLE: "Medicare Part B deductible",
    FigureName.PART_D_MAXIMUM: "Medicare Part D out-of-pocket maximum",
    FigureName.POVERTY_ONE_PERSON: "Poverty guideline, one person, 48 states",
    FigureName.POVERTY_EACH_FURTHER_PERSON: "Poverty guideline, each further person",
}
PriceId = Annotated[str, Path(max_length=64)]


@router.get("")
def prices_page(
    request: Request, caller: CallerNow, said: str = "", new: int = 0, changed: int = 0, same: int = 0
) -> Response:
    """Prices that hold today or later. Nothing of a patient is here, so nothing is recorded."""
    notice = NOTICES.get(said, "")
    if said == "taken":
        notice = f"{new} added, {changed} changed from a day on, {same} known already. Confirm each figure that is right."
    return _page(request, caller, notice=notice)


@router.post("")
def add(request: Request, caller: CallerNow, form: Form) -> Response:
    """A price, or a new one from a day on for what had another."""
    caller.must(Permission.MANAGE_PRICES)
    typed = forms.typed(form)
    try:
        with request.app.state.work.engine.begin() as connection:
            steps.add_price(connection, caller.practice_id, typed, by=caller.id)
    except CaseError as error:
        return _page(request, caller, typed=typed, errors=_by_field(error))
    return pages.go("/prices?said=added")


@router.post("/import")
def take_file(request: Request, caller: CallerNow) -> Response:
    """Every price of a CSV file, or none of them and what is wrong."""
    caller.must(Permission.MANAGE_PRICES)
    file: HandedIn | None = getattr(request.state, "file", None)
    if file is None:
        return _page(request, caller, faults=[Problem("", "Choose a file first")])
    try:
        with request.app.state.work.engine.begin() as connection:
            taken = steps.import_prices(connection, caller.practice_id, file.content, by=caller.id)
    except CaseError as error:
        return _page(request, caller, faults=error.problems)
    return pages.go(f"/prices?said=taken&new={taken.new}&changed={taken.changed}&same={taken.same}")


@router.post("/{price_id}/confirm")
def confirm(request: Request, caller: CallerNow, price_id: PriceId) -> Response:
    """The caller vouches for the figure."""
    caller.must(Permission.MANAGE_PRICES)
    with request.app.state.work.engine.begin() as connection:
        found = prices.confirm(connection, caller.practice_id, price_id, by=caller.id)
    return _gone_or("confirmed", found=found)


@router.post("/{price_id}/end")
def end(request: Request, caller: CallerNow, price_id: PriceId, form: Form) -> Response:
    """The price holds until the day typed; today where none was."""
    caller.must(Permission.MANAGE_PRICES)
    typed = forms.typed(form).get("last", "")
    try:
        last = date.fromisoformat(typed) if typed else words.today(caller.account.time_zone)
    except ValueError:
        return _page(request, caller, faults=[Problem("Last day", "must be a date")])
    with request.app.state.work.engine.begin() as connection:
        found = prices.end(connection, caller.practice_id, price_id, last)
    return _gone_or("ended", found=found)


def _gone_or(said: str, *, found: bool) -> Response:
    """Raises Refused (404)."""
    if not found:
        raise Refused(404, "There is nothing here by this id, or it belongs to another practice.")
    return pages.go(f"/prices?said={said}")


def _by_field(error: CaseError) -> dict[str, str]:
    return {
        problem.field: f"{LABELS.get(problem.field, problem.field)} {problem.message}"
        for problem in error.problems
    }


LABELS = {
    "code": "Code",
    "kind": "What it is",
    "payer": "Payer",
    "amount": "Amount",
    "valid_from": "From",
    "valid_until": "Until",
    "source": "Source",
}


def _page(
    request: Request,
    caller: CallerNow,
    *,
    notice: str = "",
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    faults: list[Problem] | None = None,
) -> Response:
    today = words.today(caller.account.time_zone)
    limits = yearly_limits.load().figures
    with request.app.state.work.engine.connect() as connection:
        rows = prices.shown(connection, caller.practice_id, until=today)
        payers = views.payers_of(connection, caller.practice_id)
    return pages.render(
        request,
        "prices.html",
        status=422 if errors or faults else 200,
        notice=notice,
        typed=typed or {},
        errors=errors or {},
        faults=faults or [],
        rows=rows,
        today=today,
        kinds=KINDS,
        kind_options=[(kind.value, label) for kind, label in KINDS.items()],
        payer_options=[("", "None, or all payers"), *((one.code, one.name) for one in payers)],
        payer_names={one.code: one.name for one in payers},
        columns=[(column, HOLDS[column]) for column in COLUMNS],
        codes=_codes(),
        labels=LABELS,
        limit_years=sorted({year for _, year in limits}),
        limits=[
            (label, {year: limits.get((name, year)) for _, year in limits}) for name, label in FIGURES.items()
        ],
        may_edit=caller.may(Permission.MANAGE_PRICES),
    )


def _codes() -> dict[str, Any]:
    """Every code of the catalogue with its label."""
    return {code.code: code.label for line in load().service_lines.values() for code in line.codes}
