"""Firm demand from contract lines, the units' demand plans, and how the one consumes the other (P1)."""
