"""Where complaints come in as rows (Q1)."""

from services.complaints.intake.commands import import_complaint
from services.complaints.intake.rows import HEADINGS, ComplaintRow
from shared.imports import Sheet, import_route

COMPLAINTS = Sheet(name="投诉", row=ComplaintRow, headings=HEADINGS, apply=import_complaint)
ROUTES = (import_route("/imports/complaints", [COMPLAINTS], permission="complaint.import"),)
