"""Measurements of the kit itself, as ratios within one run."""
