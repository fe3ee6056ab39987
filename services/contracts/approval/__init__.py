"""Approval: who may let a contract or an amendment through (K1). Uses agreement, never the other way."""
