"""Tables of demand: copies of contract lines, customers, departments and policy; the units' plans and revisions."""

import sqlalchemy as sa

from shared import policy

metadata = sa.MetaData()


def _copied() -> tuple[sa.Column[str], sa.Column[bool]]:
    return (
        sa.Column("sequence", sa.Text, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False, server_default=sa.false()),
    )


firm_line = sa.Table(
    "firm_line",
    metadata,
    sa.Column("line_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("agreement_id", sa.Uuid, nullable=False),
    sa.Column("agreement_number", sa.Text, nullable=False),
    sa.Column("line_no", sa.Integer, nullable=False),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("unit_id", sa.Uuid, nullable=False),
    sa.Column("product_code", sa.Text, nullable=False),
    sa.Column("quantity", sa.Numeric, nullable=False),
    sa.Column("unit_of_measure", sa.Text, nullable=False),
    sa.Column("requested_on", sa.Date, nullable=False),
    sa.Column("shipped", sa.Numeric, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("promised_on", sa.Date),
    *_copied(),
)
customer_copy = sa.Table(
    "customer_copy",
    metadata,
    sa.Column("customer_id", sa.Uuid, primary_key=True),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("unit_id", sa.Uuid, nullable=False),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("merged_into", sa.Uuid),
    *_copied(),
)
department_copy = sa.Table(
    "department_copy",
    metadata,
    sa.Column("department_id", sa.Uuid, primary_key=True),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    *_copied(),
)
policy_copy = policy.policy_copy(metadata)

demand_plan = sa.Table(
    "demand_plan",
    metadata,
    sa.Column("demand_plan_id", sa.Uuid, primary_key=True),
    sa.Column("unit_id", sa.Uuid, nullable=False),
    sa.Column("month", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("changed", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)
demand_plan_line = sa.Table(
    "demand_plan_line",
    metadata,
    sa.Column("demand_plan_id", sa.Uuid, primary_key=True),
    sa.Column("product_code", sa.Text, primary_key=True),
    sa.Column("quantity", sa.Numeric(18, 3), nullable=False),
)
demand_revision = sa.Table(
    "demand_revision",
    metadata,
    sa.Column("demand_plan_id", sa.Uuid, primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("submitted_by", sa.Uuid, nullable=False),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("late", sa.Boolean, nullable=False),
    sa.Column("policy_version", sa.Integer, nullable=False),
)
demand_revision_line = sa.Table(
    "demand_revision_line",
    metadata,
    sa.Column("demand_plan_id", sa.Uuid, primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("product_code", sa.Text, primary_key=True),
    sa.Column("quantity", sa.Numeric(18, 3), nullable=False),
)
