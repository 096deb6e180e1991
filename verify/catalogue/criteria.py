"""Criteria: what a written policy can ask for, each kind with its parameters."""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

#: ICD-10-CM, or the beginning of one: "F33" stands for every code under it.
DIAGNOSIS = re.compile(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?")


class Screen(StrEnum):
    """A question about the patient, the order or the clinic that is answered yes or no."""

    # Of the patient: what excludes.
    IMPLANT_NEAR_COIL = "implant_near_coil"
    SEIZURE_DISORDER = "seizure_disorder"
    PSYCHOSIS = "psychosis"
    BIPOLAR = "bipolar"
    SCHIZOPHRENIA = "schizophrenia"
    SUBSTANCE_USE = "substance_use"
    SUICIDAL_INTENT = "suicidal_intent"
    CATATONIA = "catatonia"
    DEMENTIA = "dementia"
    BRAIN_TUMOR = "brain_tumor"
    NEUROLOGIC_DISEASE = "neurologic_disease"
    PREGNANCY = "pregnancy"
    # Of the assessment and the order: what is asked for.
    PSYCHIATRIST_CONFIRMED = "psychiatrist_confirmed"
    SEEN_BY_PRESCRIBER = "seen_by_prescriber"
    STRUCTURED_INTERVIEW = "structured_interview"
    SERIAL_SCALE = "serial_scale"
    ECT_WEIGHED = "ect_weighed"
    ECT_CANDIDATE = "ect_candidate"
    PDMP_CHECKED = "pdmp_checked"
    PSYCHOSIS_WEIGHED = "psychosis_weighed"
    ORAL_ANTIDEPRESSANT = "oral_antidepressant"
    KETAMINE_DOCUMENTED = "ketamine_documented"
    # Of the clinic.
    DEVICE_CLEARED = "device_cleared"
    TMS_TRAINED = "tms_trained"
    DIRECT_SUPERVISION = "direct_supervision"
    REMS_SITE = "rems_site"
    REMS_PATIENT = "rems_patient"


class Scale(StrEnum):
    PHQ_9 = "PHQ-9"
    MADRS = "MADRS"
    HAM_D = "HAM-D"
    BDI = "BDI"
    QIDS = "QIDS"


#: The highest score of each scale, as its authors made it (HAM-D: the 17 items).
MOST_POINTS = {Scale.PHQ_9: 27, Scale.MADRS: 60, Scale.HAM_D: 52, Scale.BDI: 63, Scale.QIDS: 27}


class Treatment(StrEnum):
    """What a patient may have had before."""

    TMS = "tms"
    ESKETAMINE = "esketamine"
    KETAMINE = "ketamine"
    ECT = "ect"


class Credential(StrEnum):
    PSYCHIATRIST = "psychiatrist"
    PSYCHIATRIC_APRN = "psychiatric_aprn"
    OTHER_PHYSICIAN = "other_physician"
    OTHER = "other"


class TrialRole(StrEnum):
    """A drug given as the antidepressant itself, or added to one."""

    ANTIDEPRESSANT = "antidepressant"
    AUGMENTATION = "augmentation"


class Purpose(StrEnum):
    INITIAL = "initial"
    RETREATMENT = "retreatment"
    RENEWAL = "renewal"


class _Asks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What one source says the policy asks; a parameter left out is not asked."""

    #: Parameters that our copy of the policy does not state, in words.
    not_stated: tuple[str, ...] = ()


class Age(_Asks, frozen=True, tag="age"):
    """At least so many years; from `open_from` on, other rules decide that no card holds."""

    min: int
    open_from: int | None = None
    open_note: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.min < 120:
            raise ValueError("min is no age")
        if self.open_from is not None and (self.open_from >= self.min or not self.open_note):
            raise ValueError("open_from lies below min and has an open_note")


class Diagnosis(_Asks, frozen=True, tag="diagnosis"):
    """One of these codes, or of the codes under them."""

    any_of: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.any_of:
            raise ValueError("any_of is empty")
        must_be_codes(self.any_of)


class Trials(_Asks, frozen=True, tag="trials"):
    """So many trials that did not help enough."""

    min: int
    role: TrialRole = TrialRole.ANTIDEPRESSANT
    #: How many classes of drugs they must come from.
    classes: int = 1
    min_weeks: int | None = None
    min_adherence_percent: int | None = None
    #: Improvement up to this still counts as not enough.
    most_percent_better: int | None = None
    #: In the present episode.
    this_episode: bool = False
    within_months: int | None = None
    #: Stopped because it was not tolerated; None: our copy does not say whether that counts.
    intolerance_counts: bool | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.classes <= self.min:
            raise ValueError("min is at least 1, and classes between 1 and min")


class Threshold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    scale: Scale
    #: None: any score, as long as it is recorded.
    min: int | None = None

    def __post_init__(self) -> None:
        if self.min is not None and not 0 <= self.min <= MOST_POINTS[self.scale]:
            raise ValueError(f"{self.scale} has no score of {self.min}")


class Severity(_Asks, frozen=True, tag="severity"):
    """A score of this height on any of these scales."""

    any_of: tuple[Threshold, ...]

    def __post_init__(self) -> None:
        if not self.any_of:
            raise ValueError("any_of is empty")


class Psychotherapy(_Asks, frozen=True, tag="psychotherapy"):
    """Psychotherapy was tried."""

    min_weeks: int | None = None
    within_months: int | None = None


class Answered(_Asks, frozen=True, tag="answered"):
    """A question must be answered so; diagnoses under `codes` speak for a yes whatever the answer."""

    question: Screen
    wanted: bool
    codes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        must_be_codes(self.codes)


class PriorResponse(_Asks, frozen=True, tag="prior_response"):
    """An earlier treatment helped by more than so many percent, and how that lasted."""

    treatment: Treatment
    percent: int
    #: `percent` itself is enough; otherwise it takes more.
    or_equal: bool = False
    kept_months: int | None = None
    #: So many days since the last session.
    after_days: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.percent <= 100:
            raise ValueError("percent lies between 1 and 100")


class Improvement(_Asks, frozen=True, tag="improvement"):
    """A depression scale is more than so many percent better than before the course that runs."""

    percent: int
    #: `percent` itself is enough; otherwise it takes more.
    or_equal: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.percent <= 100:
            raise ValueError("percent lies between 1 and 100")


class Prescriber(_Asks, frozen=True, tag="prescriber"):
    """Ordered by somebody with one of these credentials."""

    credentials: tuple[Credential, ...]

    def __post_init__(self) -> None:
        if not self.credentials:
            raise ValueError("credentials is empty")


class AnyOf(_Asks, frozen=True, tag="any_of"):
    """One of several ways is enough."""

    parts: tuple[Asks, ...]

    def __post_init__(self) -> None:
        if len(self.parts) < 2:
            raise ValueError("parts needs two or more")


Asks = (
    Age
    | Diagnosis
    | Trials
    | Severity
    | Psychotherapy
    | Answered
    | PriorResponse
    | Improvement
    | Prescriber
    | AnyOf
)


def must_be_codes(codes: tuple[str, ...]) -> None:
    """Raises ValueError naming the first that is none."""
    for code in codes:
        if not DIAGNOSIS.fullmatch(code):
            raise ValueError(f"{code!r} is no diagnosis code")
