"""Where the running suite is, read from ``run.json`` of the local runner."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SERVICES = ("customers", "contracts", "planning", "complaints")


class SampleError(Exception):
    """The sample or the demo cannot go on; the message says why and what helps."""


@dataclass(frozen=True, slots=True)
class Suite:
    """Addresses: an HTTP address and a database by service, the issuer's, Kafka's bootstrap servers."""

    services: Mapping[str, str]
    databases: Mapping[str, str]
    issuer: str
    kafka: str


def var() -> Path:
    """The folder of all local state: ``SHOUWEN_VAR``, or ``var/`` in the checkout."""
    named = os.environ.get("SHOUWEN_VAR")
    return Path(named).expanduser().resolve() if named else Path(__file__).resolve().parents[2] / "var"


def sample_folder() -> Path:
    """Where the sample keeps its day, its books, the demo accounts and what was loaded."""
    return var() / "sample"


def read_suite(file: Path | None = None) -> Suite:
    """The suite that runs; SampleError when none does."""
    file = file or var() / "run.json"
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        found = {name: document["services"][name] for name in SERVICES}
        return Suite(
            services={name: str(entry["url"]) for name, entry in found.items()},
            databases={name: str(entry["database"]) for name, entry in found.items()},
            issuer=str(document["issuer"]["url"]),
            kafka=str(document["kafka"]["bootstrap"]),
        )
    except FileNotFoundError:
        raise SampleError(f"{file} is not there: start the suite with `make run` first.") from None
    except (KeyError, TypeError, ValueError) as error:
        raise SampleError(f"{file} does not describe a running suite ({error!r}): start it with `make run`.") from error
