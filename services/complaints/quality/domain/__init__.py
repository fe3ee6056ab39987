"""The complaint, pure: its state, its one transition table and the decisions that move it (Q1, Q2)."""
