"""Use cases of contracts: drafting, moving towards signature, amending, and what makes others' totals rise."""
