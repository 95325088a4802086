"""Databases that an earlier state of the project wrote, and how the present state migrates them."""
