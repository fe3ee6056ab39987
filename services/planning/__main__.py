"""``python -m services.planning``."""

from services.planning.app import SERVICE
from shared import cli

cli.main(SERVICE)
