"""`make demo`: the main path once more, for a new customer, against the running suite over HTTP.

Each step is done by its department's own account; each prints the facts it caused on Kafka and how long they took from
one service's commit to the next one's. Can be walked again and again: every walk has codes of its own.
"""

from deploy.sample.demo.walking import run

__all__ = ["run"]
