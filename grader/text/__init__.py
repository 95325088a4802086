"""How values and commands are written for people."""
