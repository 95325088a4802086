"""The load part: puts a running service under load with Locust and says what it took and what it cost."""

from grader.load.measurement import LoadUnavailable, Probe, Workload, measure

__all__ = ["LoadUnavailable", "Probe", "Workload", "measure"]
