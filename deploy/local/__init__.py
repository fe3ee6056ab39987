"""Local operation: embedded PostgreSQL and Kafka, the runner behind `make run`, and the demo token issuer.

Knows addresses, processes and files; must not know a service's tables, routes or rules.
"""
