"""The one transition table of a complaint, and who may take each step. The README's diagram is drawn from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from services.complaints.quality.domain.complaint import Complaint, Status
from shared.auth.domain import Actor
from shared.kernel.errors import conflict, forbidden

Action = Literal[
    "receive",
    "correct",
    "escalate",
    "accept",
    "contain",
    "find-cause",
    "fix-responsibility",
    "appeal",
    "decide-appeal",
    "decide-measure",
    "carry-out",
    "judge-effectiveness",
    "tell-customer",
    "close",
    "reopen",
]
Way = Literal["quality", "other"]
Party = Literal[
    "unit", "unit-or-market", "unit-or-quality", "quality", "responsible", "instance", "owner", "first-contact-or-unit"
]

PARTIES: dict[Party, str] = {
    "unit": "the complaint's unit",
    "unit-or-market": "the complaint's unit or the market department",
    "unit-or-quality": "the complaint's unit or quality supervision",
    "quality": "quality supervision",
    "responsible": "the responsible department",
    "instance": "the instance appealed to",
    "owner": "the measure's owner department",
    "first-contact-or-unit": "the first contact or the complaint's unit",
}


@dataclass(frozen=True, slots=True)
class Step:
    """From one status by an action to another. ``when`` tells rows of the same action and status apart."""

    way: Way
    action: Action
    source: Status
    target: Status
    party: Party
    when: str = ""


APPEALABLE: tuple[Status, ...] = (
    "responsibility-fixed",
    "measures-decided",
    "carried-out",
    "measure-due",
    "proved",
    "customer-told",
)


def _appeals() -> Iterator[Step]:
    for status in APPEALABLE:
        yield Step("quality", "appeal", status, status, "responsible")
        yield Step("quality", "decide-appeal", status, status, "instance")


STEPS: tuple[Step, ...] = (
    Step("quality", "correct", "received", "received", "unit-or-market"),
    Step("quality", "escalate", "received", "escalated", "unit-or-market"),
    Step("quality", "accept", "escalated", "accepted", "quality"),
    Step("quality", "contain", "accepted", "contained", "quality"),
    Step("quality", "find-cause", "contained", "cause-found", "quality"),
    Step("quality", "fix-responsibility", "cause-found", "responsibility-fixed", "quality"),
    *_appeals(),
    Step("quality", "decide-measure", "responsibility-fixed", "measures-decided", "quality"),
    Step("quality", "decide-measure", "measures-decided", "measures-decided", "quality"),
    Step("quality", "decide-measure", "carried-out", "measures-decided", "quality"),
    Step("quality", "decide-measure", "measure-due", "measures-decided", "quality"),
    Step("quality", "carry-out", "measures-decided", "measures-decided", "owner", "others open"),
    Step("quality", "carry-out", "measures-decided", "carried-out", "owner", "the last one"),
    Step("quality", "judge-effectiveness", "carried-out", "proved", "quality", "effective"),
    Step("quality", "judge-effectiveness", "carried-out", "measure-due", "quality", "not effective"),
    Step("quality", "tell-customer", "proved", "customer-told", "first-contact-or-unit"),
    Step("quality", "close", "customer-told", "closed", "quality"),
    Step("quality", "reopen", "closed", "accepted", "unit-or-quality"),
    Step("other", "correct", "received", "received", "unit-or-market"),
    Step("other", "tell-customer", "received", "customer-told", "first-contact-or-unit"),
    Step("other", "close", "customer-told", "closed", "unit"),
    Step("other", "reopen", "closed", "received", "unit"),
)

UNIT_ROLES = ("unit-clerk", "unit-head", "archive-keeper")


def way_of(complaint: Complaint) -> Way:
    """Quality complaints go the long way, all others the short one."""
    return "quality" if complaint.about_quality else "other"


def step(complaint: Complaint, action: Action, when: str = "") -> Step:
    """The row for this action now; DomainError ``wrong-status`` (conflict) when the table has none."""
    way = way_of(complaint)
    for row in STEPS:
        if (row.way, row.action, row.source, row.when) == (way, action, complaint.status, when):
            return row
    raise conflict(
        "wrong-status",
        f"{action} is not possible for a complaint about {complaint.category} that is {complaint.status}",
        remedy=f"Possible now: {', '.join(possible(way, complaint.status))}.",
    )


def possible(way: Way, status: Status) -> list[Action]:
    """The actions that a status allows, sorted."""
    return sorted({row.action for row in STEPS if row.way == way and row.source == status})


def require_party(complaint: Complaint, party: Party, actor: Actor) -> None:
    """DomainError ``not-your-step`` unless the actor belongs to the party. The parties that depend on a measure or an
    appeal are checked where those are known."""
    own = actor.unit_id == complaint.unit_id and actor.has(*UNIT_ROLES)
    responsibility = complaint.responsibility
    allowed = {
        "unit": own,
        "unit-or-market": own or actor.has("market"),
        "unit-or-quality": own or actor.has("quality"),
        "quality": actor.has("quality"),
        "responsible": responsibility is not None and responsibility.department_id == actor.unit_id,
        "first-contact-or-unit": own or actor.person_id == complaint.first_contact_id,
    }[party]
    require(allowed, party)


def require(allowed: bool, party: Party) -> None:
    """DomainError ``not-your-step`` (forbidden) when not allowed."""
    if not allowed:
        raise forbidden("not-your-step", f"This step belongs to {PARTIES[party]}.")


def diagram() -> str:
    """The table as a Mermaid state diagram, appeals folded into one note (they change no status)."""
    lines = ["stateDiagram-v2", "    [*] --> received: receive"]
    seen: set[str] = set()
    for row in STEPS:
        if row.action in ("appeal", "decide-appeal"):
            continue
        way = "" if row.way == "quality" else "not about quality: "
        note = f" ({row.when})" if row.when else ""
        line = f"    {_node(row.source)} --> {_node(row.target)}: {way}{row.action}{note}"
        if row.action == "correct":
            line = f"    {_node(row.source)} --> {_node(row.target)}: correct"
        if line not in seen:
            seen.add(line)
            lines.append(line)
    lines.append("    note right of responsibility_fixed")
    lines.append(f"        appeal, decide-appeal: in every status from {APPEALABLE[0]} to {APPEALABLE[-1]}")
    lines.append("    end note")
    return "\n".join(lines)


def _node(status: Status) -> str:
    return status.replace("-", "_")
