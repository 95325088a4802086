"""Settings: what makes no sense is said in one sentence, at the start."""

import pytest

from server import settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RATE_LIMIT", "20"),
        ("RATE_LIMIT", "0/5"),
        ("RATE_LIMIT", "20/0"),
        ("RATE_LIMIT", "a/b"),
        ("CACHE", "yes"),
        ("TIMING", "1"),
        ("PUBLIC_URL", "https://chat.example.com/path"),
    ],
)
def test_nonsense_is_refused_by_its_name(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=f"^{name} must be .*{value}"):
        settings.optional()


def test_a_limit_is_two_numbers(monkeypatch):
    monkeypatch.setenv("RATE_LIMIT", "20/5")
    assert settings.optional()["RATE_LIMIT"] == (20, 5)


def test_unless_told_otherwise_pages_are_kept_and_nothing_is_limited(monkeypatch):
    for name in ("CACHE", "TIMING", "RATE_LIMIT"):
        monkeypatch.delenv(name, raising=False)
    found = settings.optional()
    assert (found["CACHE"], found["TIMING"], found["RATE_LIMIT"]) == (True, False, None)
