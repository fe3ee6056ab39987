"""Trace context, correlation ids, and log lines that tell enough and nothing of people."""

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import telemetry

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


def test_a_child_span_stays_in_its_parents_trace() -> None:
    child = telemetry.child_of(PARENT)
    assert child[:36] == PARENT[:36]
    assert child[-2:] == "00"
    assert child[36:52] != PARENT[36:52]


@given(st.one_of(st.none(), st.text(), st.sampled_from([PARENT.upper(), PARENT + "-x", "01" + PARENT[2:]])))
def test_anything_else_begins_a_trace_of_its_own(offered: str | None) -> None:
    made = telemetry.TRACEPARENT.fullmatch(telemetry.child_of(offered))
    assert made
    assert made[1] not in PARENT


@pytest.mark.parametrize(
    "empty", [PARENT.replace("0af7651916cd43dd8448eb211c80319c", "0" * 32), PARENT[:36] + "0" * 16 + "-01"]
)
def test_an_all_zero_trace_or_span_is_none(empty: str) -> None:
    assert telemetry.child_of(empty)[3:35] not in (PARENT[3:35], "0" * 32)


@given(st.text(max_size=80))
def test_a_correlation_id_is_kept_only_if_it_is_harmless(offered: str) -> None:
    kept = telemetry.correlation_of(offered)
    assert telemetry.CORRELATION.fullmatch(kept)
    assert kept == offered or not telemetry.CORRELATION.fullmatch(offered)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_lines_of_ours_and_of_libraries_look_alike_and_carry_the_correlation_id(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry.configure("contracts", "INFO")
    with telemetry.tracing("abc", PARENT):
        telemetry.logger("ours").info("done", count=3)
        logging.getLogger("theirs").warning("seen %s", "it", extra={"topic": "t"})
    logging.getLogger("theirs").debug("too fine")
    ours, theirs = lines(capsys)
    for line, event, level in ((ours, "done", "info"), (theirs, "seen it", "warning")):
        assert (line["service"], line["correlation_id"], line["event"], line["level"]) == (
            "contracts",
            "abc",
            event,
            level,
        )
        assert str(line["time"]).endswith("Z")
    assert (ours["count"], theirs["topic"]) == (3, "t")


def fails() -> None:
    try:
        int("张三")
    except ValueError as error:
        raise RuntimeError("cannot go on") from error


def test_an_error_is_told_by_type_and_place_without_the_values_in_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure("contracts", "INFO")
    try:
        fails()
    except RuntimeError:
        logging.getLogger("theirs").exception("it failed")
    (line,) = lines(capsys)
    assert line["error"] == "RuntimeError < ValueError"
    assert line["message"] == "cannot go on"
    assert "fails" in str(line["at"])
    assert "张三" not in json.dumps(line, ensure_ascii=False)
    assert "Traceback" not in str(line)
