"""What the checks of one run share: services, results that are made once, and fixtures that begin early."""
