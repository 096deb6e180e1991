"""A 271 -> the v3 JSON a clearinghouse makes of it (Stedi 2024-04-01, Optum).

Written apart from `payers.json_mapping` on purpose: a mistake in one is caught by the other.
"""

from typing import Any

from payers.x12.envelope import parse
from payers.x12.model import Transaction, element

Json = dict[str, Any]

ROLES = {"VN": "Vendor", "PRP": "Primary Payer", "Y2": "Managed Care Organization", "PR": "Payer"}
MODES = {"TE": "Telephone", "UR": "Uniform Resource Locator (URL)"}
FOLLOW_UPS = {
    "C": "Please Correct and Resubmit",
    "N": "Resubmission Not Allowed",
    "R": "Resubmission Allowed",
    "W": "Please Wait 30 Days and Resubmit",
}
DATES = {"291": "plan", "346": "planBegin", "347": "planEnd"}
REFERENCES = {"6P": "groupNumber", "1L": "policyNumber", "18": "planNumber"}
WORDS = {
    "1": "Active Coverage", "6": "Inactive", "A": "Co-Insurance", "B": "Co-Payment", "C": "Deductible",
    "CB": "Coverage Basis", "F": "Limitations", "G": "Out of Pocket (Stop Loss)", "R": "Other or Additional Payor",
    "MC": "Managed Care Coordinator", "V": "Cannot Process",
    "U": "Contact Following Entity for Eligibility or Benefit Information",
}  # fmt: skip
#: EB -> field, but for lists and composites.
LINE = {
    1: "code", 2: "coverageLevelCode", 4: "insuranceTypeCode", 5: "planCoverage", 6: "timeQualifierCode",
    7: "benefitAmount", 8: "benefitPercent", 9: "quantityQualifierCode", 10: "benefitQuantity",
    11: "authOrCertIndicator", 12: "inPlanNetworkIndicatorCode",
}  # fmt: skip
DELIVERY = {
    1: "quantityQualifierCode", 2: "quantity", 3: "unitForMeasurementQualifierCode", 4: "sampleSelectionModulus",
    5: "timePeriodQualifierCode", 6: "numOfPeriods", 7: "deliveryOrCalendarPatternQualifierCode",
    8: "deliveryPatternTimeQualifierCode",
}  # fmt: skip


def eligibility(text: str) -> Json:
    """The parts of the answer that come from the payer; `errors` repeats every AAA of its levels."""
    written = _Written(next(parse(text).transactions))
    return {name: value for name, value in written.parts().items() if value}


class _Written:
    """One pass over a 271; a level at a time, then a line at a time."""

    def __init__(self, transaction: Transaction) -> None:
        self._cut = transaction.delimiters
        self.payer: Json = {}
        self.provider: Json = {}
        self.subscriber: Json = {}
        self.dependents: list[Json] = []
        self.plan: Json = {}
        self.dates: Json = {}
        self.lines: list[Json] = []
        self.traces: list[Json] = []
        self.errors: list[Json] = []
        self._level: Json = {}
        self._letter = ""
        self._line: Json | None = None
        for segment in transaction.segments:
            self._take(segment)

    def parts(self) -> Json:
        return {
            "payer": self.payer, "provider": self.provider, "subscriber": self.subscriber,
            "dependents": self.dependents, "planInformation": self.plan, "planDateInformation": self.dates,
            "benefitsInformation": self.lines, "subscriberTraceNumbers": self.traces, "errors": self.errors,
        }  # fmt: skip

    def _take(self, segment: list[str]) -> None:
        match segment[0]:
            case "HL":
                self._begin(element(segment, 3))
            case "NM1":
                self._name(segment)
            case "EB":
                self._line = self._eb(segment)
                self.lines.append(self._line)
            case "AAA":
                self._refuse(segment)
            case _ if self._line is not None:
                self._detail(segment, self._line)
            case _:
                self._of_person(segment)

    def _begin(self, code: str) -> None:
        self._line = None
        if code == "23":
            self.dependents.append({})
        self._letter = {"20": "A", "21": "B", "22": "C", "23": "D"}[code]
        levels = {"20": self.payer, "21": self.provider, "22": self.subscriber}
        self._level = levels[code] if code in levels else self.dependents[-1]

    def _name(self, nm1: list[str]) -> None:
        last, first, identifier = element(nm1, 3), element(nm1, 4), element(nm1, 9)
        if self._line is not None:
            entity = {
                "entityIdentifier": ROLES.get(element(nm1, 1), element(nm1, 1)),
                "entityType": "Non-Person Entity",
                "entityName": last,
                "entityIdentification": element(nm1, 8),
                "entityIdentificationValue": identifier,
            }
            self._line.setdefault("benefitsRelatedEntities", []).append(entity)
            self._line.setdefault("benefitsRelatedEntity", entity)
        elif self._letter == "A":
            self._level |= {"entityIdentifier": "Payer", "name": last, "payorIdentification": identifier}
        elif self._letter == "B":
            self._level |= {"entityIdentifier": "Provider", "providerName": last, "npi": identifier}
        else:
            person = {
                "lastName": last,
                "firstName": first,
                "middleName": element(nm1, 5),
                "memberId": identifier,
            }
            self._level |= {name: value for name, value in person.items() if value}

    def _of_person(self, segment: list[str]) -> None:
        match segment[0]:
            case "TRN":
                trace = {
                    "traceTypeCode": element(segment, 1),
                    "referenceIdentification": element(segment, 2),
                    "originatingCompanyIdentifier": element(segment, 3),
                }
                self.traces.append(trace)
            case "REF" if element(segment, 1) in REFERENCES:
                field = {REFERENCES[element(segment, 1)]: element(segment, 2)}
                self._level |= field
                self.plan |= field
            case "DMG":
                self._level |= {"dateOfBirth": element(segment, 2)}
                self._level |= {"gender": element(segment, 3)} if element(segment, 3) else {}
            case "INS":
                self._level |= {
                    "insuredIndicator": element(segment, 1),
                    "relationToSubscriberCode": element(segment, 2),
                }
            case "DTP":
                self.dates[DATES.get(element(segment, 1), element(segment, 1))] = element(segment, 3)
            case _:
                pass

    def _eb(self, eb: list[str]) -> Json:
        line: Json = {name: element(eb, at) for at, name in LINE.items() if element(eb, at)}
        line["name"] = WORDS.get(element(eb, 1), "")
        if element(eb, 3):
            line["serviceTypeCodes"] = element(eb, 3).split(self._cut.repetition)
        return line

    def _detail(self, segment: list[str], line: Json) -> None:
        match segment[0]:
            case "MSG":
                line.setdefault("additionalInformation", []).append({"description": element(segment, 1)})
            case "REF" if element(segment, 1) in REFERENCES:
                line.setdefault("benefitsAdditionalInformation", {})[REFERENCES[element(segment, 1)]] = (
                    element(segment, 2)
                )
            case "HSD":
                delivery = {
                    name: element(segment, at) for at, name in DELIVERY.items() if element(segment, at)
                }
                line.setdefault("benefitsServiceDelivery", []).append(delivery)
            case "PER":
                contact = {
                    "communicationMode": MODES.get(element(segment, 3), element(segment, 3)),
                    "communicationNumber": element(segment, 4),
                }
                line["benefitsRelatedEntities"][-1]["contactInformation"] = {"contacts": [contact]}
            case _:
                pass

    def _refuse(self, aaa: list[str]) -> None:
        """An AAA of a line has no place beside it in this shape: it goes to the person."""
        loop = f"2110{self._letter}" if self._line is not None else f"2100{self._letter}"
        error = {
            "field": "AAA",
            "code": element(aaa, 3),
            "description": "refused",
            "followupAction": FOLLOW_UPS.get(element(aaa, 4), element(aaa, 4)),
            "location": f"Loop {loop}",
            "possibleResolutions": "",
        }
        self._level.setdefault("aaaErrors", []).append(error)
        self.errors.append(error)
