"""From Kafka to the service's transactions: taking records once, in order, and letting no bad one stop the rest.

``broker`` wires FastStream; ``guard`` decides what a failure means; ``facts`` and ``copies`` apply records;
``dead_letters`` keeps what could not be applied; ``watchdog`` ends a worker that stands still.
"""
