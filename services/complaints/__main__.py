"""``python -m services.complaints api|worker|migrate|dlq|outbox|topics``."""

from services.complaints.app import SERVICE
from shared import cli

cli.main(SERVICE)
