"""Runs the learner's client against scripted servers of the kit, and reads what the client prints."""
