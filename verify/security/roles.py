"""Who may do what: a table of roles and permissions."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Permission(StrEnum):
    SUBMIT = "submit"
    #: Names, policies, benefits, findings, estimates.
    READ_PATIENTS = "read_patients"
    #: Notes may be clinical, so they are a permission of their own.
    READ_NOTES = "read_notes"
    WRITE_NOTES = "write_notes"
    #: The evidence sheet: illness and treatment so far, and the psychiatrist's decisions.
    READ_CLINICAL = "read_clinical"
    WRITE_CLINICAL = "write_clinical"
    WORK_FOLLOW_UPS = "work_follow_ups"
    MANAGE_USERS = "manage_users"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_PRICES = "manage_prices"
    READ_ACCESS_RECORD = "read_access_record"


class Role(StrEnum):
    #: Runs the clinic's installation; in a small clinic also its coordinator.
    ADMIN = "admin"
    COORDINATOR = "coordinator"
    CLINICIAN = "clinician"
    #: Keeps the price list, and sees what patients will owe.
    BILLER = "biller"
    #: Sees who looked at what, and no patient.
    AUDITOR = "auditor"
    FRONT_DESK = "front_desk"
    #: A program with an API token.
    SERVICE = "service"


#: The least each role needs for its work (45 CFR 164.502(b), minimum necessary).
PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.ADMIN: frozenset(Permission),
        Role.COORDINATOR: frozenset(
            {
                Permission.SUBMIT,
                Permission.READ_PATIENTS,
                Permission.READ_NOTES,
                Permission.WRITE_NOTES,
                Permission.READ_CLINICAL,
                Permission.WRITE_CLINICAL,
                Permission.WORK_FOLLOW_UPS,
            }
        ),
        Role.CLINICIAN: frozenset(
            {
                Permission.SUBMIT,
                Permission.READ_PATIENTS,
                Permission.READ_NOTES,
                Permission.WRITE_NOTES,
                Permission.READ_CLINICAL,
                Permission.WRITE_CLINICAL,
            }
        ),
        Role.BILLER: frozenset({Permission.READ_PATIENTS, Permission.MANAGE_PRICES}),
        Role.AUDITOR: frozenset({Permission.READ_ACCESS_RECORD}),
        Role.FRONT_DESK: frozenset({Permission.SUBMIT, Permission.READ_PATIENTS}),
        Role.SERVICE: frozenset({Permission.SUBMIT, Permission.READ_PATIENTS}),
    }
)


def allowed(role: Role | str, permission: Permission) -> bool:
    """Whether the role has the permission; a role we do not know has none."""
    try:
        return permission in PERMISSIONS[Role(role)]
    except ValueError:
        return False
