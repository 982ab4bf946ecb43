"""First tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NO_CHANGE = "the audit trail is never changed"


def upgrade() -> None:
    op.create_table(
        "look_up_count",
        sa.Column("counted", sa.String(length=40), nullable=False),
        sa.Column("hour", sa.String(length=13), nullable=False),
        sa.Column("look_ups", sa.Integer(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("counted", "hour"),
    )
    op.create_index("ix_look_up_count_hour", "look_up_count", ["hour"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("account_name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("service", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("trf_number", sa.String(length=20), nullable=False),
        sa.Column("centre_number", sa.String(length=5), nullable=False),
        sa.Column("candidate_number", sa.String(length=6), nullable=False),
        sa.Column("test_date", sa.String(length=10), nullable=False),
        sa.Column("module", sa.String(length=1), nullable=False),
        sa.Column("family_name", sa.String(length=50), nullable=False),
        sa.Column("first_name", sa.String(length=50), nullable=False),
        sa.Column("date_of_birth", sa.String(length=10), nullable=False),
        sa.Column("gender", sa.String(length=1), nullable=False),
        sa.Column("listening", sa.SmallInteger(), nullable=True),
        sa.Column("reading", sa.SmallInteger(), nullable=True),
        sa.Column("writing", sa.SmallInteger(), nullable=True),
        sa.Column("speaking", sa.SmallInteger(), nullable=True),
        sa.Column("overall", sa.SmallInteger(), nullable=True),
        sa.Column("telephone", sa.String(length=20), nullable=False),
        sa.Column("address_line_1", sa.String(length=100), nullable=False),
        sa.Column("address_line_2", sa.String(length=100), nullable=False),
        sa.Column("address_line_3", sa.String(length=100), nullable=False),
        sa.Column("address_line_4", sa.String(length=100), nullable=False),
        sa.Column("town", sa.String(length=100), nullable=False),
        sa.Column("region", sa.String(length=100), nullable=False),
        sa.Column("postcode", sa.String(length=20), nullable=False),
        sa.Column("country", sa.String(length=200), nullable=False),
        sa.Column("country_code", sa.String(length=3), nullable=False),
        sa.Column("candidate_email", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("last_modified", sa.String(length=19), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("trf_number"),
    )
    op.create_table(
        "arrival",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_arrival_organisation_id", "arrival", ["organisation_id"], unique=False
    )
    op.create_index("ix_arrival_arrived_at", "arrival", ["arrived_at"], unique=False)

    op.create_table(
        "photo",
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["result_id"], ["result.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("result_id"),
    )
    op.create_table(
        "sitting",
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("test_date", sa.String(length=10), nullable=False),
        sa.Column("date_of_birth", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["result_id"], ["result.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("result_id"),
    )
    op.create_index("ix_sitting", "sitting", ["test_date", "date_of_birth"])
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=50), nullable=False),
        sa.Column("family_name", sa.String(length=50), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_staff_email",
        "staff",
        ["email"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index(
        "ix_staff_organisation_id", "staff", ["organisation_id"], unique=False
    )
    op.create_index(
        "ix_staff_primary",
        "staff",
        ["organisation_id"],
        unique=True,
        sqlite_where=sa.text("is_primary AND removed_at IS NULL"),
        postgresql_where=sa.text("is_primary AND removed_at IS NULL"),
    )

    op.create_table(
        "template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=300), nullable=False),
        sa.Column("format", sa.String(length=4), nullable=False),
        sa.Column("date_format", sa.String(length=10), nullable=False),
        sa.Column("fields", sa.String(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("spreadsheet_safe", sa.Boolean(), nullable=False),
        sa.Column("byte_order_mark", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_template_default",
        "template",
        ["organisation_id"],
        unique=True,
        sqlite_where=sa.text("is_default"),
        postgresql_where=sa.text("is_default"),
    )
    op.create_index(
        "ix_template_name", "template", ["organisation_id", "name_key"], unique=True
    )

    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("user_name", sa.String(length=254), nullable=False),
        sa.Column("surface", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("details", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_audit_organisation", "audit_event", ["organisation_id", "at"], unique=False
    )

    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("arrival_id", sa.Integer(), nullable=True),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("old", sa.String(), nullable=False),
        sa.Column("new", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["arrival_id"], ["arrival.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["result_id"], ["result.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_change_result", "change", ["result_id", "changed_at"], unique=False
    )

    op.create_table(
        "download",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("user_name", sa.String(length=254), nullable=False),
        sa.Column("downloaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=4), nullable=False),
        sa.Column("template_name", sa.String(length=100), nullable=False),
        sa.Column("date_format", sa.String(length=10), nullable=False),
        sa.Column("fields", sa.String(), nullable=False),
        sa.Column("spreadsheet_safe", sa.Boolean(), nullable=False),
        sa.Column("byte_order_mark", sa.Boolean(), nullable=False),
        sa.Column("last_change_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_download_organisation",
        "download",
        ["organisation_id", "downloaded_at"],
        unique=False,
    )

    op.create_table(
        "enquiry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("trf_number", sa.String(length=20), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_enquiry_organisation_id", "enquiry", ["organisation_id"], unique=False
    )

    op.create_table(
        "preference",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("notifications_on", sa.Boolean(), nullable=False),
        sa.Column("frequency", sa.String(length=10), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("pending_address", sa.String(length=254), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("mail_on", sa.Boolean(), nullable=False),
        sa.Column("slack_on", sa.Boolean(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("set_time", sa.String(length=5), nullable=False),
        sa.Column("set_day", sa.String(length=9), nullable=False),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_arrival_id", sa.Integer(), nullable=False),
        sa.Column("picture_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("marks_downloaded", sa.Boolean(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=True),
        sa.Column("start_page", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.ForeignKeyConstraint(["template_id"], ["template.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_index(
        "ix_preference_next_due_at", "preference", ["next_due_at"], unique=False
    )
    op.create_index(
        "ix_preference_picture_due_at", "preference", ["picture_due_at"], unique=False
    )

    op.create_table(
        "verification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("surface", sa.String(length=10), nullable=False),
        sa.Column("looked_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trf_number", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=True),
        sa.Column("compared", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(["result_id"], ["result.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_verification_organisation",
        "verification",
        ["organisation_id", "looked_up_at"],
        unique=False,
    )
    op.create_index(
        "ix_verification_result", "verification", ["result_id"], unique=False
    )

    op.create_table(
        "watch",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("trf_number", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("user_id", "trf_number"),
    )
    op.create_index("ix_watch_trf_number", "watch", ["trf_number"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("arrival_id", sa.Integer(), nullable=True),
        sa.Column("download_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["download_id"],
            ["download.id"],
        ),
        sa.PrimaryKeyConstraint("result_id", "organisation_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_delivery_download",
        "delivery",
        ["download_id", "result_id"],
        unique=False,
        sqlite_where=sa.text("download_id IS NOT NULL"),
        postgresql_where=sa.text("download_id IS NOT NULL"),
    )
    op.create_index(
        "ix_delivery_new",
        "delivery",
        ["organisation_id", "result_id"],
        unique=False,
        sqlite_where=sa.text("download_id IS NULL"),
        postgresql_where=sa.text("download_id IS NULL"),
    )

    op.create_table(
        "enquiry_copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enquiry_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["enquiry_id"], ["enquiry.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_enquiry_copy_enquiry_id", "enquiry_copy", ["enquiry_id"], unique=False
    )

    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER audit_event_no_change BEFORE UPDATE ON audit_event "
            f"BEGIN SELECT RAISE(ABORT, '{NO_CHANGE}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION audit_event_no_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{NO_CHANGE}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_event_no_change BEFORE UPDATE ON audit_event "
        "FOR EACH ROW EXECUTE FUNCTION audit_event_no_change()"
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: going back would drop data")
