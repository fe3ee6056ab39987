"""The four tiers, their history for ever, and the signed volume that speaks for them (C1)."""
