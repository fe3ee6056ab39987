"""Pure words that every room may use: money, quantities, dates, ids, errors. No I/O, no clock, no service's notion."""
