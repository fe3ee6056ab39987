"""The tables of the main street: every service's database has them, made by its first migration.

Outbox columns follow Debezium's names, so that a change-data-capture relay can replace ours. Nothing here belongs to a
feature; features keep their own tables.
"""

from typing import Protocol

STREET_V1 = """
CREATE TABLE street_epoch (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch integer NOT NULL CHECK (epoch BETWEEN 1 AND 9999)
);
INSERT INTO street_epoch (epoch) VALUES (1);

-- One row per (topic, subject): its lock orders the subject's outbox positions as its commits.
CREATE TABLE outbox_sequence (
    topic text NOT NULL,
    subject text NOT NULL,
    last bigint NOT NULL,
    PRIMARY KEY (topic, subject)
) WITH (fillfactor = 80);

CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL,
    aggregatetype text NOT NULL,
    aggregateid text NOT NULL,
    type text NOT NULL,
    payload text,
    sequence text NOT NULL,
    headers jsonb NOT NULL,
    time timestamptz NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

CREATE TABLE inbox (
    consumer text NOT NULL,
    source text NOT NULL,
    id text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, source, id)
);
CREATE INDEX inbox_at ON inbox USING brin (at);

-- How far each subject's facts were applied.
CREATE TABLE cursor (
    consumer text NOT NULL,
    topic text NOT NULL,
    subject text NOT NULL,
    sequence bigint NOT NULL,
    PRIMARY KEY (consumer, topic, subject)
) WITH (fillfactor = 80);

-- Facts that wait for an earlier one of their subject. `skip` stands for a discarded fact.
CREATE TABLE held (
    consumer text NOT NULL,
    topic text NOT NULL,
    subject text NOT NULL,
    sequence bigint NOT NULL,
    skip boolean NOT NULL DEFAULT false,
    partition integer NOT NULL,
    kafka_offset bigint NOT NULL,
    key bytea,
    value bytea,
    headers jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, topic, subject, sequence)
);

CREATE TABLE dead_letter (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    kafka_offset bigint NOT NULL,
    subject text,
    sequence bigint,
    key bytea,
    value bytea,
    headers jsonb NOT NULL,
    error text NOT NULL,
    message text NOT NULL,
    attempts integer NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz,
    status text NOT NULL DEFAULT 'dead' CHECK (status IN ('dead', 'redriven', 'discarded')),
    UNIQUE (consumer, topic, partition, kafka_offset)
);
CREATE INDEX dead_letter_unpublished ON dead_letter (id) WHERE published_at IS NULL;

-- Committed before a batch is handled: one that survives a start means the batch killed the process.
CREATE TABLE batch_marker (
    consumer text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    first_offset bigint NOT NULL,
    single boolean NOT NULL,
    attempts integer NOT NULL,
    PRIMARY KEY (consumer, topic, partition, single, first_offset)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- A consumer that met too many bad records in a row stands here until someone resumes it.
CREATE TABLE consumer_stop (
    consumer text PRIMARY KEY,
    reason text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE idempotency (
    key text NOT NULL,
    account text NOT NULL,
    route text NOT NULL,
    fingerprint bytea NOT NULL,
    status integer,
    headers jsonb,
    body bytea,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account, key)
);
CREATE INDEX idempotency_at ON idempotency USING brin (at);
"""


class Operations(Protocol):
    """The part of alembic's ``op`` that is needed here."""

    def execute(self, sqltext: str) -> object: ...


def create_street(op: Operations) -> None:
    """First line of every service's first migration."""
    op.execute(STREET_V1)
