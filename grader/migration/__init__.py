"""Databases that an earlier state of the project left behind, and how the project brings them forward."""
