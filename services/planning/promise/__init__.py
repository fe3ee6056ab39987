"""The last promise made for each contract line (P3, K3). Must not know how a plan is made."""
