"""A learner's client while it runs, and the servers that the kit plays for it."""
