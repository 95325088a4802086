"""The names of people whom we know by a telephone number or an account: see DECISIONS.md."""

import hashlib

from .db import get_db


def pseudonym(source, identity):
    """Return a name such as `sms-3f9a1c20b7d4`, always the same for the same identity, or None for nobody.

    `identity` is what the source calls somebody, and can't be told from the name without our key.
    """
    if not identity:
        return None
    [row] = get_db().read("SELECT key FROM author_key")
    digest = hashlib.blake2b(f"{source}:{identity}".encode(), key=row["key"], digest_size=6)
    return f"{source}-{digest.hexdigest()}"
