"""The contract's decisions, pure: a state and a command in, the new state, facts, line states and ledger entries out.

No clock, no randomness, no I/O: time and fresh ids arrive as arguments."""
