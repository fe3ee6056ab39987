"""What each customer signed, by calendar year: the evidence that speaks for its tier (C1)."""
