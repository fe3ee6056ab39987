"""Tables of the production plan. Must not know what a row means; the queue's own tables are procrastinate's."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData()

production_plan = sa.Table(
    "production_plan",
    metadata,
    sa.Column("plan_id", sa.Uuid, primary_key=True),
    sa.Column("sales_plan_id", sa.Uuid, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("version", sa.Integer),
    sa.Column("row_version", sa.Integer, nullable=False),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("made_by", sa.Uuid, nullable=False),
    sa.Column("first_week", sa.Date, nullable=False),
    sa.Column("weeks", sa.Integer, nullable=False),
    sa.Column("seconds", sa.Double, nullable=False),
    sa.Column("gap", sa.Double, nullable=False),
    sa.Column("policy_version", sa.Integer, nullable=False),
    sa.Column("problem", sa.Text, nullable=False),
    sa.Column("job_id", sa.BigInteger),
    sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
    sa.Column("progress", JSONB),
    sa.Column("failure", sa.Text),
    sa.Column("refusals", JSONB),
    sa.Column("fingerprint", sa.Text),
    sa.Column("result_status", sa.Text),
    sa.Column("ended_by", sa.Text),
    sa.Column("objective", sa.Numeric),
    sa.Column("bound", sa.Numeric),
    sa.Column("proved_gap", sa.Double),
    sa.Column("costs", JSONB),
    sa.Column("statistics", JSONB),
    sa.Column("started_at", sa.DateTime(timezone=True)),
    sa.Column("solved_at", sa.DateTime(timezone=True)),
    sa.Column("issued_at", sa.DateTime(timezone=True)),
    sa.Column("issued_by", sa.Uuid),
)
production_firm = sa.Table(
    "production_firm",
    metadata,
    sa.Column("plan_id", sa.Uuid, primary_key=True),
    sa.Column("line_id", sa.Uuid, primary_key=True),
    sa.Column("line_version", sa.Integer, nullable=False),
    sa.Column("unit_id", sa.Uuid, nullable=False),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("product_code", sa.Text, nullable=False),
    sa.Column("quantity", sa.Numeric, nullable=False),
    sa.Column("requested_on", sa.Date, nullable=False),
    sa.Column("weight", sa.Numeric, nullable=False),
    sa.Column("left_out", sa.Text, nullable=False),
)
production_lot = sa.Table(
    "production_lot",
    metadata,
    sa.Column("plan_id", sa.Uuid, primary_key=True),
    sa.Column("product_code", sa.Text, primary_key=True),
    sa.Column("line_code", sa.Text, primary_key=True),
    sa.Column("week", sa.Integer, primary_key=True),
    sa.Column("quantity", sa.Numeric, nullable=False),
)
production_delivery = sa.Table(
    "production_delivery",
    metadata,
    sa.Column("plan_id", sa.Uuid, primary_key=True),
    sa.Column("demand", sa.Text, primary_key=True),
    sa.Column("week", sa.Integer, primary_key=True),
    sa.Column("quantity", sa.Numeric, nullable=False),
)
production_outcome = sa.Table(
    "production_outcome",
    metadata,
    sa.Column("plan_id", sa.Uuid, primary_key=True),
    sa.Column("demand", sa.Text, primary_key=True),
    sa.Column("delivered", sa.Numeric, nullable=False),
    sa.Column("late", sa.Numeric, nullable=False),
    sa.Column("short", sa.Numeric, nullable=False),
    sa.Column("completed", sa.Integer),
    sa.Column("cause", sa.Text, nullable=False),
)
production_stock = sa.Table(
    "production_stock",
    metadata,
    sa.Column("plan_id", sa.Uuid, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("item", sa.Text, primary_key=True),
    sa.Column("week", sa.Integer, primary_key=True),
    sa.Column("quantity", sa.Numeric, nullable=False),
)
