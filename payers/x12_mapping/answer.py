"""The one answer to an inquiry in what came back, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from payers import x12
from payers.benefits import Benefits, Member, Rejection
from payers.errors import PayerError, Rejected, Unavailable, Unreadable
from payers.inquiry import Inquiry
from payers.x12_mapping.normal_form import benefits_of
from payers.x12_mapping.persons import fits

#: AAA03 that says "not now": 42 unable to respond, 80 no response received.
TRANSIENT = {"42": "aaa_42", "80": "aaa_80"}
#: AAA04: W wait 30 days, X wait 10 days.
WAIT_SECONDS = {"W": 30 * 86_400.0, "X": 10 * 86_400.0}
#: AAA04: N resubmission not allowed, S and Y do not resubmit.
FINAL = frozenset({"N", "S", "Y"})
#: Together, from an intermediary: it lost the payer for a moment. Source: Stedi, eligibility troubleshooting, 2026-08.
LOST_CONNECTION = {"42", "79"}


def receive(data: bytes, inquiry: Inquiry, *, traced: bool = True, intermediary: bool = False) -> Benefits:
    """The answer to `inquiry` in `data`, with our patient (and their subscriber) as its only members.

    Raises Unavailable("aaa_42", "aaa_80"), Rejected("x999", "ta1", "aaa") and Unreadable("not_x12",
    "no_transaction", "wrong_trace", "wrong_person"). Answers are matched by the trace that TRN*2
    echoes; without an echo the only transaction is taken. A person who is not our patient is never
    accepted; one whom the payer corrected (INS03 001, INS04 25) is.

    `intermediary`: somebody in between wrote the 270 from our question, under numbers of its own, and says
    "not allowed" of what is only not possible now. `traced` is False where the trace is its own as well.
    """
    document = x12.parse(data)
    if not document.interchanges:
        raise Unreadable("not_x12")
    answers = [found for t in document.transactions if t.set_id == "271" for found in benefits_of(t)]
    if not answers:
        raise _refused(document, None if intermediary else inquiry.control_number)
    return accept(answers, inquiry, traced=traced, intermediary=intermediary)


def accept(
    answers: list[Benefits], inquiry: Inquiry, *, traced: bool = True, intermediary: bool = False
) -> Benefits:
    """The one of these that answers `inquiry`; raises as `receive` does when there is none, or only an AAA."""
    answer = ours(answers, inquiry, traced=traced)
    if not any(usable(member) for member in answer.members):
        raise_rejection(answer, intermediary=intermediary)
    return answer


def kind_of(data: bytes) -> str:
    """What is in `data`: "271", "999" or "ta1" (a refusal in place of an answer), or "other"."""
    document = x12.parse(data)
    sets = {transaction.set_id for transaction in document.transactions}
    if "271" in sets:
        return "271"
    if sets & {"999", "997"}:
        return "999"
    return "ta1" if any(True for _ in x12.read_ta1s(document)) else "other"


def _refused(document: x12.Document, control_number: int | None) -> PayerError:
    """What a TA1 or 999 in place of an answer says of the interchange we sent; None: whatever its number."""
    others = False
    for ta1 in x12.read_ta1s(document):
        if not ta1.accepted:
            if _same_number(ta1.control_number, control_number):
                return Rejected("ta1", detail=f"TA104={ta1.status[:1]}, TA105={ta1.note[:3]}")
            others = True
    for transaction in document.transactions:
        for said in x12.read_999(transaction) if transaction.set_id in ("999", "997") else []:
            if not said.accepted:
                if _same_number(said.group_control_number, control_number):
                    return Rejected("x999", detail=_detail(said))
                others = True
    return Unreadable("wrong_trace" if others else "no_transaction")


def _same_number(sent_back: str, control_number: int | None) -> bool:
    digits = sent_back.strip()
    return control_number is None or (digits.isdecimal() and int(digits) == control_number)


def _detail(said: x12.Acknowledgment) -> str:
    codes = [f"IK501={said.status}", *(f"IK502={code}" for code in said.codes)]
    return "; ".join([", ".join(codes), *filter(None, (fault.place for fault in said.faults))])


def ours(answers: list[Benefits], inquiry: Inquiry, *, traced: bool = True) -> Benefits:
    """The answer whose trace is ours, else the only one when it echoes none, or none that is ours to judge."""
    if traced:
        found = [(a, m) for a in answers for m in a.members if _echoes(m, inquiry.trace)]
        if found:
            return _of_patient([(answer, who) for answer, m in found for who in _near(answer, m)], inquiry)
        if any(trace.type == "2" for a in answers for member in a.members for trace in member.traces):
            raise Unreadable("wrong_trace")
    if len(answers) > 1:
        raise Unreadable("wrong_trace")
    [only] = answers
    if not only.members:
        return only
    return _of_patient([(only, member) for member in only.members], inquiry, traced=False)


def _echoes(member: Member, trace: str) -> bool:
    wanted = x12.basic(trace, "trace")
    return any((each.reference or "").strip().upper() == wanted for each in member.traces)


def _near(answer: Benefits, traced: Member) -> Iterator[Member]:
    """The member with the trace, then the dependents of a subscriber who has it in their stead."""
    yield traced
    place = next(i for i, member in enumerate(answer.members) if member is traced)
    yield from (member for member in answer.members if member.subscriber == place)


def _of_patient(found: list[tuple[Benefits, Member]], inquiry: Inquiry, *, traced: bool = True) -> Benefits:
    """The answer about our patient alone; other people in it are left out, not kept."""
    for answer, member in found:
        subscriber = answer.members[member.subscriber] if member.subscriber is not None else None
        if fits(member, subscriber, inquiry, traced=traced):
            kept = (
                [member]
                if subscriber is None
                else [subscriber, msgspec.structs.replace(member, subscriber=0)]
            )
            return msgspec.structs.replace(answer, members=kept)
    raise Unreadable("wrong_person")


def usable(member: Member) -> bool:
    """Whether anything is said of this member: an EB that neither refuses (EB01 V) nor carries an AAA."""
    return any(not line.rejections and line.information_code != "V" for line in member.benefits)


def rejections(answer: Benefits) -> list[Rejection]:
    """Every AAA of an answer, whatever its level (CORE 259: read all of them)."""
    of_members = [r for member in answer.members for r in member.rejections]
    of_lines = [r for member in answer.members for line in member.benefits for r in line.rejections]
    return [*answer.rejections, *of_members, *of_lines]


def raise_rejection(answer: Benefits, *, intermediary: bool = False) -> None:
    """Raises what the AAA codes mean; returns when there are none, and the answer stays an answer."""
    found = rejections(answer)
    if not found:
        return
    reasons = {each.reason for each in found}
    if reasons <= TRANSIENT.keys() and (intermediary or not any(each.follow_up in FINAL for each in found)):
        waits = [WAIT_SECONDS[each.follow_up] for each in found if each.follow_up in WAIT_SECONDS]
        raise Unavailable(TRANSIENT[str(found[0].reason)], retry_after_seconds=max(waits, default=None))
    if intermediary and reasons == LOST_CONNECTION:
        raise Unavailable("aaa_42")
    detail = ", ".join(f"AAA03={_code(each.reason)} in {each.loop or 'the answer'}" for each in found)
    raise Rejected("aaa", benefits=answer, detail=detail)


def _code(reason: str | None) -> str:
    """AAA03 where it can be one; no other word of the payer's gets into an error."""
    return reason if reason is not None and len(reason) <= 2 and reason.isalnum() else "other"
