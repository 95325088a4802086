"""A learner's project: its configuration, its repository, its environment, and the state that the kit keeps for it."""
