"""Processes, ports, folders and what else this machine has."""
