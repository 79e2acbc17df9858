"""The whole schema of the first release."""

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
    raise RuntimeError("a first migration has nothing before it")
