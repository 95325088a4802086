"""Values that can say what was asked, what was expected and what the project gave."""
