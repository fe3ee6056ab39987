"""What the runner can be told, and how it refuses what it cannot understand."""

import os
from pathlib import Path

import pytest

from deploy.local import settings
from deploy.local.errors import LocalError


def test_ports_are_fixed_unless_told_and_all_different() -> None:
    told = settings.load({})
    assert dict(told.http) == {"customers": 18100, "contracts": 18200, "complaints": 18300, "planning": 18400}
    assert (told.issuer_port, told.postgres_port, told.kafka_port) == (18500, 15432, 19092)
    numbers = [port for port, _, _ in told.ports()]
    assert len(set(numbers)) == len(numbers) == 12


def test_a_base_moves_every_port_and_a_single_setting_wins_over_it() -> None:
    told = settings.load({"SHOUWEN_PORT_BASE": "30000", "SHOUWEN_KAFKA_PORT": "31000"})
    assert all(30000 < port <= 31001 for port, _, _ in told.ports())
    assert (told.kafka_port, told.kafka_controller_port) == (31000, 31001)


def test_servers_elsewhere_need_no_port_here() -> None:
    told = settings.load({"SHOUWEN_KAFKA": "broker:9092", "SHOUWEN_DATABASE": "postgresql://a:b@c/d"})
    assert len(told.ports()) == 9


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"SHOUWEN_PORT_BAES": "1"}, "SHOUWEN_PORT_BAES is not a setting"),
        ({"SHOUWEN_ISSUER_PORT": "80"}, "no port between 1024 and 65000"),
        ({"SHOUWEN_ISSUER_PORT": "many"}, "no port between 1024 and 65000"),
        ({"SHOUWEN_ISSUER_PORT": "18100"}, "are both 18100"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(given: dict[str, str], told: str) -> None:
    with pytest.raises(LocalError, match=told):
        settings.load(given)


def test_lines_of_the_file_hold_unless_the_environment_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in [key for key in os.environ if key.startswith("SHOUWEN_")]:
        monkeypatch.delenv(key)
    monkeypatch.setenv("SHOUWEN_VAR", str(tmp_path))
    monkeypatch.setenv("SHOUWEN_KAFKA_PORT", "20100")
    settings.settings_file().write_text("# mine\nSHOUWEN_KAFKA_PORT=20000\nSHOUWEN_POSTGRES_PORT = 20200\n")
    told = settings.load()
    assert (told.kafka_port, told.postgres_port) == (20100, 20200)
