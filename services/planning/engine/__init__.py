"""The pure planning core: a problem in, an exact and feasible plan with its proved bound out (docs/planning.md).

``problem`` and ``plan`` are the values; ``solve``, ``explain``, ``roughcut``, ``validate``, ``evaluate`` and
``fingerprint`` the functions others use. It imports the standard library, numpy and HiGHS, and knows no clock, no
randomness, no files and no service.
"""
