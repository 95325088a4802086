"""What the notebooks stand on: services that run, load on them, and one way to draw."""
