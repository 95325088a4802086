"""The chat client."""
