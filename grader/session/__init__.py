"""The process in which checks run, and the side that starts it and listens."""
