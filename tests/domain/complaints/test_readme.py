"""The README's picture is the transition table's, and the table itself is sound."""

from pathlib import Path

import pytest

from services.complaints.quality.domain.life import STEPS, Way, diagram

README = Path(__file__).resolve().parents[3] / "services" / "complaints" / "README.md"


def test_the_readmes_diagram_is_drawn_from_the_table() -> None:
    drawn = README.read_text(encoding="utf-8").split("<!-- diagram -->")[1].split("<!-- /diagram -->")[0]
    assert drawn.strip() == f"```mermaid\n{diagram()}\n```", "put the text of life.diagram() between the markers"


def test_no_two_rows_answer_the_same_question() -> None:
    questions = [(row.way, row.action, row.source, row.when) for row in STEPS]
    assert len(questions) == len(set(questions))


@pytest.mark.rule("Q2")
@pytest.mark.parametrize("way", ["quality", "other"])
def test_every_status_of_the_table_can_be_reached_and_left_towards_closing(way: Way) -> None:
    rows = [row for row in STEPS if row.way == way]
    reached = {"received"}
    while found := {row.target for row in rows if row.source in reached} - reached:
        reached |= found
    assert reached == {status for row in rows for status in (row.source, row.target)}
    leading = {"closed"}
    while found := {row.source for row in rows if row.target in leading} - leading:
        leading |= found
    assert leading == reached


@pytest.mark.rule("Q2")
def test_only_a_told_customer_leads_to_closing() -> None:
    assert {row.source for row in STEPS if row.target == "closed"} == {"customer-told"}
    assert {row.source for row in STEPS if row.way == "quality" and row.target == "customer-told"} == {
        "proved",
        "customer-told",
    }
