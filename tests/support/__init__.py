"""What tests share: databases and topics of their own, service processes, an independent ledger."""
