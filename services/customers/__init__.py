"""The archive of customers: who they are, whose they are, their tier, and the organisation and policies around them."""
