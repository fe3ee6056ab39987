"""What tiers listen to: contracts' agreements, for the signed volume."""

from services.customers.tiers import volumes
from shared.consuming import Facts
from shared.events import contracts
from shared.events.contracts import AgreementAmended, AgreementCancelled, AgreementSigned

CONSUMERS = [
    Facts(
        group="customers.volume",
        topic=contracts.AGREEMENT,
        handlers={
            AgreementSigned: volumes.count_signed,
            AgreementAmended: volumes.count_amended,
            AgreementCancelled: volumes.count_cancelled,
        },
    )
]
