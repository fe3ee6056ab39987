"""``python -m services.customers api | worker | migrate | bootstrap | …``"""

from services.customers.app import SERVICE
from shared import cli

cli.main(SERVICE)
