"""Master data's tables, as the migrations made them. Must not know what a row means."""

import sqlalchemy as sa

metadata = sa.MetaData()

product = sa.Table(
    "product",
    metadata,
    sa.Column("product_id", sa.Uuid, primary_key=True),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("unit_of_measure", sa.Text, nullable=False),
    sa.Column("stock", sa.Numeric(18, 3), nullable=False),
    sa.Column("holding", sa.Numeric(18, 4), nullable=False),
    sa.Column("min_lot", sa.Numeric(18, 3), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
)
production_line = sa.Table(
    "production_line",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("weekly_hours", sa.Numeric(12, 2), nullable=False),
)
routing = sa.Table(
    "routing",
    metadata,
    sa.Column("product_code", sa.Text, primary_key=True),
    sa.Column("line_code", sa.Text, primary_key=True),
    sa.Column("hours_per_unit", sa.Numeric(18, 6), nullable=False),
    sa.Column("setup_hours", sa.Numeric(18, 6), nullable=False),
)
material = sa.Table(
    "material",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("unit_of_measure", sa.Text, nullable=False),
    sa.Column("stock", sa.Numeric(18, 3), nullable=False),
    sa.Column("stock_on", sa.Date, nullable=False),
)
bill = sa.Table(
    "bill",
    metadata,
    sa.Column("product_code", sa.Text, primary_key=True),
    sa.Column("material_code", sa.Text, primary_key=True),
    sa.Column("per_unit", sa.Numeric(18, 6), nullable=False),
)
receipt = sa.Table(
    "receipt",
    metadata,
    sa.Column("number", sa.Text, primary_key=True),
    sa.Column("material_code", sa.Text, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("quantity", sa.Numeric(18, 3), nullable=False),
)
