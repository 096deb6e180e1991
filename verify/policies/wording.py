"""Words for criteria and questions, the same on pages, at the terminal and in findings."""

from __future__ import annotations

from collections.abc import Mapping

from verify.catalogue.criteria import Credential, Purpose, Screen, Treatment
from verify.catalogue.policy_card import EntryStatus, Network, Per, Program, Protocol, Required, Stand
from verify.policies.judged import Result
from verify.policies.sheet import Decision, Outcome, Reply

#: What a yes means, as the end of "whether …".
SCREENS: Mapping[Screen, str] = {
    Screen.IMPLANT_NEAR_COIL: "a magnetic-sensitive implant lies within 30 cm of the coil",
    Screen.SEIZURE_DISORDER: "there is a seizure disorder",
    Screen.PSYCHOSIS: "there are psychotic symptoms",
    Screen.BIPOLAR: "there is a bipolar disorder",
    Screen.SCHIZOPHRENIA: "there is schizophrenia or a schizoaffective disorder",
    Screen.SUBSTANCE_USE: "substances were misused in the last 90 days or a use disorder is untreated",
    Screen.SUICIDAL_INTENT: "there is acute suicidal ideation with intent",
    Screen.CATATONIA: "there is catatonia",
    Screen.DEMENTIA: "there is dementia",
    Screen.BRAIN_TUMOR: "there is a tumor of the central nervous system",
    Screen.NEUROLOGIC_DISEASE: "there is another neurologic disease that speaks against it",
    Screen.PREGNANCY: "the patient is pregnant",
    Screen.PSYCHIATRIST_CONFIRMED: "a psychiatrist confirmed the diagnosis",
    Screen.SEEN_BY_PRESCRIBER: "whoever orders it has seen the patient",
    Screen.STRUCTURED_INTERVIEW: "the diagnosis rests on a structured interview",
    Screen.SERIAL_SCALE: "the scale of the baseline is repeated through the course",
    Screen.ECT_WEIGHED: "ECT was tried, or there is a reason against it",
    Screen.ECT_CANDIDATE: "the patient is a candidate for ECT",
    Screen.PDMP_CHECKED: "the prescription monitoring program was checked",
    Screen.PSYCHOSIS_WEIGHED: "the risk of psychosis was weighed",
    Screen.ORAL_ANTIDEPRESSANT: "an oral antidepressant is taken beside it",
    Screen.KETAMINE_DOCUMENTED: "ketamine or esketamine beside the course is documented, or none is given",
    Screen.DEVICE_CLEARED: "the device is cleared for this use",
    Screen.TMS_TRAINED: "whoever orders it is trained in TMS",
    Screen.DIRECT_SUPERVISION: "a physician supervises the sessions directly",
    Screen.REMS_SITE: "the site is certified in the Spravato REMS",
    Screen.REMS_PATIENT: "the patient is enrolled in the Spravato REMS",
}

#: Criteria by their keys on the cards.
LABELS: Mapping[str, str] = {
    "age": "Age",
    "diagnosis": "Diagnosis",
    "confirmed": "Confirmed by a psychiatrist",
    "severity": "Severity by a scale",
    "scale": "Score on a scale",
    "serial_scale": "Scale through the course",
    "trials": "Failed antidepressants",
    "long_trials": "Long enough trials",
    "augmentation": "Augmentation",
    "augmentation_or_therapy": "Augmentation or psychotherapy",
    "psychotherapy": "Psychotherapy",
    "device": "Device",
    "prior_response": "Earlier response",
    "improvement": "Improvement so far",
    "prescriber": "Who orders it",
    "trained": "Training in TMS",
    "seen": "Seen in person",
    "supervision": "Supervision",
    "ect": "ECT",
    "ketamine_documented": "Ketamine beside it",
    "pdmp": "Prescription monitoring",
    "psychosis_weighed": "Risk of psychosis",
    "oral_antidepressant": "Oral antidepressant",
    "interview": "Structured interview",
    "rems_site": "REMS: site",
    "rems_patient": "REMS: patient",
    "protocol": "Protocol",
}

RESULTS: Mapping[Result, str] = {
    Result.MET: "met",
    Result.NOT_MET: "not met",
    Result.UNKNOWN: "unknown",
}
REPLIES: Mapping[Reply, str] = {
    Reply.NOT_ASKED: "not asked",
    Reply.YES: "yes",
    Reply.NO: "no",
    Reply.UNKNOWN: "unknown",
}
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.UNKNOWN: "not known",
    Outcome.NO_RESPONSE: "no response",
    Outcome.PARTIAL_RESPONSE: "partial response",
    Outcome.RESPONSE: "response",
    Outcome.REMISSION: "remission",
    Outcome.NOT_TOLERATED: "not tolerated",
}
DECISIONS: Mapping[Decision, str] = {
    Decision.PENDING: "pending",
    Decision.NECESSARY: "medically necessary",
    Decision.NOT_NECESSARY: "not medically necessary",
}
TREATMENTS: Mapping[Treatment, str] = {
    Treatment.TMS: "TMS",
    Treatment.ESKETAMINE: "esketamine (Spravato)",
    Treatment.KETAMINE: "ketamine",
    Treatment.ECT: "ECT",
}
CREDENTIALS: Mapping[Credential, str] = {
    Credential.PSYCHIATRIST: "a psychiatrist",
    Credential.PSYCHIATRIC_APRN: "a psychiatric nurse practitioner",
    Credential.OTHER_PHYSICIAN: "another physician",
    Credential.OTHER: "somebody else",
}
PROTOCOLS: Mapping[Protocol, str] = {
    Protocol.STANDARD: "standard repetitive stimulation",
    Protocol.THETA_BURST: "theta burst",
    Protocol.DEEP: "deep TMS",
    Protocol.ACCELERATED: "accelerated TMS",
    Protocol.SAINT: "SAINT",
    Protocol.MERT: "MeRT",
    Protocol.MRI_GUIDED: "guidance by MRI",
    Protocol.MAINTENANCE: "maintenance",
    Protocol.KETAMINE_ADJUNCT: "ketamine beside TMS",
    Protocol.IM: "ketamine by injection into a muscle",
    Protocol.ORAL: "ketamine by mouth",
    Protocol.COMPOUNDED_NASAL: "compounded ketamine by the nose",
}
PURPOSES: Mapping[Purpose, str] = {
    Purpose.INITIAL: "a first course",
    Purpose.RETREATMENT: "another course",
    Purpose.RENEWAL: "a renewal",
}
STATUSES: Mapping[EntryStatus, str] = {
    EntryStatus.PRIMARY_READ: "the payer's own text was read",
    EntryStatus.SECOND_HAND: "second hand, from summaries of the policy",
    EntryStatus.PAYER_TOLD_US: "as the payer told us",
    EntryStatus.UNKNOWN: "a policy exists; its text was not read",
}
STANDS: Mapping[Stand, str] = {
    Stand.WITH_CRITERIA: "The written policy sets criteria.",
    Stand.NOT_COVERED: "The written policy does not cover it.",
    Stand.CASE_BY_CASE: "There is no written position: it is decided case by case.",
    Stand.NOT_STATED: "What the written policy says is not stated here.",
}
REQUIRED: Mapping[Required, str] = {
    Required.YES: "required",
    Required.NO: "not required",
    Required.NOT_STATED: "not stated",
}
NETWORKS: Mapping[Network, str] = {
    Network.IN: "in network",
    Network.OUT: "out of network",
    Network.ANY: "whatever the network",
}
PROGRAMS: Mapping[Program, str] = {
    Program.COMMERCIAL: "commercial plans",
    Program.MARKETPLACE: "marketplace plans",
    Program.MEDICARE: "Original Medicare",
    Program.MEDICARE_ADVANTAGE: "Medicare Advantage",
    Program.MEDICAID: "Medicaid",
    Program.CHIP: "CHIP",
    Program.TRICARE: "TRICARE",
    Program.VETERANS: "Veterans Affairs",
}

PERS: Mapping[Per, str] = {
    Per.DAY: "a day",
    Per.WEEK: "a week",
    Per.SIX_WEEKS: "in six weeks",
    Per.COURSE: "in a course",
}


def label(key: str) -> str:
    """A criterion's name; a key without words of its own is told plainly."""
    if key in LABELS:
        return LABELS[key]
    return key.replace("_", " ").capitalize()
