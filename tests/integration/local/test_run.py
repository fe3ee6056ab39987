"""The runner, on real servers and real processes with small services: up, watched, killed, cleaned up, down."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psutil
import psycopg
import pytest

from deploy.local import ports, servers
from tests.integration.local.small_suite import SERVICES, SmallSuite

pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def suite() -> Iterator[SmallSuite]:
    """A small suite, stopped and removed at the end."""
    folder = servers.scratch_folder("suite")
    small = SmallSuite(folder)
    yield small
    small.command("stop")
    servers.forget(folder)


def _until(seen: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < until, "not seen in time"
        time.sleep(0.1)


@pytest.mark.slow
def test_a_run_comes_up_keeps_its_processes_alive_and_outlives_a_kill_of_the_runner(suite: SmallSuite) -> None:
    up = suite.command("run", "--detach")
    assert up.returncode == 0, up.stdout + up.stderr
    run = suite.document("run.json")
    assert (run["state"], run["loaded"]) == ("ready", {"customers": 200})
    assert run["accounts"][0]["account"] == "hd-clerk"
    assert set(run["services"]) == set(SERVICES)
    for secret in ("run.json", "secrets.json", "pids.json", "postgres/superuser", "issuer/key.json"):
        assert (suite.var / secret).stat().st_mode & 0o777 == 0o600

    status = suite.command("status", "--json")
    assert status.returncode == 0, status.stdout
    assert '"customers.copy": 3' in status.stdout

    foreign = run["services"]["contracts"]["database"].removesuffix("/shouwen_contracts") + "/shouwen_planning"
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(foreign)

    again = suite.command("run")
    assert again.returncode == 1
    assert "runs already" in again.stdout

    worker = suite.pid("customers worker")
    os.kill(worker, signal.SIGKILL)
    _until(lambda: suite.pid("customers worker") != worker)
    _until(lambda: suite.command("status", "--json").returncode == 0)
    log = (suite.var / "logs" / "runner.log").read_text(encoding="utf-8")
    assert "customers worker ended with -9; it is started again in 1 s" in log

    database = run["services"]["customers"]["database"]
    with psycopg.connect(database) as connection:
        connection.execute("insert into kept values (7)")
    os.kill(suite.document("runner.json")["pid"], signal.SIGKILL)
    assert suite.processes()

    second = suite.command("run", "--detach")
    assert second.returncode == 0, second.stdout + second.stderr
    assert "Cleaned up after an earlier run" in second.stdout
    with psycopg.connect(database) as connection:
        assert connection.execute("select id from kept").fetchone() == (7,)

    assert suite.command("stop").returncode == 0
    assert suite.processes() == []

    suite.command("reset")
    assert sorted(path.name for path in suite.var.iterdir()) == ["cache"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_at_any_moment_leaves_no_process(suite: SmallSuite, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "deploy.local", "run"]
    with (suite.var / "out").open("wb") as out:
        runner = subprocess.Popen(command, cwd=suite.tree, env=suite.environment(), stdout=out, stderr=out)
    _until(lambda: (suite.var / "pids.json").exists() and "PostgreSQL" in suite.document("pids.json"))
    runner.send_signal(number)
    assert runner.wait(60) == 0
    assert suite.processes() == []


def test_a_taken_port_is_told_before_anything_starts(suite: SmallSuite) -> None:
    with socket.socket() as taken:
        taken.bind((ports.LOOPBACK, suite.base + 300))
        taken.listen()
        told = suite.command("run")
    assert told.returncode == 1
    assert f"Port {suite.base + 300} for complaints api is taken by" in told.stdout
    assert f"pid {os.getpid()}" in told.stdout
    assert "SHOUWEN_COMPLAINTS_HTTP_PORT" in told.stdout
    assert suite.processes() == []


@pytest.mark.slow
def test_servers_elsewhere_are_used_and_a_failed_load_is_told(suite: SmallSuite, own_servers: servers.Servers) -> None:
    elsewhere = {"SHOUWEN_KAFKA": own_servers.kafka, "SHOUWEN_DATABASE": own_servers.database_admin}
    up = suite.command("run", "--detach", FAIL_THE_LOADER="1", **elsewhere)
    assert up.returncode == 1, up.stdout
    assert "the customers were refused" in up.stdout
    run = suite.document("run.json")
    assert run["state"] == "load-failed"
    assert run["kafka"] == {"bootstrap": own_servers.kafka, "embedded": False, "version": "4.3"}
    assert not {"Kafka", "PostgreSQL"} & set(suite.document("pids.json"))
    with psycopg.connect(run["services"]["planning"]["database"]) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (0,)
    runner = psutil.Process(suite.document("runner.json")["pid"])
    assert suite.command("stop").returncode == 0
    assert not runner.is_running()
    assert own_servers.postgres.ready()
