"""Products, lines, routings, materials, bills and deliveries: what production keeps and everything is planned from."""
