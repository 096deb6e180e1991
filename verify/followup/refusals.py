"""Refusals: what a payer's reject reason (AAA03) means, and who mends it.

`AAA*N**72*C~` is a member id the payer does not accept. Words are our own. Suggestions stay suggestions:
nothing of the patient's is ever changed by the program, and nothing is tried more than three times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from verify.verification import OwnerRole


class Mender(StrEnum):
    """What is to be mended, and with it by whom and how."""

    PATIENT = "patient"
    DATE = "date"
    PROVIDER = "provider"
    ROUTING = "routing"
    QUESTION = "question"
    SERVICE = "service"
    AUTHORIZATION = "authorization"
    PASSING = "passing"
    UNKNOWN = "unknown"


class Remedy(NamedTuple):
    title: str
    owner: OwnerRole
    steps: tuple[str, ...]


class Refusal(NamedTuple):
    """What the payer objects to, in our words; `steps` go before the remedy's own."""

    mender: Mender
    means: str
    steps: tuple[str, ...] = ()


CHECK_ID = "Compare the member ID with the card: prefix letters, digits swapped, dashes and spaces."
CHECK_BIRTH_DATE = "Compare the birth date with the card or an ID: month and day swapped, wrong century."
CHECK_NAME = "Use the legal name as on the card: no nickname, no suffix, no middle name, hyphen as printed."
CHECK_SEX = "Ask which sex the payer has on file, or leave it out."
CHECK_RELATIONSHIP = "Check whether the patient is the subscriber or a dependent, and ask the other way once."
CHECK_GROUP = "Compare the group number with the card, or leave it out."
ADD_MORE = "Add what tells two people apart: full name, birth date, group number."
CHECK_CARD = "Ask the patient for a photo of both sides of the current card; the plan may have changed."

#: The ladder for a person the payer does not find, in order. Source: X12 270/271 practice.
LADDER = (CHECK_ID, CHECK_BIRTH_DATE, CHECK_NAME, CHECK_RELATIONSHIP, CHECK_CARD)

REMEDIES: Mapping[Mender, Remedy] = {
    Mender.PATIENT: Remedy("Correct the patient's or policy's data", OwnerRole.COORDINATOR, ()),
    Mender.DATE: Remedy(
        "Correct the date asked about",
        OwnerRole.COORDINATOR,
        ("Ask for today when the payer does not look ahead, and note that the date itself was not checked.",),
    ),
    Mender.PROVIDER: Remedy(
        "Correct how we present ourselves to the payer",
        OwnerRole.ADMIN,
        (
            "Compare NPI, tax ID, name and address with the payer's enrollment.",
            "Enroll with the payer, or ask with the provider's NPI instead of the clinic's where it wants that.",
        ),
    ),
    Mender.ROUTING: Remedy(
        "Correct the payer's entry",
        OwnerRole.ADMIN,
        (
            "Compare the payer ID with the clearinghouse's list, and check that we are enrolled for eligibility.",
        ),
    ),
    Mender.QUESTION: Remedy(
        "Report a question the payer cannot read",
        OwnerRole.ADMIN,
        ("The question was built wrong, not typed wrong: report it with the inquiry's id.",),
    ),
    Mender.SERVICE: Remedy(
        "Ask the payer by phone about this service",
        OwnerRole.COORDINATOR,
        ("The payer does not answer this service electronically: use the call script.",),
    ),
    Mender.AUTHORIZATION: Remedy(
        "Ask the payer about authorization or medical review",
        OwnerRole.COORDINATOR,
        ("Ask who reviews, what is missing and how to send it; note the reference number.",),
    ),
    Mender.PASSING: Remedy(
        "Ask the payer again",
        OwnerRole.COORDINATOR,
        ("The payer could not answer at that moment: ask again, or call when it is urgent.",),
    ),
    Mender.UNKNOWN: Remedy(
        "Find out why the payer refused",
        OwnerRole.COORDINATOR,
        ("Call the payer's provider line with the reason code.",),
    ),
}

#: AAA03 -> what it means here. The list is the implementation guide's, all levels.
REFUSALS: Mapping[str, Refusal] = {
    "04": Refusal(Mender.ROUTING, "more was asked than we are allowed to"),
    "15": Refusal(Mender.QUESTION, "something required is missing from the question"),
    "33": Refusal(Mender.QUESTION, "the question has an input error"),
    "35": Refusal(Mender.SERVICE, "the payer counts us as out of network"),
    "41": Refusal(Mender.ROUTING, "we are not allowed to ask this payer"),
    "42": Refusal(Mender.PASSING, "the payer could not respond"),
    "43": Refusal(Mender.PROVIDER, "our provider number is missing or not accepted"),
    "44": Refusal(Mender.PROVIDER, "our provider name is missing or not accepted"),
    "45": Refusal(Mender.PROVIDER, "our specialty is missing or not accepted"),
    "46": Refusal(Mender.PROVIDER, "our phone number is missing or not accepted"),
    "47": Refusal(Mender.PROVIDER, "our state is missing or not accepted"),
    "48": Refusal(Mender.PROVIDER, "the referring provider's number is missing or not accepted"),
    "49": Refusal(Mender.PROVIDER, "the provider is not the patient's primary care physician"),
    "50": Refusal(Mender.PROVIDER, "the provider may not ask this payer"),
    "51": Refusal(Mender.PROVIDER, "the payer has no such provider on file"),
    "52": Refusal(Mender.PROVIDER, "the date is outside the provider's enrollment with the plan"),
    "53": Refusal(Mender.SERVICE, "the benefit asked about does not fit our kind of provider"),
    "54": Refusal(Mender.QUESTION, "the kind of procedure code is not accepted"),
    "55": Refusal(Mender.QUESTION, "the procedure code is not accepted"),
    "56": Refusal(Mender.DATE, "a date is not acceptable"),
    "57": Refusal(Mender.DATE, "the date of service is missing or not accepted"),
    "58": Refusal(Mender.PATIENT, "the birth date is missing or not accepted", (CHECK_BIRTH_DATE,)),
    "60": Refusal(Mender.PATIENT, "the birth date is after the date of service", (CHECK_BIRTH_DATE,)),
    "61": Refusal(Mender.DATE, "the payer has the person as deceased before the date of service"),
    "62": Refusal(Mender.DATE, "the date of service is outside what may be asked"),
    "63": Refusal(Mender.DATE, "the date of service is in the future"),
    "64": Refusal(Mender.PATIENT, "the patient's ID is missing or not accepted", (CHECK_ID, CHECK_CARD)),
    "65": Refusal(Mender.PATIENT, "the patient's name is missing or not accepted", (CHECK_NAME,)),
    "66": Refusal(Mender.PATIENT, "the patient's sex is missing or not accepted", (CHECK_SEX,)),
    "67": Refusal(Mender.PATIENT, "the payer does not find the patient", LADDER),
    "68": Refusal(Mender.PATIENT, "the payer finds more than one such patient", (ADD_MORE, CHECK_ID)),
    "69": Refusal(Mender.SERVICE, "the service does not fit the patient's age"),
    "70": Refusal(Mender.SERVICE, "the service does not fit the patient's sex"),
    "71": Refusal(
        Mender.PATIENT, "the birth date differs from the payer's", (CHECK_BIRTH_DATE, CHECK_RELATIONSHIP)
    ),
    "72": Refusal(Mender.PATIENT, "the member ID is missing or not accepted", (CHECK_ID, CHECK_CARD)),
    "73": Refusal(Mender.PATIENT, "the subscriber's name is missing or not accepted", (CHECK_NAME,)),
    "74": Refusal(Mender.PATIENT, "the subscriber's sex is missing or not accepted", (CHECK_SEX,)),
    "75": Refusal(Mender.PATIENT, "the payer does not find the subscriber", LADDER),
    "76": Refusal(Mender.PATIENT, "the payer finds more than one such subscriber", (ADD_MORE, CHECK_ID)),
    "77": Refusal(
        Mender.PATIENT,
        "the payer finds the subscriber and not the patient",
        (CHECK_RELATIONSHIP, CHECK_BIRTH_DATE, CHECK_NAME),
    ),
    "78": Refusal(Mender.PATIENT, "the subscriber is not in that group or plan", (CHECK_GROUP, CHECK_CARD)),
    "79": Refusal(Mender.ROUTING, "the payer or clearinghouse does not know one of the parties"),
    "80": Refusal(Mender.PASSING, "no response came from the payer"),
    "97": Refusal(Mender.PROVIDER, "our address is missing or not accepted"),
    "98": Refusal(Mender.SERVICE, "the payer counts the service as experimental"),
    "AA": Refusal(Mender.AUTHORIZATION, "the authorization number is not found"),
    "AE": Refusal(Mender.AUTHORIZATION, "the primary care physician must authorize it"),
    "AF": Refusal(Mender.QUESTION, "a diagnosis code is missing or not accepted"),
    "AG": Refusal(Mender.QUESTION, "a procedure code is missing or not accepted"),
    "AO": Refusal(Mender.SERVICE, "the payer wants more about the patient's condition"),
    "CI": Refusal(Mender.AUTHORIZATION, "the authorization does not match the patient"),
    "E8": Refusal(Mender.AUTHORIZATION, "the payer wants a medical review"),
    "IA": Refusal(Mender.AUTHORIZATION, "the authorization number has the wrong form"),
    "MA": Refusal(Mender.AUTHORIZATION, "the authorization number is missing"),
    "T4": Refusal(Mender.ROUTING, "the payer's name or ID is missing"),
}

#: Refusals without AAA: the codes of `payers.errors.Rejected`.
OTHER_REFUSALS: Mapping[str, Refusal] = {
    "x999": Refusal(Mender.QUESTION, "the question does not follow the implementation guide (999)"),
    "ta1": Refusal(Mender.QUESTION, "the envelope of the question was refused (TA1)"),
    "envelope": Refusal(Mender.QUESTION, "a field around the question was refused"),
    "http_4xx": Refusal(Mender.QUESTION, "the payer's server refused the request"),
}


def refusal(reason: str) -> Refusal:
    """What a reject reason means; one nobody knows is said by its code."""
    return REFUSALS.get(reason) or Refusal(Mender.UNKNOWN, f"reason {reason}, which is not in the guide")


def refusals_of(code: str, reasons: Sequence[str]) -> list[Refusal]:
    """Every refusal of one inquiry, in the order the payer gave them; never empty."""
    if reasons:
        return [refusal(reason) for reason in reasons]
    unknown = Refusal(Mender.UNKNOWN, "no reason given")
    return [OTHER_REFUSALS.get(code, unknown)]
