"""Who is asking and what they may do. ``domain`` is pure; ``tokens`` proves who sent a request."""
