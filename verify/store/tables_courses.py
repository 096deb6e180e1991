"""The table of planned courses: one row each time somebody planned one; none is ever changed."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from verify.store.tables import metadata

courses = Table(
    "courses",
    metadata,
    Column("id", Text, primary_key=True),
    Column("practice_id", Text, ForeignKey("practices.id"), nullable=False, index=True),
    Column("patient_id", Text, ForeignKey("patients.id"), nullable=False, index=True),
    Column("coverage_id", Text, ForeignKey("coverages.id"), nullable=False),
    Column("verification_id", Text, ForeignKey("verifications.id"), nullable=False),
    #: A key of the catalogue.
    Column("service_line", Text, nullable=False),
    #: From 1, for each verification and line.
    Column("version", Integer, nullable=False),
    #: verify.courses.CoursePlan: days and codes, nothing that names a person.
    Column("document", JSONB, nullable=False),
    #: A user id.
    Column("edited_by", Text, nullable=False),
    Column("edited_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("verification_id", "service_line", "version"),
    CheckConstraint("version >= 1", name="version"),
)
