"""``python -m services.contracts api | worker | migrate | …``"""

from services.contracts.app import SERVICE
from shared import cli

if __name__ == "__main__":
    cli.main(SERVICE)
