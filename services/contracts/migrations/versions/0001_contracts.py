"""The street, the copies, contracts and amendments with their lines, K1's ledger, shipments and dates."""

from alembic import op

from shared import policy, schema

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

COPIES = """
CREATE TABLE customer_copy (
    customer_id uuid PRIMARY KEY,
    code text NOT NULL,
    name text NOT NULL,
    unit_id uuid NOT NULL,
    tier text NOT NULL,
    kind text NOT NULL,
    merged_into uuid,
    sequence text NOT NULL,
    deleted boolean NOT NULL DEFAULT false
);
CREATE INDEX customer_copy_code ON customer_copy (code);

CREATE TABLE department_copy (
    department_id uuid PRIMARY KEY,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    active boolean NOT NULL,
    sequence text NOT NULL,
    deleted boolean NOT NULL DEFAULT false
);

CREATE TABLE product_copy (
    product_id uuid PRIMARY KEY,
    code text NOT NULL,
    name text NOT NULL,
    unit_of_measure text NOT NULL,
    active boolean NOT NULL,
    sequence text NOT NULL,
    deleted boolean NOT NULL DEFAULT false
);
CREATE INDEX product_copy_code ON product_copy (code);
"""

AGREEMENT = """
CREATE TABLE agreement (
    agreement_id uuid PRIMARY KEY,
    number text NOT NULL UNIQUE,
    customer_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    status text NOT NULL
        CHECK (status IN ('draft', 'submitted', 'approved', 'signed', 'refused', 'withdrawn', 'cancelled')),
    version integer NOT NULL,
    amount numeric(18, 2) NOT NULL CHECK (amount >= 0),
    currency text NOT NULL DEFAULT 'CNY',
    drafted_by uuid NOT NULL,
    drafted_at timestamptz NOT NULL,
    authors uuid[] NOT NULL,
    submitted_by uuid,
    submitted_at timestamptz,
    year integer,
    cumulative numeric(20, 2),
    approval_needed boolean,
    policy_version integer,
    approved_by uuid,
    approved_at timestamptz,
    remark text NOT NULL,
    signed_on date,
    signed_amounts jsonb NOT NULL,
    reason text NOT NULL,
    CHECK ((submitted_by IS NULL) = (year IS NULL)),
    -- nobody signs what needs approval without it, nor approves an own contract (K1), whatever the code says
    CHECK (status <> 'signed' OR NOT approval_needed OR approved_by IS NOT NULL),
    CHECK (approved_by IS NULL OR (approved_by <> ALL (authors) AND approved_by <> submitted_by))
) WITH (fillfactor = 90);
CREATE INDEX agreement_unit ON agreement (unit_id, drafted_at);
CREATE INDEX agreement_customer ON agreement (customer_id, year);
CREATE INDEX agreement_waiting ON agreement (customer_id, year) WHERE status = 'submitted' AND NOT approval_needed;

CREATE TABLE amendment (
    amendment_id uuid PRIMARY KEY,
    agreement_id uuid NOT NULL REFERENCES agreement,
    agreement_number text NOT NULL,
    customer_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('submitted', 'approved', 'refused', 'withdrawn', 'applied')),
    version integer NOT NULL,
    wanted jsonb NOT NULL,
    change numeric(18, 2) NOT NULL,
    submitted_by uuid NOT NULL,
    submitted_at timestamptz NOT NULL,
    year integer NOT NULL,
    cumulative numeric(20, 2) NOT NULL,
    approval_needed boolean NOT NULL,
    policy_version integer NOT NULL,
    approved_by uuid,
    approved_at timestamptz,
    remark text NOT NULL,
    reason text NOT NULL,
    CHECK (status <> 'applied' OR NOT approval_needed OR approved_by IS NOT NULL),
    CHECK (approved_by IS NULL OR approved_by <> submitted_by)
);
CREATE INDEX amendment_agreement ON amendment (agreement_id);
CREATE UNIQUE INDEX amendment_open ON amendment (agreement_id) WHERE status IN ('submitted', 'approved');
CREATE INDEX amendment_waiting ON amendment (customer_id, year) WHERE status = 'submitted' AND NOT approval_needed;

CREATE TABLE approval_decision (
    decision_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agreement_id uuid NOT NULL REFERENCES agreement,
    amendment_id uuid REFERENCES amendment,
    decision text NOT NULL CHECK (decision IN ('approved', 'refused')),
    by uuid NOT NULL,
    at timestamptz NOT NULL,
    remark text NOT NULL,
    year integer NOT NULL,
    total numeric(20, 2) NOT NULL,
    policy_version integer NOT NULL
);
CREATE INDEX approval_decision_agreement ON approval_decision (agreement_id);
"""

EXPOSURE = """
-- K1 is serialised here: one row a (root customer, calendar year), locked by every submission and signature.
CREATE TABLE exposure (
    root_id uuid NOT NULL,
    year integer NOT NULL,
    total numeric(20, 2) NOT NULL CHECK (total >= 0),
    PRIMARY KEY (root_id, year)
) WITH (fillfactor = 80);

-- Who counts as whom: locked shared by submissions, exclusively by a merge.
CREATE TABLE exposure_member (
    customer_id uuid PRIMARY KEY,
    root_id uuid NOT NULL
);
CREATE INDEX exposure_member_root ON exposure_member (root_id);

-- Append-only; the sum of a (root, year) is its total.
CREATE TABLE exposure_entry (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    root_id uuid NOT NULL,
    year integer NOT NULL,
    customer_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    agreement_id uuid,
    amendment_id uuid,
    number text NOT NULL,
    amount numeric(18, 2) NOT NULL CHECK (amount <> 0),
    why text NOT NULL,
    at timestamptz NOT NULL,
    by uuid
);
CREATE INDEX exposure_entry_root ON exposure_entry (root_id, year);
CREATE INDEX exposure_entry_agreement ON exposure_entry (agreement_id);

CREATE TABLE opening_balance (
    number text PRIMARY KEY,
    customer_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    year integer NOT NULL,
    signed_on date NOT NULL,
    amount numeric(18, 2) NOT NULL CHECK (amount >= 0),
    imported_by uuid NOT NULL,
    imported_at timestamptz NOT NULL
);
"""

SUPPLY = """
CREATE TABLE line (
    line_id uuid PRIMARY KEY,
    agreement_id uuid NOT NULL REFERENCES agreement,
    agreement_number text NOT NULL,
    customer_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    line_no integer NOT NULL,
    product_code text NOT NULL,
    quantity numeric(12, 3) NOT NULL CHECK (quantity > 0),
    unit_of_measure text NOT NULL,
    unit_price numeric(16, 4) NOT NULL CHECK (unit_price >= 0),
    amount numeric(18, 2) NOT NULL,
    requested_on date NOT NULL,
    status text NOT NULL CHECK (status IN ('draft', 'signed', 'cancelled')),
    version integer NOT NULL,
    shipped numeric(12, 3) NOT NULL CHECK (shipped BETWEEN 0 AND quantity),
    promised_on date,
    plan_version integer NOT NULL,
    published boolean NOT NULL,
    dropped boolean NOT NULL,
    UNIQUE (agreement_id, line_no)
) WITH (fillfactor = 90);
CREATE INDEX line_number ON line (agreement_number, line_no);
CREATE INDEX line_customer ON line (customer_id);
CREATE INDEX line_product ON line (product_code);
CREATE INDEX line_unit ON line (unit_id);

CREATE TABLE shipment (
    shipment_id uuid PRIMARY KEY,
    number text NOT NULL UNIQUE,
    line_id uuid NOT NULL REFERENCES line,
    batch_number text NOT NULL,
    quantity numeric(12, 3) NOT NULL CHECK (quantity > 0),
    shipped_on date NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by uuid NOT NULL
);
CREATE INDEX shipment_line ON shipment (line_id);
CREATE INDEX shipment_batch ON shipment (batch_number);
CREATE INDEX shipment_day ON shipment (shipped_on);

-- Every date that was asked for or promised, for ever: also promises that were fenced off.
CREATE TABLE promise_history (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    line_id uuid NOT NULL,
    at timestamptz NOT NULL,
    line_version integer NOT NULL,
    requested_on date,
    promised_on date,
    plan_id uuid,
    plan_version integer,
    outcome text NOT NULL CHECK (outcome IN ('requested', 'applied', 'superseded-plan', 'superseded-line')),
    cause text NOT NULL
);
CREATE INDEX promise_history_line ON promise_history (line_id);
"""

KEPT = """
CREATE FUNCTION kept_for_ever() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME; END $$;
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON approval_decision FOR EACH ROW EXECUTE FUNCTION kept_for_ever();
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON promise_history FOR EACH ROW EXECUTE FUNCTION kept_for_ever();
-- a merge moves entries to another root; nothing else about them changes
CREATE TRIGGER kept BEFORE DELETE
    OR UPDATE OF year, customer_id, unit_id, agreement_id, amendment_id, number, amount, why, at, by
    ON exposure_entry FOR EACH ROW EXECUTE FUNCTION kept_for_ever();
"""


def upgrade() -> None:
    """Everything that contracts keeps."""
    schema.create_street(op)
    op.execute(COPIES)
    policy.create_policy_copy(op)
    op.execute(AGREEMENT)
    op.execute(EXPOSURE)
    op.execute(SUPPLY)
    op.execute(KEPT)


def downgrade() -> None:
    """There is nothing before the first revision."""
    raise NotImplementedError("the first revision has nothing to go back to")
