"""How the kit writes values and commands for people to read."""
