"""The learner's own work: a new project, a server to try by hand, and the next steps."""
