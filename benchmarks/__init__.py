"""Benchmarks of the kit itself. Their results are ratios within one run."""
