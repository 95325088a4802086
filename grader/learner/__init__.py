"""What only a learner's own loop needs: starting a project, serving it, and what comes next."""
