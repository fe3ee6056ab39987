"""Exposure: what a customer's submitted contracts sum to in a calendar year (K1). Knows nothing of approvers."""
