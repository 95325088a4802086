"""Runs checks: the process in which they run, and the code that starts this process and reads its reports."""
