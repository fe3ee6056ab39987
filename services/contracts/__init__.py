"""Contracts: agreements and their approval (K1), contract lines, shipments (K4) and promised dates."""
