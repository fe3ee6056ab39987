"""The complaint's tables: its present state, its measures and appeals of all rounds, its history."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

metadata = sa.MetaData()
INSTANT = sa.DateTime(timezone=True)
ID = UUID(as_uuid=True)

numbers = sa.Sequence("complaint_number", metadata=metadata)

complaint = sa.Table(
    "complaint",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("customer_id", ID, nullable=False),
    sa.Column("unit_id", ID, nullable=False),
    sa.Column("line_id", ID),
    sa.Column("batch_number", sa.Text),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("reported_on", sa.Date, nullable=False),
    sa.Column("first_contact_id", ID, nullable=False),
    sa.Column("received_at", INSTANT, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("escalated_at", INSTANT),
    sa.Column("accepted_by", ID),
    sa.Column("accepted_at", INSTANT),
    sa.Column("contained_at", INSTANT),
    sa.Column("cause_category", sa.Text),
    sa.Column("responsible_department_id", ID),
    sa.Column("responsible_instance", sa.Text),
    sa.Column("responsible_at", INSTANT),
    sa.Column("proved_at", INSTANT),
    sa.Column("told_at", INSTANT),
    sa.Column("closed_at", INSTANT),
)

measure = sa.Table(
    "measure",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("complaint_id", ID, sa.ForeignKey("complaint.id"), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("department_id", ID, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("carried_out_by", ID),
    sa.Column("carried_out_at", INSTANT),
    sa.Column("evidence", sa.Text),
    sa.Column("effective", sa.Boolean),
)

appeal = sa.Table(
    "appeal",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("complaint_id", ID, sa.ForeignKey("complaint.id"), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("department_id", ID, nullable=False),
    sa.Column("to_instance", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("filed_by", ID, nullable=False),
    sa.Column("filed_at", INSTANT, nullable=False),
    sa.Column("outcome", sa.Text),
    sa.Column("decided_by", ID),
    sa.Column("decided_at", INSTANT),
    sa.Column("decision", sa.Text),
)

step = sa.Table(
    "step",
    metadata,
    sa.Column("complaint_id", ID, sa.ForeignKey("complaint.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("from_status", sa.Text),
    sa.Column("to_status", sa.Text, nullable=False),
    sa.Column("person_id", ID, nullable=False),
    sa.Column("department_id", ID),
    sa.Column("at", INSTANT, nullable=False),
    sa.Column("detail", JSONB, nullable=False),
)
