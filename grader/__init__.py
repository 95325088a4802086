"""The kit's own program: it starts a learner's service, checks it from outside, loads it, and reports."""

__version__ = "0.1.0"

CONTRACT = "1"
"""The version of the contract that the checks verify."""
