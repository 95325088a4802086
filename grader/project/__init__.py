"""A learner's folder: its configuration, its repository, its environment and what the kit remembers of it."""
