"""Planning's tables: the street, the copies, master data, demand, sales and production plans, promises, the job queue.

The queue's tables are made by procrastinate's own migration scripts, in their order and only up to the pinned release:
they never change once released, so a fresh database and an upgraded one are the same.
"""

from importlib import resources

from alembic import op

from shared import policy, schema

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

QUEUE_UP_TO = "03.04.00_50_post_add_retry_failed_job_procedure.sql"

COPIES = """
CREATE TABLE firm_line (
    line_id uuid PRIMARY KEY,
    version integer NOT NULL,
    agreement_id uuid NOT NULL,
    agreement_number text NOT NULL,
    line_no integer NOT NULL,
    customer_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    product_code text NOT NULL,
    quantity numeric NOT NULL,
    unit_of_measure text NOT NULL,
    requested_on date NOT NULL,
    shipped numeric NOT NULL,
    status text NOT NULL,
    promised_on date,
    sequence text NOT NULL,
    deleted boolean NOT NULL DEFAULT false
);
CREATE INDEX firm_line_signed ON firm_line (requested_on, line_id) WHERE status = 'signed' AND NOT deleted;
CREATE INDEX firm_line_unit ON firm_line (unit_id, requested_on);

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
"""

MASTER = """
CREATE TABLE product (
    product_id uuid PRIMARY KEY,
    code text NOT NULL UNIQUE,
    name text NOT NULL,
    unit_of_measure text NOT NULL,
    stock numeric(18, 3) NOT NULL CHECK (stock >= 0),
    holding numeric(18, 4) NOT NULL CHECK (holding >= 0),
    min_lot numeric(18, 3) NOT NULL CHECK (min_lot >= 0),
    active boolean NOT NULL
);
CREATE TABLE production_line (
    code text PRIMARY KEY,
    name text NOT NULL,
    weekly_hours numeric(12, 2) NOT NULL CHECK (weekly_hours >= 0)
);
CREATE TABLE routing (
    product_code text NOT NULL REFERENCES product (code),
    line_code text NOT NULL REFERENCES production_line (code),
    hours_per_unit numeric(18, 6) NOT NULL CHECK (hours_per_unit > 0),
    setup_hours numeric(18, 6) NOT NULL CHECK (setup_hours >= 0),
    PRIMARY KEY (product_code, line_code)
);
CREATE TABLE material (
    code text PRIMARY KEY,
    name text NOT NULL,
    unit_of_measure text NOT NULL,
    stock numeric(18, 3) NOT NULL CHECK (stock >= 0),
    stock_on date NOT NULL
);
CREATE TABLE bill (
    product_code text NOT NULL REFERENCES product (code),
    material_code text NOT NULL REFERENCES material (code),
    per_unit numeric(18, 6) NOT NULL CHECK (per_unit > 0),
    PRIMARY KEY (product_code, material_code)
);
CREATE TABLE receipt (
    number text PRIMARY KEY,
    material_code text NOT NULL REFERENCES material (code),
    due_on date NOT NULL,
    quantity numeric(18, 3) NOT NULL CHECK (quantity > 0)
);
"""

DEMAND = """
CREATE TABLE demand_plan (
    demand_plan_id uuid PRIMARY KEY,
    unit_id uuid NOT NULL,
    month text NOT NULL CHECK (month ~ '^[0-9]{4}-[0-9]{2}$'),
    revision integer NOT NULL,
    changed boolean NOT NULL,
    version integer NOT NULL,
    UNIQUE (month, unit_id)
);
CREATE TABLE demand_plan_line (
    demand_plan_id uuid NOT NULL REFERENCES demand_plan,
    product_code text NOT NULL REFERENCES product (code),
    quantity numeric(18, 3) NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (demand_plan_id, product_code)
);
-- What was submitted is kept for ever, revision by revision.
CREATE TABLE demand_revision (
    demand_plan_id uuid NOT NULL REFERENCES demand_plan,
    revision integer NOT NULL,
    submitted_at timestamptz NOT NULL,
    submitted_by uuid NOT NULL,
    due_at timestamptz NOT NULL,
    late boolean NOT NULL,
    policy_version integer NOT NULL,
    PRIMARY KEY (demand_plan_id, revision)
);
CREATE TABLE demand_revision_line (
    demand_plan_id uuid NOT NULL,
    revision integer NOT NULL,
    product_code text NOT NULL,
    quantity numeric(18, 3) NOT NULL,
    PRIMARY KEY (demand_plan_id, revision, product_code),
    FOREIGN KEY (demand_plan_id, revision) REFERENCES demand_revision
);
"""

PLANS = """
-- One row per kind of plan: its lock lets one plan be issued at a time, its number is the last version issued.
CREATE TABLE issue_counter (
    kind text PRIMARY KEY,
    version integer NOT NULL
);
INSERT INTO issue_counter (kind, version) VALUES ('sales', 0), ('production', 0);

CREATE TABLE sales_plan (
    sales_plan_id uuid PRIMARY KEY,
    first_month text NOT NULL,
    months integer NOT NULL,
    status text NOT NULL CHECK (status IN ('draft', 'issued', 'superseded')),
    version integer UNIQUE,
    row_version integer NOT NULL,
    made_at timestamptz NOT NULL,
    made_by uuid NOT NULL,
    policy_version integer NOT NULL,
    missing jsonb NOT NULL,
    sources jsonb NOT NULL,
    issued_at timestamptz,
    issued_by uuid
);
CREATE TABLE sales_plan_line (
    line_id uuid PRIMARY KEY,
    sales_plan_id uuid NOT NULL REFERENCES sales_plan,
    unit_id uuid NOT NULL,
    product_code text NOT NULL,
    month text NOT NULL,
    signed numeric NOT NULL,
    open_firm numeric NOT NULL,
    forecast numeric NOT NULL,
    open_forecast numeric NOT NULL,
    quantity numeric NOT NULL,
    reason text NOT NULL,
    proposed numeric NOT NULL,
    proposed_reason text NOT NULL,
    late_firm numeric NOT NULL,
    version integer NOT NULL,
    UNIQUE (sales_plan_id, unit_id, product_code, month)
);
-- Every change of a line with its reason, the first (version 1) being the rough cut's; never updated.
CREATE TABLE sales_plan_change (
    line_id uuid NOT NULL REFERENCES sales_plan_line,
    version integer NOT NULL,
    quantity numeric NOT NULL,
    reason text NOT NULL,
    changed_by uuid NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (line_id, version)
);

CREATE TABLE production_plan (
    plan_id uuid PRIMARY KEY,
    sales_plan_id uuid NOT NULL REFERENCES sales_plan,
    status text NOT NULL CHECK (status IN
        ('queued', 'solving', 'solved', 'failed', 'cancelled', 'issued', 'superseded')),
    version integer UNIQUE,
    row_version integer NOT NULL,
    made_at timestamptz NOT NULL,
    made_by uuid NOT NULL,
    first_week date NOT NULL,
    weeks integer NOT NULL,
    seconds double precision NOT NULL,
    gap double precision NOT NULL,
    policy_version integer NOT NULL,
    problem text NOT NULL,
    job_id bigint,
    attempt integer NOT NULL DEFAULT 0,
    progress jsonb,
    failure text,
    refusals jsonb,
    fingerprint text,
    result_status text,
    ended_by text,
    objective numeric,
    bound numeric,
    proved_gap double precision,
    costs jsonb,
    statistics jsonb,
    started_at timestamptz,
    solved_at timestamptz,
    issued_at timestamptz,
    issued_by uuid
);
CREATE INDEX production_plan_open ON production_plan (plan_id) WHERE status IN ('queued', 'solving');
CREATE TABLE production_firm (
    plan_id uuid NOT NULL REFERENCES production_plan,
    line_id uuid NOT NULL,
    line_version integer NOT NULL,
    unit_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    product_code text NOT NULL,
    quantity numeric NOT NULL,
    requested_on date NOT NULL,
    weight numeric NOT NULL,
    left_out text NOT NULL,
    PRIMARY KEY (plan_id, line_id)
);
CREATE TABLE production_lot (
    plan_id uuid NOT NULL REFERENCES production_plan,
    product_code text NOT NULL,
    line_code text NOT NULL,
    week integer NOT NULL,
    quantity numeric NOT NULL,
    PRIMARY KEY (plan_id, line_code, week, product_code)
);
CREATE TABLE production_delivery (
    plan_id uuid NOT NULL REFERENCES production_plan,
    demand text NOT NULL,
    week integer NOT NULL,
    quantity numeric NOT NULL,
    PRIMARY KEY (plan_id, demand, week)
);
CREATE TABLE production_outcome (
    plan_id uuid NOT NULL REFERENCES production_plan,
    demand text NOT NULL,
    delivered numeric NOT NULL,
    late numeric NOT NULL,
    short numeric NOT NULL,
    completed integer,
    cause text NOT NULL,
    PRIMARY KEY (plan_id, demand)
);
CREATE TABLE production_stock (
    plan_id uuid NOT NULL REFERENCES production_plan,
    kind text NOT NULL CHECK (kind IN ('product', 'material')),
    item text NOT NULL,
    week integer NOT NULL,
    quantity numeric NOT NULL,
    PRIMARY KEY (plan_id, kind, item, week)
);

CREATE TABLE promise (
    line_id uuid PRIMARY KEY,
    line_version integer NOT NULL,
    plan_id uuid NOT NULL,
    plan_version integer NOT NULL,
    promised_on date,
    cause text NOT NULL,
    made_at timestamptz NOT NULL
);
"""


def upgrade() -> None:
    """Make everything."""
    schema.create_street(op)
    policy.create_policy_copy(op)
    for part in (COPIES, MASTER, DEMAND, PLANS):
        op.execute(part)
    cursor = op.get_bind().connection.cursor()  # the driver's own: the scripts hold % signs that are no parameters
    for script in _queue_scripts():
        cursor.execute(script)


def downgrade() -> None:
    """A first migration has nothing to go back to."""
    raise NotImplementedError("drop the database instead")


def _queue_scripts() -> list[str]:
    folder = resources.files("procrastinate.sql").joinpath("migrations")
    scripts = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    wanted = [file for file in scripts if file.name <= QUEUE_UP_TO]
    if not wanted or wanted[-1].name != QUEUE_UP_TO:
        raise LookupError(f"the installed procrastinate does not ship {QUEUE_UP_TO}")
    return [file.read_text(encoding="utf-8") for file in wanted]
