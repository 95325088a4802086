"""The faces of one report: terminal, table, JSON."""
