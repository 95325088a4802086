"""A learner's server while it runs, and its database."""
