"""Planning's promises, line by line."""

from services.contracts.supply.commands import apply_promise
from shared.consuming import Facts
from shared.events.planning import PROMISE, PromiseMade

CONSUMERS = (Facts(group="contracts.promise", topic=PROMISE, handlers={PromiseMade: apply_promise}),)
