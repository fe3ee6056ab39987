"""Supply: contract lines, what was shipped on them (K4), and the dates asked for and promised."""
