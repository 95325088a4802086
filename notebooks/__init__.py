"""Notebooks that measure small services live, draw what they see, and say what may be concluded."""
