"""Departments and people, as every service needs to know them."""
