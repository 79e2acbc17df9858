"""The tables of ${message}."""

import sqlalchemy as sa
from alembic import op

from storage import types
from storage.migrations import triggers

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
    triggers.create(op.get_bind())


def downgrade() -> None:
    raise RuntimeError("there is no way back to a database without these tables")
