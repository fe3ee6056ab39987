"""The independent checker of production plans (P3, I9), written from docs/planning.md alone.

Plain dicts from JSON and exact fractions; it must share no code with the planning engine, so that an error there cannot
hide here.
"""

from tests.checker.plan import check

__all__ = ["check"]
