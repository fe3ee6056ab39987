"""Complaints: from a customer's first word to the proven cure (Q1, Q2)."""
