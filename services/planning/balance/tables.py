"""Tables of the sales plan. Must not know what a row means."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData()

issue_counter = sa.Table(
    "issue_counter",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)
sales_plan = sa.Table(
    "sales_plan",
    metadata,
    sa.Column("sales_plan_id", sa.Uuid, primary_key=True),
    sa.Column("first_month", sa.Text, nullable=False),
    sa.Column("months", sa.Integer, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("version", sa.Integer),
    sa.Column("row_version", sa.Integer, nullable=False),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("made_by", sa.Uuid, nullable=False),
    sa.Column("policy_version", sa.Integer, nullable=False),
    sa.Column("missing", JSONB, nullable=False),
    sa.Column("sources", JSONB, nullable=False),
    sa.Column("issued_at", sa.DateTime(timezone=True)),
    sa.Column("issued_by", sa.Uuid),
)
sales_plan_line = sa.Table(
    "sales_plan_line",
    metadata,
    sa.Column("line_id", sa.Uuid, primary_key=True),
    sa.Column("sales_plan_id", sa.Uuid, nullable=False),
    sa.Column("unit_id", sa.Uuid, nullable=False),
    sa.Column("product_code", sa.Text, nullable=False),
    sa.Column("month", sa.Text, nullable=False),
    sa.Column("signed", sa.Numeric, nullable=False),
    sa.Column("open_firm", sa.Numeric, nullable=False),
    sa.Column("forecast", sa.Numeric, nullable=False),
    sa.Column("open_forecast", sa.Numeric, nullable=False),
    sa.Column("quantity", sa.Numeric, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("proposed", sa.Numeric, nullable=False),
    sa.Column("proposed_reason", sa.Text, nullable=False),
    sa.Column("late_firm", sa.Numeric, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)
sales_plan_change = sa.Table(
    "sales_plan_change",
    metadata,
    sa.Column("line_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("quantity", sa.Numeric, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("changed_by", sa.Uuid, nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
)
