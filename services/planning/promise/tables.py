"""The table of the last promise per contract line."""

import sqlalchemy as sa

metadata = sa.MetaData()

promise = sa.Table(
    "promise",
    metadata,
    sa.Column("line_id", sa.Uuid, primary_key=True),
    sa.Column("line_version", sa.Integer, nullable=False),
    sa.Column("plan_id", sa.Uuid, nullable=False),
    sa.Column("plan_version", sa.Integer, nullable=False),
    sa.Column("promised_on", sa.Date),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
)
