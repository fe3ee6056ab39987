"""The people of these tests, and a complaint that they bring to where a test begins."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from services.complaints.quality.domain import appeals, decisions, measures
from services.complaints.quality.domain.complaint import Category, Complaint, Decision, Status
from services.complaints.quality.domain.decisions import By
from shared.auth.domain import Actor

SPACE = UUID("11111111-1111-4111-8111-111111111111")
START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


def known(name: str) -> UUID:
    """The id of a named thing."""
    return uuid5(SPACE, name)


UNIT, OTHER_UNIT = known("unit"), known("other unit")
QUALITY, PRODUCTION, LOGISTICS = known("quality"), known("production"), known("logistics")
ENTERPRISE, LEADERSHIP, MARKET = known("enterprise"), known("leadership"), known("market")


def person(name: str, unit: UUID | None, *roles: str) -> Actor:
    """A person of a department with roles."""
    return Actor(person_id=known(name), account=name, roles=frozenset(roles), unit_id=unit)


CLERK = person("clerk", UNIT, "unit-clerk")
HEAD = person("head", UNIT, "unit-head")
STRANGER = person("stranger", OTHER_UNIT, "unit-clerk")
INSPECTOR = person("inspector", QUALITY, "quality")
MAKER = person("maker", PRODUCTION, "production")
SHIPPER = person("shipper", LOGISTICS, "logistics")
ASSESSOR = person("assessor", ENTERPRISE, "enterprise-management")
DIRECTOR = person("director", LEADERSHIP, "leadership")
MARKETEER = person("marketeer", MARKET, "market")
EVERYBODY = (CLERK, HEAD, STRANGER, INSPECTOR, MAKER, SHIPPER, ASSESSOR, DIRECTOR, MARKETEER)


def by(actor: Actor, day: float = 0) -> By:
    """The actor, ``day`` days after the start."""
    return By(actor=actor, at=START + timedelta(days=day))


def received(category: Category = "quality", first_contact: Actor = CLERK) -> Complaint:
    """A complaint as it came in."""
    complaint = Complaint(
        id=known("complaint"),
        number="TS-1",
        customer_id=known("customer"),
        unit_id=UNIT,
        line_id=known("line"),
        batch_number="B-1",
        category=category,
        description="轴承异响",
        reported_on=date(2026, 11, 1),
        first_contact_id=first_contact.person_id,
        received_at=START,
    )
    return decisions.receive(complaint, by(CLERK)).complaint


def measure(name: str = "measure", department: UUID = PRODUCTION) -> measures.NewMeasure:
    """A measure of production's, due in December."""
    return measures.NewMeasure(
        id=known(name), department_id=department, description="更换夹具", due_on=date(2026, 12, 1)
    )


def objection(name: str = "appeal", kind: str = "production") -> appeals.NewAppeal:
    """An appeal of the responsible department's."""
    return appeals.NewAppeal(id=known(name), reason="来料问题", department_kind=kind)


WAY: dict[Status, Callable[[Complaint], Decision]] = {
    "received": lambda it: decisions.escalate(it, by(CLERK)),
    "escalated": lambda it: decisions.accept(it, by(INSPECTOR)),
    "accepted": lambda it: decisions.contain(it, by(INSPECTOR), "隔离库存", ("B-1",)),
    "contained": lambda it: decisions.find_cause(it, by(INSPECTOR), "workmanship", "装配过紧"),
    "cause-found": lambda it: decisions.fix_responsibility(it, by(INSPECTOR), PRODUCTION, "装配工序"),
    "responsibility-fixed": lambda it: measures.decide(it, by(INSPECTOR), measure(f"measure {it.round}")),
    "measures-decided": lambda it: measures.carry_out(it, by(MAKER), known(f"measure {it.round}"), "已更换"),
    "carried-out": lambda it: measures.judge_effectiveness(it, by(INSPECTOR), True, "复测合格"),
    "proved": lambda it: decisions.tell_customer(it, by(CLERK), "已换货并说明"),
    "customer-told": lambda it: decisions.close(it, by(INSPECTOR)),
}


def brought_to(status: Status, complaint: Complaint | None = None) -> Complaint:
    """A quality complaint led along the straight way until it is ``status``."""
    complaint = complaint or received()
    while complaint.status != status:
        complaint = WAY[complaint.status](complaint).complaint
    return complaint


def at_version(complaint: Complaint, version: int) -> Complaint:
    """The same with another version, to compare states apart from it."""
    return replace(complaint, version=version)
