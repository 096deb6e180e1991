"""Several findings of one rule for a treatment: each thing that does not fit an authorization is one."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("findings_verification_id_rule_service_line_key"), "findings", type_="unique")
