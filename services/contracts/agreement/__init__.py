"""The agreement: a contract with one customer, its lines' money, and its way to signature and beyond (K1)."""
