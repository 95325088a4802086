"""The secrets that a service shares with its providers. A run of checks draws new ones; `kit serve` keeps its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SHOWN_URL = "http://127.0.0.1:{port}"
"""The public URL of a service without a proxy. The kit fills in the port as soon as it knows the port."""


@dataclass(frozen=True)
class Credentials:
    """The secrets of one service, by the names that clause K2 gives them."""

    twilio_auth_token: str
    slack_signing_secret: str

    def environment(self, public_url: str = SHOWN_URL) -> dict[str, str]:
        """Return the environment variables through which a server gets the secrets and its public URL."""
        return {
            "PUBLIC_URL": public_url,
            "TWILIO_AUTH_TOKEN": self.twilio_auth_token,
            "SLACK_SIGNING_SECRET": self.slack_signing_secret,
        }

    @property
    def by_name(self) -> Mapping[str, str]:
        """The secrets by their names, so that the kit can print a name without the secret."""
        return {"TWILIO_AUTH_TOKEN": self.twilio_auth_token, "SLACK_SIGNING_SECRET": self.slack_signing_secret}


def told(env: Mapping[str, str]) -> str:
    """Say which settings of a server are unusual, without the secrets; `""` when none is unusual."""
    names = ("TWILIO_AUTH_TOKEN", "SLACK_SIGNING_SECRET")
    lacking = [f"without {name}" for name in names if name not in env] if any(name in env for name in names) else []
    empty = [f"an empty {name}" for name in names if env.get(name) == ""]
    shown = [f"{name}={env[name]}" for name in ("TZ", "PUBLIC_URL") if env.get(name, SHOWN_URL) != SHOWN_URL]
    return ", ".join([*shown, *empty, *lacking])


def drawn() -> Credentials:
    """Draw secrets that can't be predicted, in the form of real ones."""
    import secrets  # every run of checks loads this module, and few draw

    return Credentials(secrets.token_hex(16), secrets.token_hex(16))
