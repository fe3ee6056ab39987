"""Settings come from the environment; a mistyped key stops the start and names the nearest one."""

import pytest

from shared.settings import ServiceSettings, SettingsError

NEEDED = {"SHOUWEN_CONTRACTS_DATABASE": "postgresql://contracts:s3cret@127.0.0.1:5432/contracts"}


class Deeper(ServiceSettings):
    """A service with a setting of its own."""

    solver_seconds: int = 60


def test_what_is_not_set_has_its_default_and_what_is_set_counts() -> None:
    settings = ServiceSettings.load(
        "contracts", {**NEEDED, "SHOUWEN_CONTRACTS_HTTP_PORT": "8102", "SHOUWEN_CUSTOMERS_HTTP_PORT": "1", "PATH": "/"}
    )
    assert (settings.name, settings.http_port, settings.audience, settings.shards) == ("contracts", 8102, "shouwen", 1)
    assert settings.database.endswith("/contracts")


def test_a_service_may_have_settings_of_its_own() -> None:
    settings = Deeper.load("contracts", {**NEEDED, "SHOUWEN_CONTRACTS_SOLVER_SECONDS": "5"})
    assert settings.solver_seconds == 5


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("SHOUWEN_CONTRACTS_DATABSE", "SHOUWEN_CONTRACTS_DATABASE"),
        ("SHOUWEN_CONTRACTS_HTTPPORT", "SHOUWEN_CONTRACTS_HTTP_PORT"),
        ("SHOUWEN_CONTRACTS_kafka", "SHOUWEN_CONTRACTS_KAFKA"),
        ("SHOUWEN_CONTRACTS_NAME", "SHOUWEN_CONTRACTS_"),
    ],
)
def test_an_unknown_key_stops_the_start_and_names_the_nearest(key: str, nearest: str) -> None:
    with pytest.raises(SettingsError, match=f"{key} is not a setting: did you mean {nearest}"):
        ServiceSettings.load("contracts", {**NEEDED, key: "x"})


def test_what_kubernetes_injects_is_let_pass() -> None:
    injected = {
        "SHOUWEN_CONTRACTS_SERVICE_HOST": "10.0.0.1",
        "SHOUWEN_CONTRACTS_SERVICE_PORT": "80",
        "SHOUWEN_CONTRACTS_SERVICE_PORT_HTTP": "80",
        "SHOUWEN_CONTRACTS_PORT": "tcp://10.0.0.1:80",
        "SHOUWEN_CONTRACTS_PORT_80_TCP": "tcp://10.0.0.1:80",
        "SHOUWEN_CONTRACTS_PORT_80_TCP_ADDR": "10.0.0.1",
        "SHOUWEN_CONTRACTS_API_SERVICE_HOST": "10.0.0.1",
        "SHOUWEN_CONTRACTS_HTTP_PORT": "tcp://10.0.0.1:80",
    }
    assert ServiceSettings.load("contracts", {**NEEDED, **injected}).http_port == 8000
    with pytest.raises(SettingsError, match="SHOUWEN_CONTRACTS_PORT is not"):
        ServiceSettings.load("contracts", {**NEEDED, "SHOUWEN_CONTRACTS_PORT": "8000"})


def test_every_wrong_value_is_named_at_once_and_none_is_shown() -> None:
    environ = {
        "SHOUWEN_CONTRACTS_HTTP_PORT": "s3cret",
        "SHOUWEN_CONTRACTS_LOG_LEVEL": "LOUD",
        "SHOUWEN_CONTRACTS_X": "y",
    }
    with pytest.raises(SettingsError) as refused:
        ServiceSettings.load("contracts", environ)
    for named in ("_DATABASE", "_HTTP_PORT", "_LOG_LEVEL", "_X"):
        assert f"SHOUWEN_CONTRACTS{named}" in str(refused.value)
    assert "s3cret" not in str(refused.value)


def test_a_secret_is_in_no_picture_of_the_settings() -> None:
    settings = ServiceSettings.load("contracts", NEEDED)
    assert "s3cret" not in repr(settings)
    assert "s3cret" not in str(settings)
