"""Puts a service under load, and measures its throughput, its latency and its use of the processor."""
