"""The chat server. `app.py` puts it together, and `python -m server` runs it."""
