"""The first tables of customers: organisation, archive, doubles, tiers and their evidence, policies."""

from alembic import op

from shared import schema

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ORGANISATION = """
CREATE TABLE department (
    department_id uuid PRIMARY KEY,
    code text NOT NULL CONSTRAINT department_code UNIQUE,
    name text NOT NULL,
    kind text NOT NULL,
    active boolean NOT NULL,
    version integer NOT NULL
);

CREATE TABLE person (
    person_id uuid PRIMARY KEY,
    staff_no text NOT NULL CONSTRAINT person_staff_no UNIQUE,
    name text NOT NULL,
    department_id uuid NOT NULL REFERENCES department,
    roles text[] NOT NULL,
    account text NOT NULL CONSTRAINT person_account UNIQUE,
    active boolean NOT NULL,
    version integer NOT NULL
);
CREATE INDEX person_department ON person (department_id);
"""

ARCHIVE = """
CREATE SEQUENCE customer_code_seq;

CREATE TABLE customer (
    customer_id uuid PRIMARY KEY,
    code text NOT NULL CONSTRAINT customer_code UNIQUE,
    credit_code text,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('company', 'sole-trader')),
    unit_id uuid NOT NULL REFERENCES department,
    tier text NOT NULL CHECK (tier IN ('strategic', 'key', 'general', 'reserve')),
    first_tier text NOT NULL CHECK (first_tier IN ('strategic', 'key', 'general', 'reserve')),
    region text NOT NULL,
    address text NOT NULL,
    registered_at timestamptz NOT NULL,
    registered_by uuid NOT NULL,
    reviewed_at timestamptz NOT NULL,
    merged_into uuid REFERENCES customer CHECK (merged_into <> customer_id),
    version integer NOT NULL,
    CHECK ((kind = 'company') = (credit_code IS NOT NULL))
);
-- A double keeps the credit code it had; only the living are unique by it.
CREATE UNIQUE INDEX customer_credit_code ON customer (credit_code) WHERE merged_into IS NULL;
CREATE INDEX customer_unit ON customer (unit_id, code);
CREATE INDEX customer_doubles ON customer (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX customer_reviewed ON customer (reviewed_at) WHERE merged_into IS NULL;

CREATE TABLE contact (
    contact_id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customer,
    name text NOT NULL,
    position text NOT NULL,
    phone text NOT NULL,
    is_primary boolean NOT NULL,
    CONSTRAINT contact_name UNIQUE (customer_id, name)
);
CREATE UNIQUE INDEX contact_primary ON contact (customer_id) WHERE is_primary;

CREATE TABLE customer_merge (
    double_id uuid PRIMARY KEY REFERENCES customer,
    into_id uuid NOT NULL REFERENCES customer,
    reason text NOT NULL,
    merged_by uuid NOT NULL,
    merged_at timestamptz NOT NULL
);
"""

TIERS = """
CREATE TABLE tier_change (
    change_id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customer,
    old_tier text NOT NULL,
    new_tier text NOT NULL,
    reason text NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'applied', 'refused')),
    evidence jsonb NOT NULL,
    proposed_by uuid NOT NULL,
    proposed_at timestamptz NOT NULL,
    decided_by uuid,
    decided_at timestamptz,
    remark text NOT NULL,
    version integer NOT NULL,
    CHECK ((status = 'pending') = (decided_at IS NULL)),
    CHECK (
        status <> 'applied' OR decided_by <> proposed_by OR 'strategic' NOT IN (old_tier, new_tier)
    )
);
CREATE UNIQUE INDEX tier_change_pending ON tier_change (customer_id) WHERE status = 'pending';
CREATE INDEX tier_change_customer ON tier_change (customer_id, proposed_at);

-- The history of tiers is kept for ever (C1): a decided change is neither altered nor deleted.
CREATE FUNCTION tier_change_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a decided change of tier stays as it is' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER tier_change_stays BEFORE UPDATE OR DELETE ON tier_change
    FOR EACH ROW WHEN (OLD.status <> 'pending') EXECUTE FUNCTION tier_change_stays();

-- Signed volume by the customer that the contract names; doubles are summed when shown.
CREATE TABLE volume (
    customer_id uuid NOT NULL REFERENCES customer,
    year integer NOT NULL,
    signed numeric(18, 2) NOT NULL,
    PRIMARY KEY (customer_id, year)
) WITH (fillfactor = 80);
"""

POLICIES = """
CREATE TABLE policy (
    policy text PRIMARY KEY,
    announced boolean NOT NULL DEFAULT false
);

CREATE TABLE policy_version (
    policy text NOT NULL REFERENCES policy,
    version integer NOT NULL,
    effective_from date NOT NULL,
    values jsonb NOT NULL,
    set_by uuid,
    set_at timestamptz NOT NULL,
    PRIMARY KEY (policy, version)
);

-- A version is never changed: who decided by it can always show it (C12).
CREATE FUNCTION policy_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a version of a policy stays as it is' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER policy_version_stays BEFORE UPDATE OR DELETE ON policy_version
    FOR EACH ROW EXECUTE FUNCTION policy_version_stays();

INSERT INTO policy (policy) VALUES ('approval'), ('demand-plan'), ('tier-weights'), ('tiers'), ('archive');
INSERT INTO policy_version (policy, version, effective_from, values, set_at) VALUES
    ('approval', 1, '2000-01-01', '{"limit": "4000.00", "approver_roles": "unit-head,market"}', now()),
    ('demand-plan', 1, '2000-01-01', '{"due_day": "20"}', now()),
    ('tier-weights', 1, '2000-01-01', '{"strategic": "8", "key": "4", "general": "2", "reserve": "1"}', now()),
    ('tiers', 1, '2000-01-01', '{"key_from": "1000000.00", "strategic_from": "10000000.00"}', now()),
    ('archive', 1, '2000-01-01', '{"stale_after_days": "180"}', now());
"""


def upgrade() -> None:
    """Make the street's tables and ours."""
    schema.create_street(op)
    op.execute(ORGANISATION)
    op.execute(ARCHIVE)
    op.execute(TIERS)
    op.execute(POLICIES)


def downgrade() -> None:
    """There is nothing before the first version."""
    raise NotImplementedError("drop the database instead")
