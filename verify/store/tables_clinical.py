"""The tables of evidence sheets and authorizations: sealed, versioned, added to and never overwritten."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from verify.store.tables import created_at, metadata

#: One row a saving; the highest version is the sheet. Append-only.
evidence_sheets = Table(
    "evidence_sheets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("practice_id", Text, ForeignKey("practices.id"), nullable=False, index=True),
    Column("patient_id", Text, ForeignKey("patients.id"), nullable=False),
    #: From 1, without gaps: two people who save at once cannot both have the next one.
    Column("version", Integer, nullable=False),
    #: JSON of verify.policies.EvidenceSheet.
    Column("sheet_sealed", LargeBinary, nullable=False),
    #: A user id.
    Column("recorded_by", Text, nullable=False),
    created_at(),
    UniqueConstraint("patient_id", "version"),
    CheckConstraint("version >= 1", name="version"),
)

#: What a night and a list look for; everything else of an authorization is in its newest version.
authorizations = Table(
    "authorizations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("practice_id", Text, ForeignKey("practices.id"), nullable=False),
    Column("patient_id", Text, ForeignKey("patients.id"), nullable=False, index=True),
    #: The policy it was asked for under; it does not follow the patient to another.
    Column("coverage_id", Text, ForeignKey("coverages.id"), nullable=False, index=True),
    Column("service_line", Text, nullable=False),
    #: verify.authorizations.Status
    Column("status", Text, nullable=False),
    Column("starts_on", Date),
    Column("ends_on", Date),
    #: The newest of its versions.
    Column("version", Integer, nullable=False),
    created_at(),
    Index("authorizations_practice_id_status_idx", "practice_id", "status"),
)

#: One row a saving. Append-only: the history of the authorization.
authorization_versions = Table(
    "authorization_versions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("practice_id", Text, ForeignKey("practices.id"), nullable=False, index=True),
    Column("authorization_id", Text, ForeignKey("authorizations.id"), nullable=False),
    Column("version", Integer, nullable=False),
    #: JSON of verify.authorizations.Authorization: number, diagnosis and all.
    Column("record_sealed", LargeBinary, nullable=False),
    Column("recorded_by", Text, nullable=False),
    created_at(),
    UniqueConstraint("authorization_id", "version"),
    CheckConstraint("version >= 1", name="version"),
)
