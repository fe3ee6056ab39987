"""Copies: what this service keeps of the others' public states, and how it looks things up there."""
