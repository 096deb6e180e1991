"""How complete a verification is, and how well it is known, on the worklist."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("verifications", sa.Column("known_percent", sa.SmallInteger(), nullable=True))
    op.add_column("verifications", sa.Column("usable", sa.Boolean(), nullable=True))
    op.add_column("verifications", sa.Column("confidence", sa.Text(), nullable=True))
