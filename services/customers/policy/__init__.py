"""The regime's numbers as versioned, dated data, kept by the market department (C12)."""
