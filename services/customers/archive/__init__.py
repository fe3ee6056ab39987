"""Customers in their unit's archive, with their contacts (C3)."""
