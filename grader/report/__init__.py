"""The forms of a report: terminal, table, JSON."""
