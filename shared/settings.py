"""A service's settings, from the environment alone. Only ``app.py`` and the command line read them.

pydantic's ``extra="forbid"`` does not look at environment variables, so the refusal of unknown keys is ours.
"""

import difflib
import os
import re
from collections.abc import Mapping
from typing import Self

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

KUBERNETES = re.compile(r"(.+_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)")
LINK = re.compile(r"(tcp|udp|sctp)://.*")


class SettingsError(Exception):
    """The environment does not describe a service that could start. Its text holds names of keys, never values."""


class ServiceSettings(BaseSettings):
    """What every service can be told. A service with more to set derives from it."""

    model_config = SettingsConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True, env_ignore_empty=True)

    name: str = Field(exclude=True, default="")
    database: str = Field(repr=False, description="postgresql://user:password@host:port/database")
    kafka: str = Field(default="127.0.0.1:9092", description="bootstrap servers, comma-separated")
    jwks: str = Field(default="", description="path or http(s) URL of the key set that proves tokens")
    issuer: str = Field(default="", description="the iss of tokens")
    audience: str = Field(default="shouwen", description="the aud of tokens")
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8000, ge=0, le=65535)
    worker_port: int = Field(default=0, ge=0, le=65535, description="health of the worker; 0: none")
    topic_prefix: str = ""
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$")
    instance: str = Field(default="0", description="names this replica to the broker (static membership)")
    shards: int = Field(default=1, ge=1, le=64)

    @classmethod
    def load(cls, name: str, environ: Mapping[str, str] | None = None) -> Self:
        """The settings of service ``name`` from ``SHOUWEN_<NAME>_*``.

        Raises SettingsError with one line per key that is unknown, missing or wrong."""
        given = os.environ if environ is None else environ
        prefix = f"SHOUWEN_{name.upper()}_"
        fields = {field for field in cls.model_fields if field != "name"}
        values: dict[str, str] = {}
        wrong: list[str] = []
        for key, value in given.items():
            rest = key.removeprefix(prefix)
            if not key.startswith(prefix) or _of_kubernetes(rest, value):
                continue
            if rest.lower() in fields and rest.isupper():
                if value:
                    values[rest.lower()] = value
            else:
                wrong.append(_unknown(key, prefix, fields))
        try:
            settings = cls.model_validate({"name": name, **values})
        except ValidationError as refused:
            for error in refused.errors(include_input=False, include_url=False):
                wrong.append(f"{prefix}{'_'.join(map(str, error['loc'])).upper()}: {error['msg']}")
        if wrong:
            raise SettingsError("\n".join(wrong))
        return settings


def _of_kubernetes(rest: str, value: str) -> bool:
    """Whether Kubernetes injects such a key for a Service object named like ours (``shouwen-customers-…``)."""
    return bool(KUBERNETES.fullmatch(rest)) or (bool(re.fullmatch(r"(.+_)?PORT", rest)) and bool(LINK.fullmatch(value)))


def _unknown(key: str, prefix: str, fields: set[str]) -> str:
    known = [prefix + field.upper() for field in sorted(fields)]
    near = difflib.get_close_matches(key.upper(), known, n=1, cutoff=0.0)
    return f"{key} is not a setting: did you mean {near[0]}?"
