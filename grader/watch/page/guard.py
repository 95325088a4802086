"""Who may read the page, and what a browser may do with it.

The page listens on the loopback address only. But every program on this machine can reach that, and so can every web
site in its browser. So each request needs the token in its path. The Host header must name this machine, against other
names that lead here (DNS rebinding). And a wish must come from the page itself.
"""

from __future__ import annotations

import hmac

from flask import Flask, Response, abort, request

LOCAL = ("127.0.0.1", "localhost", "[::1]")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
REFUSED = {
    403: "This page answers only itself, on this machine.\n",
    404: "There is nothing at this address. The right one stands in the terminal where kit watch --web runs.\n",
    405: "That is no way to ask for this address.\n",
    500: "The kit has a fault and can't draw this. What the terminal says still holds.\n",
}


def guard(app: Flask, token: str) -> None:
    """Make every request of an app pass these rules, and every response carry its headers."""

    @app.before_request
    def confirm() -> None:
        if request.host.rpartition(":")[0] not in LOCAL and request.host not in LOCAL:
            abort(403)
        given = str((request.view_args or {}).get("token", ""))
        if not hmac.compare_digest(given.encode(), token.encode()):
            abort(404)
        if request.method == "POST" and request.headers.get("Origin") not in (None, f"http://{request.host}"):
            abort(403)

    @app.after_request
    def harden(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    for status, sentence in REFUSED.items():
        answer = (sentence, status, {"Content-Type": "text/plain"})
        app.register_error_handler(status, lambda _, answer=answer: answer)
