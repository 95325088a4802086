"""Processes, ports, folders and other resources of this machine."""
