"""Outcomes and points, computed from data alone."""
