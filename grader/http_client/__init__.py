"""The HTTP client of the checks."""
