"""What volume listens to: contracts' agreements."""

from services.customers.volume import commands
from shared.consuming import Facts
from shared.events import contracts
from shared.events.contracts import AgreementAmended, AgreementCancelled, AgreementSigned

CONSUMERS = [
    Facts(
        group="customers.volume",
        topic=contracts.AGREEMENT,
        handlers={
            AgreementSigned: commands.count_signed,
            AgreementAmended: commands.count_amended,
            AgreementCancelled: commands.count_cancelled,
        },
    )
]
