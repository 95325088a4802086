"""What the checks of one run share, and what is begun early because it takes long."""
