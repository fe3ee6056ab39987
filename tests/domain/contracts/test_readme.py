"""The README's pictures are the tables'; ``python -m tests.domain.contracts.test_readme`` draws them anew."""

import re
from pathlib import Path

from services.contracts.agreement.domain.states import AGREEMENT, AMENDMENT, diagram
from services.contracts.supply.domain import TRANSITIONS

README = Path(__file__).resolve().parents[3] / "services" / "contracts" / "README.md"
DIAGRAMS = {
    "agreement": diagram(AGREEMENT, "draft"),
    "amendment": diagram(AMENDMENT, "submitted"),
    "line": diagram(TRANSITIONS, "draft"),
}


def drawn(text: str) -> str:
    """The README with the diagrams of today's tables."""
    for name, picture in DIAGRAMS.items():
        between = f"<!-- {name} -->\n```mermaid\n{picture}\n```\n<!-- /{name} -->"
        text = re.sub(rf"<!-- {name} -->.*?<!-- /{name} -->", between, text, flags=re.DOTALL)
    return text


def test_the_readmes_diagrams_are_drawn_from_the_tables() -> None:
    text = README.read_text(encoding="utf-8")
    assert drawn(text) == text, "run python -m tests.domain.contracts.test_readme"
    assert all(picture in text for picture in DIAGRAMS.values())


if __name__ == "__main__":
    README.write_text(drawn(README.read_text(encoding="utf-8")), encoding="utf-8")
