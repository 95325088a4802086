"""What a service shares with its providers: drawn for each run of checks, kept for trying things by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SHOWN_URL = "http://127.0.0.1:{port}"
"""The public URL of a service that nothing stands in front of; the port is filled in when it is known."""


@dataclass(frozen=True)
class Credentials:
    """The secrets of one service, by the names that clause K2 gives them."""

    twilio_auth_token: str
    slack_signing_secret: str

    def environment(self, public_url: str = SHOWN_URL) -> dict[str, str]:
        """Say them as a server hears them."""
        return {
            "PUBLIC_URL": public_url,
            "TWILIO_AUTH_TOKEN": self.twilio_auth_token,
            "SLACK_SIGNING_SECRET": self.slack_signing_secret,
        }

    @property
    def by_name(self) -> Mapping[str, str]:
        """Name each secret, so that one can be spoken of without being shown."""
        return {"TWILIO_AUTH_TOKEN": self.twilio_auth_token, "SLACK_SIGNING_SECRET": self.slack_signing_secret}


def drawn() -> Credentials:
    """Draw secrets that nobody can have foreseen, of the form that the real ones have."""
    import secrets  # every run of checks loads this module, and few draw

    return Credentials(secrets.token_hex(16), secrets.token_hex(16))
