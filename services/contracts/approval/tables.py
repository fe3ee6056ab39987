"""Every decision of an approver, for ever."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

metadata = sa.MetaData()

approval_decision = sa.Table(
    "approval_decision",
    metadata,
    sa.Column("decision_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("agreement_id", UUID(as_uuid=True), nullable=False),
    sa.Column("amendment_id", UUID(as_uuid=True)),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("by", UUID(as_uuid=True), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("remark", sa.Text, nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("total", sa.Numeric(20, 2), nullable=False),
    sa.Column("policy_version", sa.Integer, nullable=False),
)
