"""The values that checks compare. Each describes its request, what was expected and what came."""
