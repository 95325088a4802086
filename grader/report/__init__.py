"""The faces of one report: a JSON document, the terminal, and a table of many projects."""
