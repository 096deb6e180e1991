"""The one answer to an inquiry in the JSON that came back, or why there is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from payers import x12_mapping
from payers.account import Account
from payers.adapter import Reply
from payers.benefits import Benefit, Benefits, Problem
from payers.errors import AccountError, PayerError, Rejected, Unavailable, Unreadable
from payers.exchange import Exchange
from payers.http import Response, raise_for_status
from payers.inquiry import Inquiry
from payers.json_mapping.comparison import Line, differences
from payers.json_mapping.fields import Decoded, decode, every, text, within

#: The names of fields we send: all that is repeated of what a source says is wrong with a question.
FIELDS = frozenset(
    [
        "tradingPartnerServiceId",
        "tradingPartnerName",
        "controlNumber",
        "submitterTransactionIdentifier",
        "portalUsername",
        "portalPassword",
        "provider",
        "organizationName",
        "firstName",
        "lastName",
        "middleName",
        "suffix",
        "npi",
        "taxId",
        "providerCode",
        "referenceIdentification",
        "subscriber",
        "memberId",
        "groupNumber",
        "dateOfBirth",
        "gender",
        "dependents",
        "dependent",
        "individualRelationshipCode",
        "encounter",
        "serviceTypeCodes",
        "dateOfService",
        "productOrServiceIDQualifier",
        "procedureCode",
        "procedureModifiers",
        "x12",
        "payerId",
        "payerName",
        "name",
        "person",
        "organization",
        "relationToSubscriber",
        "additionalInformation",
        "services",
        "value",
        "system",
        "dates",
        "service",
        "start",
        "end",
        "externalPatientId",
        "ssn",
        "address",
        "address1",
        "addressLine1",
        "city",
        "state",
        "postalCode",
        "healthCareCodeInformation",
        "diagnosisTypeCode",
        "diagnosisCode",
        "diagnosisCodePointer",
    ]
)
SEPARATOR = re.compile(r"[/.\[\]]+")
MOST_POINTERS = 5
UNREAD = "the raw X12 beside the JSON could not be read"


class Shape(msgspec.Struct, frozen=True):
    """One vocabulary of answers: how it is read, and what of a line it can tell."""

    read: Callable[[Decoded], Benefits]
    lines_of: Callable[[Benefit], Iterator[Line]]


def read_answer(
    response: Response, inquiry: Inquiry, account: Account, shape: Shape, *, traced: bool = False
) -> Reply:
    """What an answer says: the HTTP status first, then the JSON, then its AAA and the raw X12 in it.

    `traced`: the source is known to return our trace; an answer with another one is then refused. Raises
    AccountError (unauthorized; bad_option when a production account gets test answers), Unavailable
    (truncated, aaa_42, aaa_80, http_…), Rejected (aaa, x999, ta1, http_4xx) and Unreadable (not_json,
    no_transaction, wrong_trace, wrong_person); each with the exchange.
    """
    exchange = response.exchange
    answer = decode(exchange.response)
    try:
        if 400 <= (exchange.http_status or 0) < 500 and answer is not None:
            _raise_refusal(response, answer, shape)
        raise_for_status(response, account)
        if answer is None:
            raise no_json(exchange)
        _refuse_test_answers(answer, account)
        return Reply(receive(answer, inquiry, shape, traced=traced), exchange)
    except (PayerError, AccountError) as error:
        error.exchange = exchange
        raise


def receive(answer: Decoded, inquiry: Inquiry, shape: Shape, *, traced: bool = False) -> Benefits:
    """The answer to `inquiry` in a decoded one: read from the raw 271 in it where there is one.

    The raw 271 is the payer's own word and keeps its places; the JSON is read as well, and where the two
    disagree the answer has a problem. Neither may be about another person.
    """
    said = shape.read(answer)
    raw = (text(answer, "x12") or "").encode()
    kind = x12_mapping.kind_of(raw)
    if kind == "other":
        if not any(member.benefits for member in said.members) and not x12_mapping.rejections(said):
            raise Unreadable("no_transaction")
        taken = x12_mapping.accept([said], inquiry, traced=traced, intermediary=True)
        return _noted(taken, [Problem(place="x12", severity="structure", message=UNREAD)]) if raw else taken
    taken = x12_mapping.receive(raw, inquiry, traced=traced, intermediary=True)
    if said.members:
        said = x12_mapping.ours([said], inquiry, traced=traced)
    return _noted(taken, differences(taken, said, shape.lines_of))


def _noted(answer: Benefits, problems: list[Problem]) -> Benefits:
    return msgspec.structs.replace(answer, problems=[*answer.problems, *problems]) if problems else answer


def _raise_refusal(response: Response, answer: Decoded, shape: Shape) -> None:
    """Raises for a question refused before the payer saw it; returns where the status alone decides."""
    if response.exchange.http_status in {401, 403, 408, 429}:
        return
    said = shape.read(answer)
    x12_mapping.raise_rejection(said, intermediary=True)
    raise Rejected("http_4xx", detail=pointers(faulted(answer)))


def faulted(answer: Decoded) -> Iterator[list[str]]:
    """`{"fieldList":[{"path":"/subscriber/memberId","message":"…"}]}`, or `errors` with a path or field, as steps."""
    for name in ("fieldList", "errors"):
        for each in every(answer, name):
            yield [part for part in SEPARATOR.split(text(each, "path", "field") or "") if part]


def pointers(paths: Iterable[list[str]]) -> str:
    """Those of the paths that lead to fields of ours, as words fit for an error; a few at most."""
    known = [path for path in paths if path and all(part in FIELDS or part.isdecimal() for part in path)]
    return ", ".join("/" + "/".join(path) for path in known[:MOST_POINTERS])


def no_json(exchange: Exchange) -> PayerError:
    """What a body means that is no JSON, or JSON of another kind."""
    return Unavailable("truncated") if _is_cut_off(exchange.response.strip()) else Unreadable("not_json")


def _is_cut_off(body: bytes) -> bool:
    """Whether this is the beginning of a JSON object: right as far as it goes."""
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return body.startswith(b"{") and "truncated" in str(error)
    return False


def _refuse_test_answers(answer: Decoded, account: Account) -> None:
    """Invented benefits are never kept for a patient: a production account with a test key is misconfigured."""
    if account.usage == "P" and text(within(answer, "meta"), "applicationMode") == "test":
        raise AccountError("bad_option", account.name)
