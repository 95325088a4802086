"""The API of stage 2: what the checks send to it, and how they read its answers."""
