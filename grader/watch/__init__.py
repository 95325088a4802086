"""`kit watch`: what it finds out on every save, and how a terminal shows it."""
