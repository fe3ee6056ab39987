"""What `make run` can be told: ports, and servers that run elsewhere; from the environment or `var/settings.env`.

Each key is `SHOUWEN_…`; the services' own keys (`SHOUWEN_CUSTOMERS_…`) pass through to them.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local import places
from deploy.local.errors import LocalError

SERVICES = ("customers", "contracts", "complaints", "planning")
# Read elsewhere: places, access, issuer and Makefile.
_ELSEWHERE = frozenset({"SHOUWEN_VAR", "SHOUWEN_POSTGRES_USER", "SHOUWEN_ACCOUNTS"})


@dataclass(frozen=True)
class LocalSettings:
    """Ports on loopback, and the addresses of servers that are used instead of embedded ones.

    http, worker: a port by service. kafka: bootstrap servers; database: an address of a role that may create roles
    and databases; None: ours.
    """

    http: Mapping[str, int]
    worker: Mapping[str, int]
    issuer_port: int
    postgres_port: int
    kafka_port: int
    kafka_controller_port: int
    kafka: str | None
    database: str | None

    def ports(self) -> list[tuple[int, str, str]]:
        """(port, what listens there, the setting that moves it) of everything that we start."""
        listed = [(self.http[s], f"{s} api", f"SHOUWEN_{s.upper()}_HTTP_PORT") for s in SERVICES]
        listed += [(self.worker[s], f"{s} worker", f"SHOUWEN_{s.upper()}_WORKER_PORT") for s in SERVICES]
        listed.append((self.issuer_port, "the demo issuer", "SHOUWEN_ISSUER_PORT"))
        if self.database is None:
            listed.append((self.postgres_port, "PostgreSQL", "SHOUWEN_POSTGRES_PORT"))
        if self.kafka is None:
            listed.append((self.kafka_port, "Kafka", "SHOUWEN_KAFKA_PORT"))
            listed.append((self.kafka_controller_port, "Kafka's controller", "SHOUWEN_KAFKA_CONTROLLER_PORT"))
        return sorted(listed)


def settings_file() -> Path:
    """Lines `KEY=value` that hold unless the environment says otherwise."""
    return places.var() / "settings.env"


def environment() -> dict[str, str]:
    """The process's environment over the lines of `var/settings.env`."""
    kept: dict[str, str] = {}
    if settings_file().exists():
        for line in settings_file().read_text(encoding="utf-8").splitlines():
            key, equals, value = line.partition("=")
            if equals and not key.lstrip().startswith("#"):
                kept[key.strip()] = value.strip()
    return kept | dict(os.environ)


def load(given: Mapping[str, str] | None = None) -> LocalSettings:
    """Read the settings; LocalError names every key that is unknown or no port."""
    keys = environment() if given is None else given
    wrong: list[str] = []
    base = _port(keys, "SHOUWEN_PORT_BASE", 0, wrong)
    first = base or 18000
    http = {s: _port(keys, f"SHOUWEN_{s.upper()}_HTTP_PORT", first + 100 * n, wrong) for n, s in _numbered()}
    worker = {s: _port(keys, f"SHOUWEN_{s.upper()}_WORKER_PORT", first + 100 * n + 1, wrong) for n, s in _numbered()}
    kafka_port = _port(keys, "SHOUWEN_KAFKA_PORT", base + 700 if base else 19092, wrong)
    read = LocalSettings(
        http=http,
        worker=worker,
        issuer_port=_port(keys, "SHOUWEN_ISSUER_PORT", first + 500, wrong),
        postgres_port=_port(keys, "SHOUWEN_POSTGRES_PORT", base + 600 if base else 15432, wrong),
        kafka_port=kafka_port,
        kafka_controller_port=_port(keys, "SHOUWEN_KAFKA_CONTROLLER_PORT", kafka_port + 1, wrong),
        kafka=keys.get("SHOUWEN_KAFKA") or None,
        database=keys.get("SHOUWEN_DATABASE") or None,
    )
    wrong += [f"{key} is not a setting of the suite" for key in keys if _unknown(key)]
    taken: dict[int, str] = {}
    for port, _, setting in read.ports():
        if port in taken:
            wrong.append(f"{setting} and {taken[port]} are both {port}")
        taken[port] = setting
    if wrong:
        raise LocalError("\n".join(wrong) + "\nSee docs/operating.md for the settings.")
    return read


def _numbered() -> list[tuple[int, str]]:
    return list(enumerate(SERVICES, start=1))


def _port(keys: Mapping[str, str], key: str, otherwise: int, wrong: list[str]) -> int:
    text = keys.get(key)
    if not text:
        return otherwise
    if not text.isdecimal() or not 1024 <= int(text) <= 65000:
        wrong.append(f"{key}={text} is no port between 1024 and 65000")
        return otherwise
    return int(text)


def _unknown(key: str) -> bool:
    if not key.startswith("SHOUWEN_") or key in _ELSEWHERE or key.startswith("SHOUWEN_TEST_"):
        return False
    if any(key.startswith(f"SHOUWEN_{service.upper()}_") for service in SERVICES):
        return False
    own = {"PORT_BASE", "ISSUER_PORT", "POSTGRES_PORT", "KAFKA_PORT", "KAFKA_CONTROLLER_PORT", "KAFKA", "DATABASE"}
    return key.removeprefix("SHOUWEN_") not in own
