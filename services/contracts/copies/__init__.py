"""What other services own and contracts must know: customers, departments, policies, products. Copies only."""
