"""Customers: their copy, and merges, which let doubles count as one (K1)."""

from services.contracts.agreement.commands.counting import apply_merges
from services.contracts.copies.consumers import customers

CONSUMERS = (customers(after=apply_merges),)
