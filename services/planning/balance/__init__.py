"""The sales plan: demand weighed against capacity and material, every change with its reason (P2)."""
