"""What the programs promise, asked from inside: `pytest` runs all of it."""
