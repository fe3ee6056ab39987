"""The solver as a process of its own: files in and out, progress on standard output, SIGTERM."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.planning.engine.evaluate import faults
from services.planning.engine.problem import Problem
from services.planning.solver import Result, main, read_problem
from tests.domain.planning.test_engine_solve import company

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parents[3]


def lines(text: str) -> list[Json]:
    """Lines of JSON."""
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.rule("P3")
def test_a_problem_in_a_file_becomes_a_plan_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem = company(21, (4, 2, 4, 20), load=1.2)
    source, target = tmp_path / "problem.json", tmp_path / "result.json"
    source.write_bytes(msgspec.json.encode(problem))
    assert main([str(source), str(target), "--gap", "0.02", "--nodes", "50", "--seed", "3", "--threads", "1"]) == 0
    told = msgspec.json.decode(target.read_bytes(), type=Result)
    assert told.plan is not None
    assert faults(problem, told.plan) == []
    assert {cause.demand for cause in told.causes} == {one.demand for one in told.plan.outcomes if one.late + one.short}
    heard = lines(capsys.readouterr().out)
    assert heard[0]["event"] == "progress"
    assert heard[-1] | {"event": "done", "outcome": "planned", "status": told.plan.status} == heard[-1]


def test_a_refused_problem_is_a_result_with_the_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "problem.json", tmp_path / "result.json"
    source.write_text('{"buckets":[{"index":0,"start":"2026-12-07"}],"lines":[{"id":"L","hours":["-1"]}]}')
    assert main([str(source), str(target)]) == 2
    told = msgspec.json.decode(target.read_bytes(), type=Result)
    assert (told.outcome, told.plan, [(one.where, one.row) for one in told.refusals]) == (
        "refused",
        None,
        [("lines", 0)],
    )
    assert lines(capsys.readouterr().out)[-1]["outcome"] == "refused"


@pytest.mark.parametrize(
    "text", ["{", '{"buckets": 3}', '{"buckets": [], "linez": []}', '{"buckets": [{"index": 0, "start": "x", "d": 1}]}']
)
def test_what_is_no_problem_ends_with_its_place_told(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "problem.json"
    source.write_text(text)
    assert main([str(source), str(tmp_path / "result.json")]) == 1
    assert str(source) in capsys.readouterr().err
    assert not (tmp_path / "result.json").exists()


def test_a_problem_survives_its_file(tmp_path: Path) -> None:
    problem = company(22, (3, 2, 3, 9))
    source = tmp_path / "problem.json"
    source.write_bytes(msgspec.json.encode(problem))
    assert msgspec.to_builtins(read_problem(source)) == msgspec.to_builtins(
        msgspec.convert(msgspec.to_builtins(problem), Problem)
    )


def test_a_term_signal_ends_the_search_with_the_best_plan_so_far(tmp_path: Path) -> None:
    problem = company(23, (25, 3, 10, 300), load=1.2)
    source, target = tmp_path / "problem.json", tmp_path / "result.json"
    source.write_bytes(msgspec.json.encode(problem))
    command = [sys.executable, "-m", "services.planning.solver", str(source), str(target), "--gap", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["event"] == "progress"
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert lines(rest)[-1]["ended_by"] == "stop"
    told = msgspec.json.decode(target.read_bytes(), type=Result)
    assert told.plan is not None
    assert faults(problem, told.plan) == []
