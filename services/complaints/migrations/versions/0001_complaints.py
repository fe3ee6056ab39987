"""The street, the copies, and the complaint with its measures, appeals and history."""

from alembic import op

from shared import schema

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
    merged_into uuid,
    sequence text NOT NULL,
    deleted boolean NOT NULL DEFAULT false
);
CREATE INDEX customer_copy_code ON customer_copy (code);
CREATE INDEX customer_copy_merged_into ON customer_copy (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE department_copy (
    department_id uuid PRIMARY KEY,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    active boolean NOT NULL,
    sequence text NOT NULL,
    deleted boolean NOT NULL DEFAULT false
);
CREATE INDEX department_copy_code ON department_copy (code);

CREATE TABLE person_copy (
    person_id uuid PRIMARY KEY,
    department_id uuid NOT NULL,
    active boolean NOT NULL,
    sequence text NOT NULL,
    deleted boolean NOT NULL DEFAULT false
);

CREATE TABLE line_copy (
    line_id uuid PRIMARY KEY,
    agreement_number text NOT NULL,
    line_no integer NOT NULL,
    customer_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    product_code text NOT NULL,
    status text NOT NULL,
    sequence text NOT NULL,
    deleted boolean NOT NULL DEFAULT false
);
CREATE INDEX line_copy_agreement ON line_copy (agreement_number, line_no);

CREATE TABLE shipment_copy (
    shipment_id uuid PRIMARY KEY,
    line_id uuid NOT NULL,
    batch_number text NOT NULL,
    shipped_on date NOT NULL,
    sequence text NOT NULL,
    deleted boolean NOT NULL DEFAULT false
);
CREATE INDEX shipment_copy_line ON shipment_copy (line_id);
"""

COMPLAINTS = """
CREATE SEQUENCE complaint_number;

CREATE TABLE complaint (
    id uuid PRIMARY KEY,
    number text NOT NULL UNIQUE,
    customer_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    line_id uuid,
    batch_number text,
    category text NOT NULL CHECK (category IN ('quality', 'delivery', 'service', 'other')),
    description text NOT NULL,
    reported_on date NOT NULL,
    first_contact_id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    status text NOT NULL,
    round integer NOT NULL CHECK (round >= 0),
    version integer NOT NULL CHECK (version >= 1),
    escalated_at timestamptz,
    accepted_by uuid,
    accepted_at timestamptz,
    contained_at timestamptz,
    cause_category text,
    responsible_department_id uuid,
    responsible_instance text CHECK (responsible_instance IN ('quality', 'enterprise-management', 'leadership')),
    responsible_at timestamptz,
    proved_at timestamptz,
    told_at timestamptz,
    closed_at timestamptz,
    CHECK (batch_number IS NULL OR line_id IS NOT NULL),
    CHECK ((responsible_department_id IS NULL) = (responsible_instance IS NULL)),
    CHECK ((responsible_department_id IS NULL) = (responsible_at IS NULL)),
    -- The last guard of Q2: whatever the code believes, a quality complaint is not kept as closed without all of it.
    CONSTRAINT closed_only_with_all_of_it CHECK (
        status <> 'closed'
        OR (closed_at IS NOT NULL AND told_at IS NOT NULL AND (
            category <> 'quality'
            OR (accepted_at IS NOT NULL AND contained_at IS NOT NULL AND cause_category IS NOT NULL
                AND responsible_department_id IS NOT NULL AND proved_at IS NOT NULL)))
    )
) WITH (fillfactor = 85);
CREATE INDEX complaint_unit ON complaint (unit_id, received_at);
CREATE INDEX complaint_customer ON complaint (customer_id);
CREATE INDEX complaint_status ON complaint (status, received_at);
CREATE INDEX complaint_responsible ON complaint (responsible_department_id) WHERE responsible_department_id IS NOT NULL;
CREATE INDEX complaint_first_contact ON complaint (first_contact_id);

CREATE TABLE measure (
    id uuid PRIMARY KEY,
    complaint_id uuid NOT NULL REFERENCES complaint,
    round integer NOT NULL,
    position integer NOT NULL,
    department_id uuid NOT NULL,
    description text NOT NULL,
    due_on date NOT NULL,
    carried_out_by uuid,
    carried_out_at timestamptz,
    evidence text,
    effective boolean,
    UNIQUE (complaint_id, position),
    CHECK (effective IS NULL OR carried_out_at IS NOT NULL)
);
CREATE INDEX measure_department ON measure (department_id);

CREATE TABLE appeal (
    id uuid PRIMARY KEY,
    complaint_id uuid NOT NULL REFERENCES complaint,
    round integer NOT NULL,
    position integer NOT NULL,
    department_id uuid NOT NULL,
    to_instance text NOT NULL CHECK (to_instance IN ('enterprise-management', 'leadership')),
    reason text NOT NULL,
    filed_by uuid NOT NULL,
    filed_at timestamptz NOT NULL,
    outcome text CHECK (outcome IN ('upheld', 'moved')),
    decided_by uuid,
    decided_at timestamptz,
    decision text,
    UNIQUE (complaint_id, position),
    CHECK ((outcome IS NULL) = (decided_at IS NULL))
);
CREATE UNIQUE INDEX appeal_open ON appeal (complaint_id) WHERE outcome IS NULL;
CREATE INDEX appeal_department ON appeal (department_id);

-- The history: one line a step, written once. `version` is the complaint's after the step.
CREATE TABLE step (
    complaint_id uuid NOT NULL REFERENCES complaint,
    version integer NOT NULL,
    action text NOT NULL,
    round integer NOT NULL,
    from_status text,
    to_status text NOT NULL,
    person_id uuid NOT NULL,
    department_id uuid,
    at timestamptz NOT NULL,
    detail jsonb NOT NULL,
    PRIMARY KEY (complaint_id, version)
);
CREATE FUNCTION history_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the history of a complaint is only added to'; END $$;
CREATE TRIGGER step_stays BEFORE UPDATE OR DELETE ON step FOR EACH ROW EXECUTE FUNCTION history_stays();
"""


def upgrade() -> None:
    """Everything that the first release needs."""
    schema.create_street(op)
    op.execute(COPIES)
    op.execute(COMPLAINTS)
