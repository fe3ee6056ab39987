"""The pure planning core: problem in, plan out. Standard library, numpy, HiGHS; no clock, no randomness, no I/O."""
