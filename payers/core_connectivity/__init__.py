"""CAQH CORE Connectivity vC2.2.0: what its envelopes have in common, and profiles of who speaks it."""

from payers.core_connectivity import multipart, soap, soap_answer
from payers.core_connectivity.answer import read_answer
from payers.core_connectivity.envelope import Envelope
from payers.core_connectivity.fields import CREDENTIALS, FIELDS, REMOVED
from payers.core_connectivity.profile import Profile, ProfileError
from payers.core_connectivity.profile import load as load_profiles
from payers.core_connectivity.source import CoreSource, Wrapped

__all__ = [
    "CREDENTIALS",
    "FIELDS",
    "REMOVED",
    "CoreSource",
    "Envelope",
    "Profile",
    "ProfileError",
    "Wrapped",
    "load_profiles",
    "multipart",
    "read_answer",
    "soap",
    "soap_answer",
]
