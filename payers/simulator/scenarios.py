"""Member id -> what the simulated payer does; all scenarios in one table.

The beginning of the member id decides: `ACT0001` is active, `AAA75-12` is not found. A number right after the
beginning, ended by a hyphen, is the scenario's parameter: `SLOW5-01` waits five seconds.
To add one: a line in SCENARIOS, and `python -m payers.simulator.scenarios` for the page in docs/payers.
"""

import re
from enum import Enum, StrEnum

import msgspec


class Behavior(Enum):
    """What the server does with the question, apart from answering it."""

    ANSWER = "answer"
    SLOW = "slow"
    FAIL_FIRST = "fail_first"
    HTTP = "http"
    HANG = "hang"
    LATE = "late"
    RESET = "reset"
    DROP = "drop"
    TRUNCATE = "truncate"
    HALF = "half"
    DRIP = "drip"
    FLOOD = "flood"
    BOMB = "bomb"
    GZIP = "gzip"
    WRONG_TYPE = "wrong_type"
    TOKEN_ENDED = "token_ended"  # noqa: S105 - a word
    NOISE = "noise"
    LOGIN_PAGE = "login_page"
    X999 = "x999"
    TA1 = "ta1"
    ENVELOPE = "envelope"
    WRONG_PERSON = "wrong_person"
    WRONG_TRACE = "wrong_trace"


#: Trouble on the way back that needs no history: what `payers.simulator.faults` can do to any question.
ON_THE_WAY = frozenset(
    {
        Behavior.HTTP,
        Behavior.SLOW,
        Behavior.HANG,
        Behavior.RESET,
        Behavior.DROP,
        Behavior.TRUNCATE,
        Behavior.HALF,
        Behavior.DRIP,
        Behavior.FLOOD,
        Behavior.BOMB,
        Behavior.GZIP,
        Behavior.WRONG_TYPE,
        Behavior.NOISE,
        Behavior.LOGIN_PAGE,
    }
)


class Ending(StrEnum):
    """How it is to end for who asked, whatever protocol is spoken."""

    ANSWERED = "answered"
    #: Somebody corrects the question.
    REJECTED = "rejected"
    #: Asked again later.
    UNAVAILABLE = "unavailable"
    #: Kept, and read again when the reader is mended.
    UNKNOWN = "unknown"
    #: The account itself is wrong: nothing is asked through it until somebody mends it.
    ACCOUNT = "account"


class Scenario(msgspec.Struct, frozen=True):
    """One line of the table. `outcome` is the word in the log."""

    prefix: str
    outcome: str
    description: str
    behavior: Behavior = Behavior.ANSWER
    #: The plan that answers (payers.simulator.benefits).
    plan: str = "full"
    #: AAA03; its level and AAA04 are in payers.simulator.answers.
    rejection: str = ""
    #: HTTP status or CORE error code.
    code: str = ""
    #: Seconds to wait or to be stayed away from, milliseconds between bytes, or how often to fail; None for none.
    parameter: int | None = None
    ending: Ending = Ending.ANSWERED
    #: Retry-After is said as an HTTP date.
    as_date: bool = False
    #: What the question must be like to be answered; "" for anything (payers.simulator.answers).
    wants: str = ""
    #: What the companies further along say, by their id: a plan, or "AAA72"; a full plan where it is not here.
    further: dict[str, str] = {}


B = Behavior


def _rejection(code: str, description: str) -> Scenario:
    ending = Ending.UNAVAILABLE if code in {"42", "80"} else Ending.REJECTED
    return Scenario(f"AAA{code}", f"aaa_{code}", f"AAA {code}: {description}", rejection=code, ending=ending)


def _status(prefix: str, code: int, said: str, ending: Ending, parameter: int | None = None) -> Scenario:
    return Scenario(
        prefix,
        f"http_{code}",
        f"HTTP {code}{said}",
        B.HTTP,
        code=str(code),
        parameter=parameter,
        ending=ending,
    )


SCENARIOS = (
    Scenario(
        "ACT",
        "active",
        "Active commercial plan with full benefits: deductible, out-of-pocket, copay, authorization",
    ),
    Scenario(
        "NOA",
        "no_authorization",
        "Active, with full benefits; no service needs authorization",
        plan="no_authorization",
    ),
    Scenario("MIN", "minimal", "Active, mental health active too, no dollars said", plan="minimal"),
    Scenario("INA", "inactive", "Coverage ended", plan="inactive"),
    Scenario(
        "CRV", "carve_out", "Active; mental health is administered by another company", plan="carve_out"
    ),
    Scenario("COB", "other_payer", "Active; another payer is primary", plan="other_payer"),
    Scenario(
        "MAP", "medicare_advantage", "Medicare, held by a Medicare Advantage plan", plan="medicare_advantage"
    ),
    Scenario(
        "MCO", "medicaid_managed_care", "Medicaid, held by a managed care plan", plan="medicaid_managed_care"
    ),
    Scenario(
        "CHN",
        "medicare_advantage",
        "Medicare, held by a Medicare Advantage plan, whose mental health is administered by another company",
        plan="medicare_advantage",
        further={"EXMA1": "carve_out"},
    ),
    Scenario(
        "LUP",
        "carve_out",
        "Mental health with another company, which names a third, which names the second: a circle",
        plan="carve_out",
        further={"EXBH1": "medicare_advantage", "EXMA1": "carve_out"},
    ),
    Scenario(
        "HRJ",
        "medicare_advantage",
        "Medicare, held by a Medicare Advantage plan that knows the patient by another member id",
        plan="medicare_advantage",
        further={"EXMA1": "AAA72"},
    ),
    Scenario(
        "HYP",
        "active",
        "AAA 72 while the member id has a hyphen, then active",
        wants="plain_member_id",
        ending=Ending.REJECTED,
    ),
    Scenario("MID", "active", "AAA 73 while a middle name is sent, then active", wants="no_middle_name"),
    Scenario("SUB", "active", "AAA 77 for a dependent, active for a subscriber", wants="subscriber"),
    Scenario("TOD", "active", "AAA 63 for any day but today, then active", wants="today"),
    Scenario("MIX", "aaa_with_benefits", "Active, and AAA 33 for the service asked", plan="mixed"),
    _rejection("15", "required data missing, at the service asked"),
    _rejection("33", "input errors, at the service asked"),
    _rejection("42", "payer cannot respond now"),
    _rejection("43", "provider identification invalid"),
    _rejection("51", "provider not on file"),
    _rejection("58", "date of birth invalid or missing"),
    _rejection("62", "date of service not within the allowed period"),
    _rejection("63", "date of service in the future"),
    _rejection("71", "date of birth does not match"),
    _rejection("72", "member id invalid or missing"),
    _rejection("73", "name invalid or missing"),
    _rejection("75", "subscriber not found (also any member id that begins like none of these)"),
    _rejection("76", "duplicate member id"),
    _rejection("77", "subscriber found, patient not found"),
    _rejection("79", "payer identification invalid"),
    _rejection("80", "no response received from the payer behind"),
    Scenario("SLOW", "slow", "Active, after the seconds given", B.SLOW, parameter=3),
    Scenario(
        "LATE",
        "late",
        "Active; the first time after the seconds given, later at once; counted by member id and service type",
        B.LATE,
        parameter=5,
        ending=Ending.UNAVAILABLE,
    ),
    Scenario(
        "FAIL",
        "fail_first",
        "HTTP 503 as often as given, then active; counted by member id and service type",
        B.FAIL_FIRST,
        parameter=2,
        ending=Ending.UNAVAILABLE,
    ),
    _status("RATE", 429, " with Retry-After of the seconds given", Ending.UNAVAILABLE, 2),
    Scenario(
        "DATE",
        "http_429",
        "HTTP 429 with Retry-After as a date, the seconds given from now",
        B.HTTP,
        code="429",
        parameter=30,
        ending=Ending.UNAVAILABLE,
        as_date=True,
    ),
    _status("BUSY", 429, " without Retry-After", Ending.UNAVAILABLE),
    _status("H500", 500, "", Ending.UNAVAILABLE),
    _status("H503", 503, "", Ending.UNAVAILABLE),
    _status("H400", 400, "", Ending.REJECTED),
    _status("H401", 401, "", Ending.ACCOUNT),
    Scenario(
        "TOKEN",
        "token_ended",
        "Active; where a token is needed, HTTP 401 the first time: it has ended early;"
        " counted by member id and service type",
        B.TOKEN_ENDED,
    ),
    Scenario("HANG", "hang", "Takes the question and never answers", B.HANG, ending=Ending.UNAVAILABLE),
    Scenario("RESET", "reset", "Resets the connection before the answer", B.RESET, ending=Ending.UNAVAILABLE),
    Scenario(
        "DROP", "drop", "Resets the connection in the middle of the answer", B.DROP, ending=Ending.UNAVAILABLE
    ),
    Scenario(
        "TRUNC",
        "truncated",
        "Closes the connection in the middle of the answer",
        B.TRUNCATE,
        ending=Ending.UNAVAILABLE,
    ),
    Scenario(
        "HALF",
        "half",
        "Half of the answer, with a length that says it is all",
        B.HALF,
        ending=Ending.UNAVAILABLE,
    ),
    Scenario(
        "DRIP",
        "drip",
        "The answer a byte at a time, one in the milliseconds given",
        B.DRIP,
        parameter=100,
        ending=Ending.UNAVAILABLE,
    ),
    Scenario("FLOOD", "flood", "The answer, and then more without end", B.FLOOD, ending=Ending.UNAVAILABLE),
    Scenario("BOMB", "bomb", "32 MB of nothing, packed (gzip)", B.BOMB, ending=Ending.UNAVAILABLE),
    Scenario("GZIP", "gzip", "Active, packed (gzip) though nobody asked for it", B.GZIP),
    Scenario("TYPE", "wrong_type", "Active, called text/html", B.WRONG_TYPE),
    Scenario("NOISE", "noise", "HTTP 200 with bytes that are nothing", B.NOISE, ending=Ending.UNKNOWN),
    Scenario("HTML", "login_page", "HTTP 200 with a login page", B.LOGIN_PAGE, ending=Ending.UNKNOWN),
    Scenario("X999", "x999", "999: rejected, NM109 missing", B.X999, ending=Ending.REJECTED),
    Scenario("XTA1", "ta1", "TA1: rejected, note 006", B.TA1, ending=Ending.REJECTED),
    Scenario(
        "UNAUTH",
        "unauthorized",
        "Envelope error UnAuthorized",
        B.ENVELOPE,
        code="UnAuthorized",
        ending=Ending.ACCOUNT,
    ),
    Scenario(
        "RECV",
        "receiver_fault",
        "Envelope error Receiver: the payer's own fault",
        B.ENVELOPE,
        code="Receiver",
        ending=Ending.UNAVAILABLE,
    ),
    Scenario(
        "ENVL",
        "envelope",
        "Envelope error ReceiverIDNotUnderstood",
        B.ENVELOPE,
        code="ReceiverIDNotUnderstood",
        ending=Ending.REJECTED,
    ),
    Scenario(
        "PERSON", "wrong_person", "Active, but somebody else's answer", B.WRONG_PERSON, ending=Ending.UNKNOWN
    ),
    Scenario(
        "TRACE",
        "wrong_trace",
        "Active, but the answer to another question",
        B.WRONG_TRACE,
        ending=Ending.UNKNOWN,
    ),
)
#: A payer id that begins so is no payer's.
NO_PAYER = "NOBODY"
UNKNOWN = next(scenario for scenario in SCENARIOS if scenario.rejection == "75")
_LONGEST_FIRST = sorted(SCENARIOS, key=lambda scenario: -len(scenario.prefix))


def scenario_for(member_id: str) -> Scenario:
    """The scenario a member id asks for, with the parameter it gives."""
    wanted = member_id.upper()
    found = next((scenario for scenario in _LONGEST_FIRST if wanted.startswith(scenario.prefix)), UNKNOWN)
    given = re.match(r"(\d{1,4})-", wanted[len(found.prefix) :])
    if found.parameter is None or given is None:
        return found
    return msgspec.structs.replace(found, parameter=int(given[1]))


def table() -> str:
    """The scenarios as a Markdown table, for docs/payers/simulator.md."""
    rows = [
        f"| `{one.prefix}` | `{one.outcome}` | {one.description} | {_default(one)} | {one.ending} |"
        for one in sorted(SCENARIOS, key=lambda one: (one.behavior.value, one.prefix))
    ]
    head = (
        "| member id begins | outcome in the log | what happens | parameter | how it ends |\n"
        "| --- | --- | --- | --- | --- |\n"
    )
    return head + "\n".join(rows) + "\n"


def _default(scenario: Scenario) -> str:
    return "" if scenario.parameter is None else f"{scenario.parameter} unless given"


if __name__ == "__main__":
    import sys

    sys.stdout.write(table())
