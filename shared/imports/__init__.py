"""Workbooks in. A feature names its sheets (``Sheet``) and what to do with a row; the rest is alike for all:
``import_route`` reads an .xlsx, does each row in a savepoint, and answers errors by sheet, row and column.
"""

from shared.imports.route import import_route
from shared.imports.sheets import Outcome, Sheet

__all__ = ["Outcome", "Sheet", "import_route"]
