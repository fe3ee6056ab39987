"""Merging a customer that was registered twice: never deleting it, never losing what it had bought (C3)."""
