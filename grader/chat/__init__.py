"""The messages API of stage 2: sends its requests and reads its answers."""
