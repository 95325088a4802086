"""Outcomes and points: data in, data out."""
