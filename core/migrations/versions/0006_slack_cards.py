"""Which message in Slack showed what to whom, and in which language a channel is told"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "slack_card",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("lane", sa.String(length=255), nullable=False),
        sa.Column("message", sa.String(length=32), nullable=False),
        sa.Column("trf_number", sa.String(length=20), nullable=True),
        sa.Column("download_id", sa.Integer(), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["staff.id"]),
        sa.ForeignKeyConstraint(["download_id"], ["download.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_slack_card_trf_number", "slack_card", ["trf_number"])
    op.create_index("ix_slack_card_download_id", "slack_card", ["download_id"])
    language = sa.Column("language", sa.String(length=5), nullable=False, server_default="en-GB")
    op.add_column("slack_channel", language)


def downgrade() -> None:
    op.drop_column("slack_channel", "language")
    op.drop_table("slack_card")
