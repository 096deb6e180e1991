"""Every role and permission, one by one."""

import itertools

import pytest

from verify.security.roles import PERMISSIONS, Permission, Role, allowed

#: Written out a second time on purpose: a change to the table has to be meant twice.
#: Columns: submit, patients, notes, write notes, follow-ups, users, accounts, access record, prices,
#: read the evidence sheet, write it.
EXPECTED = {
    "admin": "yes yes yes yes yes yes yes yes yes yes yes",
    "coordinator": "yes yes yes yes yes no no no no yes yes",
    "clinician": "yes yes yes yes no no no no no yes yes",
    "auditor": "no no no no no no no yes no no no",
    "biller": "no yes no no no no no no yes no no",
    "front_desk": "yes yes no no no no no no no no no",
    "service": "yes yes no no no no no no no no no",
}
COLUMNS = (
    "submit",
    "read_patients",
    "read_notes",
    "write_notes",
    "work_follow_ups",
    "manage_users",
    "manage_accounts",
    "read_access_record",
    "manage_prices",
    "read_clinical",
    "write_clinical",
)


def test_the_expectation_covers_every_role_and_permission() -> None:
    assert set(EXPECTED) == set(Role) == set(PERMISSIONS)
    assert set(COLUMNS) == set(Permission)


@pytest.mark.parametrize(("role", "permission"), list(itertools.product(Role, Permission)))
def test_a_role_may_do_what_its_work_needs_and_nothing_else(role: Role, permission: Permission) -> None:
    expected = EXPECTED[role].split()[COLUMNS.index(permission)]
    assert allowed(role, permission) == (expected == "yes")
    assert allowed(str(role), permission) == (expected == "yes")


@pytest.mark.parametrize("role", ["", "Admin", "root", "admin "])
@pytest.mark.parametrize("permission", list(Permission))
def test_a_role_nobody_knows_may_do_nothing(role: str, permission: Permission) -> None:
    assert not allowed(role, permission)


def test_the_table_cannot_be_changed_while_running() -> None:
    with pytest.raises(TypeError):
        PERMISSIONS[Role.AUDITOR] = frozenset(Permission)  # type: ignore[index]
