"""A process from the nursery is like one of its own: arguments, log, session, exit code, and its own randomness."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import nursery, places
from deploy.local.process import Child, Program
from deploy.local.services import python, python_environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forked on Linux only")

_PROGRAM = """
import os, random, sys, time, uuid
from shared.kernel.ids import new_id
print(sys.argv[1:], os.environ["TOLD"], os.getsid(0) == os.getpid(), __name__, flush=True)
print(new_id(), uuid.uuid4(), random.random(), flush=True)
if sys.argv[1] == "stay":
    time.sleep(60)
sys.exit(int(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[nursery.Nursery]:
    """A nursery that has imported everything."""
    log = tmp_path_factory.mktemp("nursery") / "nursery.log"
    argv = python("-m", "deploy.local", "nursery")
    running = nursery.start(argv, Program("nursery", argv, log, env=python_environment(), cwd=places.ROOT))
    running.wait_ready()
    yield running
    os.kill(running.process.pid, signal.SIGKILL)
    running.process.wait()


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A folder with a small module to run."""
    (tmp_path / "small.py").write_text(_PROGRAM)
    return tmp_path


def _child(folder: Path, forks: nursery.Nursery, argument: str, log: str) -> Child:
    env = {**python_environment(), "TOLD": "in the environment"}
    return Child(Program("small", python("-m", "small", argument), folder / log, env=env, cwd=folder, fork=forks.fork))


def _code(child: Child) -> int:
    until = time.monotonic() + 30
    while (code := child.exit_code()) is None:
        assert time.monotonic() < until
        time.sleep(0.01)
    return code


def test_it_becomes_the_program_and_its_exit_code_is_heard(program: Path, forks: nursery.Nursery) -> None:
    child = _child(program, forks, "7", "log")
    assert _code(child) == 7
    assert (program / "log").read_text().startswith("['7'] in the environment True __main__")


def test_two_of_them_make_different_ids_and_numbers(program: Path, forks: nursery.Nursery) -> None:
    assert [_code(_child(program, forks, "0", log)) for log in ("a", "b")] == [0, 0]
    first, second = ((program / log).read_text().splitlines()[1].split() for log in ("a", "b"))
    assert not set(first) & set(second)


def test_it_is_stopped_and_killed_like_any_child(program: Path, forks: nursery.Nursery) -> None:
    stopped, killed = (_child(program, forks, "stay", log) for log in ("a", "b"))
    stopped.stop()
    killed.kill()
    assert (stopped.exit_code(), killed.exit_code()) == (-signal.SIGTERM, -signal.SIGKILL)


def test_without_its_nursery_a_program_starts_as_usual_and_an_older_one_goes_on(tmp_path: Path, program: Path) -> None:
    argv = python("-m", "deploy.local", "nursery")
    lost = nursery.start(argv, Program("nursery", argv, tmp_path / "n", env=python_environment(), cwd=places.ROOT))
    lost.wait_ready()
    older = _child(program, lost, "stay", "a")
    os.kill(lost.process.pid, signal.SIGKILL)
    lost.process.wait()
    assert older.exit_code() is None
    assert _code(_child(program, lost, "3", "b")) == 3
    older.kill()
    assert older.exit_code() is not None
