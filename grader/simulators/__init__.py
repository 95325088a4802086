"""The providers, played by the kit: what they send, how they sign it, and how they read an answer."""
