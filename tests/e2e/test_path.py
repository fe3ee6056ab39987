"""The one test over all four services: what is decided in one reaches the others, and what follows comes back."""

import pytest

from tests.e2e.path import Path
from tests.e2e.selling import FIRST

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.rule("C1")
@pytest.mark.rule("C3")
@pytest.mark.rule("K1")
@pytest.mark.rule("K4")
@pytest.mark.rule("P1")
@pytest.mark.rule("P2")
@pytest.mark.rule("P3")
@pytest.mark.rule("Q1")
@pytest.mark.rule("Q2")
async def test_a_fact_decided_in_one_service_reaches_the_others_and_its_consequence_comes_back(path: Path) -> None:
    """The customer's strategic tier and the signed lines reach planning, its promise the contract line, the shipped
    batch complaints, and the signed volume customers: by HTTP and Kafka alone. The steps are in ``path.py``."""
    story = await path.walked()
    staff = path.company.staff
    line = await staff["hd-clerk"].get("contracts", f"/lines/{story.sold.lines[FIRST, 1]['id']}")
    assert line["promised_on"] is not None
    assert line["requested_on"] is not None
    complaint = await staff["hd-clerk"].get("complaints", f"/complaints/{story.complaint['id']}")
    assert (complaint["line_id"], complaint["status"], complaint["reopened"]) == (line["id"], "accepted", 1)
