"""`kit watch --web`: a watch as a local page in a browser."""
