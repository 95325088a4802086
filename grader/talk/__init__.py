"""Talking to a running service by hand, as its providers would: `kit phone` and `kit slack`."""
