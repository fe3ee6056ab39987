"""Improvement measures: decided with an owner and a due day, carried out by the owner, proved by quality (Q2). Pure."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.complaints.quality.domain.complaint import Complaint, Decision, Measure
from services.complaints.quality.domain.decisions import By, decided
from services.complaints.quality.domain.life import require, require_party, step
from services.complaints.quality.domain.words import checked_text
from shared.events import complaints as published
from shared.kernel.dates import business_date
from shared.kernel.errors import absent, conflict, invalid

MOST_MEASURES = 50


@dataclass(frozen=True, kw_only=True)
class NewMeasure:
    """A measure to decide: its id, the owner department, what it is, the day by which it is due."""

    id: UUID
    department_id: UUID
    description: str
    due_on: date


def decide(complaint: Complaint, by: By, new: NewMeasure) -> Decision:
    """A measure is decided. DomainError ``due-in-the-past`` for a day that is over in Shanghai."""
    row = step(complaint, "decide-measure")
    require_party(complaint, row.party, by.actor)
    checked_text(new.description, "description")
    if new.due_on < business_date(by.at):
        raise invalid("due-in-the-past", f"{new.due_on} is over", field="due_on")
    if len(complaint.present_measures) >= MOST_MEASURES:
        raise conflict("too-many-measures", f"A round holds at most {MOST_MEASURES} measures")
    measure = Measure(
        id=new.id,
        round=complaint.round,
        department_id=new.department_id,
        description=new.description,
        due_on=new.due_on,
    )
    after = replace(complaint, status=row.target, measures=(*complaint.measures, measure))
    fact = published.MeasureDecided(complaint_id=complaint.id, measure_id=new.id, department_id=new.department_id)
    return decided(
        complaint,
        after,
        "decide-measure",
        by,
        (fact,),
        measure_id=new.id,
        owner_department_id=new.department_id,
        description=new.description,
        due_on=new.due_on,
    )


def carry_out(complaint: Complaint, by: By, measure_id: UUID, evidence: str) -> Decision:
    """The owner department carried its measure out; after the last open one the effect can be judged."""
    measure = next((one for one in complaint.present_measures if one.id == measure_id), None)
    if measure is None:
        raise absent("measure-absent", "This complaint has no such measure now")
    still_open = [one for one in complaint.present_measures if one.carried_out_at is None]
    row = step(complaint, "carry-out", "the last one" if still_open == [measure] else "others open")
    require(measure.department_id == by.actor.unit_id, row.party)
    if measure.carried_out_at is not None:
        raise conflict("already-carried-out", "This measure was carried out already")
    done = replace(
        measure,
        carried_out_by=by.actor.person_id,
        carried_out_at=by.at,
        evidence=checked_text(evidence, "evidence"),
    )
    measures = tuple(done if one.id == measure_id else one for one in complaint.measures)
    after = replace(complaint, status=row.target, measures=measures)
    fact = published.MeasureCarriedOut(complaint_id=complaint.id, measure_id=measure_id)
    return decided(complaint, after, "carry-out", by, (fact,), measure_id=measure_id, evidence=evidence)


def judge_effectiveness(complaint: Complaint, by: By, effective: bool, evidence: str) -> Decision:
    """The measures not yet judged are seen to work, or not: then another one is due."""
    row = step(complaint, "judge-effectiveness", "effective" if effective else "not effective")
    require_party(complaint, row.party, by.actor)
    checked_text(evidence, "evidence")
    measures = tuple(
        replace(one, effective=effective) if one.round == complaint.round and one.effective is None else one
        for one in complaint.measures
    )
    after = replace(complaint, status=row.target, measures=measures, proved_at=by.at if effective else None)
    fact = published.EffectivenessJudged(complaint_id=complaint.id, effective=effective)
    return decided(complaint, after, "judge-effectiveness", by, (fact,), effective=effective, evidence=evidence)
