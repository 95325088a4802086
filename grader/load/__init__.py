"""Puts a service under load, and measures what it does meanwhile."""
