"""What goes wrong outside the suite's own code: a port, a path, a program, a download.

Every error carries the reason and the remedy in words that a new user can act on.
"""


class LocalError(Exception):
    """A local server or process cannot do its work; the message says why and what helps."""
