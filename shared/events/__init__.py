"""The published language: frozen dataclasses per service. Only service X builds X's events."""

from shared.events import complaints, contracts, customers, planning

__all__ = ["complaints", "contracts", "customers", "planning"]
