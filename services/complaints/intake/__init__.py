"""Intake: a unit records what a customer reports, linked to customer, contract line and batch (Q1)."""
